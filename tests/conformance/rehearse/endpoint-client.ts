import { type Arm, createArm } from '../../../src/rehearse/arm.ts';
import type { Behaviour } from '../../../src/rehearse/behaviour.ts';
import { DEPLOYMENT_DOOR } from '../../../src/rehearse/deployments/index.ts';
import type { Json, JsonObject } from '../../../src/rehearse/json.ts';
import { PROVIDERS } from '../../../src/rehearse/providers/index.ts';

export const SUBSCRIPTION = '5a11b0a7-0000-4000-8000-000000000001';
export const TENANT = '5a11b0a7-0000-4000-8000-000000000002';
export const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg`;
export const NETWORK = `${GROUP}/providers/Microsoft.Network`;

export interface Told {
  readonly status: number;
  // Answers are looked at by path in tests; the shape is the test's claim.
  readonly body: Read;
  readonly headers: Readonly<Record<string, string>>;
}
export interface Read {
  readonly [name: string]: Read;
}

export interface Client {
  readonly arm: Arm;
  readonly send: (method: string, path: string, body?: unknown) => Told;
  readonly put: (path: string, body: unknown) => Told;
  readonly get: (path: string) => Told;
  readonly remove: (path: string) => Told;
  /** The stored properties, as plain JSON for `toMatchObject`. */
  readonly properties: (path: string) => JsonObject;
}

/** The endpoint without the wire, all providers and deployments in place, and one resource group. */
export function createClient(
  location = 'eastus',
  behaviours: readonly Behaviour[] = PROVIDERS,
): Client {
  const bugs: unknown[] = [];
  const arm = createArm({
    subscriptionId: SUBSCRIPTION,
    subscriptionName: 'Rehearsal',
    tenantId: TENANT,
    clientId: '5a11b0a7-0000-4000-8000-000000000003',
    behaviours,
    deployments: DEPLOYMENT_DOOR,
    now: () => '2026-11-21T12:00:00.000Z',
    origin: () => 'https://localhost:1',
    onBug: (error) => bugs.push(error),
  });
  const send = (method: string, path: string, body?: unknown): Told => {
    const [plain = '', query = 'api-version=2024-05-01'] = path.split('?');
    const answer = arm.handle({
      method,
      path: plain,
      query: new URLSearchParams(query),
      headers: {},
      text: body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body),
    });
    if (bugs.length > 0) throw bugs[0];
    return {
      status: answer.status,
      body: (answer.body ?? {}) as unknown as Read,
      headers: answer.headers ?? {},
    };
  };
  const client: Client = {
    arm,
    send,
    put: (path, body) => send('PUT', path, body),
    get: (path) => send('GET', path),
    remove: (path) => send('DELETE', path),
    properties: (path) => send('GET', path).body['properties'] as unknown as JsonObject,
  };
  const made = client.put(GROUP, { location });
  if (made.status !== 201) throw new Error(`no group: ${JSON.stringify(made.body)}`);
  return client;
}

export function errorOf({ status, body }: Told): { status: number; code: Json; message: Json } {
  const error = body['error'] as unknown as { code: Json; message: Json };
  return { status, code: error?.code ?? null, message: error?.message ?? null };
}
