import type { ArmPath } from './arm-path.ts';
import type { ArmAnswer, ArmRequest } from './arm-request.ts';
import type { JsonObject } from './json.ts';
import { isJsonObject } from './request-json.ts';
import { stableGuid } from './world.ts';

/** Rehearses waiting: how the network and cluster services answer what takes long (arm-endpoint 3). */
export interface Operations {
  /** The answer as it is before the work is done, where this kind of request takes long. */
  readonly start: (path: ArmPath, request: ArmRequest, answer: ArmAnswer, seq: number) => Started;
  /** GET of an operation; `undefined` when there never was one. */
  readonly poll: (id: string, form: 'status' | 'result') => ArmAnswer | undefined;
  /** A GET of a resource whose operation runs. */
  readonly during: (key: string, answer: ArmAnswer) => ArmAnswer;
  readonly clear: () => void;
}

export interface Started {
  readonly answer: ArmAnswer;
  /** Empty when the answer is final at once. */
  readonly operation: string;
}

export interface OperationOptions {
  /** How often `InProgress` is said before `Succeeded`. 0: nothing takes long, which no client minds. */
  readonly polls: number;
  readonly origin: () => string;
}

/** Whole seconds: JavaScript knows nothing else, and Python takes 0 for its default of 30 (arm-endpoint 3). */
const RETRY_AFTER = '1';

export function createOperations(
  finished: readonly string[],
  { polls, origin }: OperationOptions,
): Operations {
  const done = new Set(finished);
  const running = new Map<string, { left: number; readonly key: string }>();
  const ofResource = new Map<string, string>();

  const isDone = (id: string): boolean => {
    const operation = running.get(id);
    if (operation === undefined) return true;
    operation.left -= 1;
    if (operation.left >= 0) return false;
    running.delete(id);
    ofResource.delete(operation.key);
    return true;
  };

  return {
    start: (path, { method }, answer, seq) => {
      const key = keyOf(path);
      const isTold = answer.headers?.['Azure-AsyncOperation'] !== undefined;
      const isLong = !isTold && (method === 'PUT' || method === 'DELETE');
      if (polls === 0 || !isLong || key === undefined || ![200, 201].includes(answer.status)) {
        return { answer, operation: '' };
      }
      const id = stableGuid('operation', key, String(seq));
      done.add(id);
      running.set(id, { left: polls, key });
      ofResource.set(key, id);
      return {
        answer: answerWhile(method, answer, `${origin()}${urlOf(path, id)}`),
        operation: id,
      };
    },
    poll: (id, form) => {
      if (!done.has(id)) return undefined;
      const isOver = isDone(id);
      if (form === 'result')
        return isOver ? { status: 200 } : { status: 202, headers: { 'Retry-After': RETRY_AFTER } };
      const status = isOver ? 'Succeeded' : 'InProgress';
      return { status: 200, body: { status, name: id }, headers: { 'Retry-After': RETRY_AFTER } };
    },
    during: (key, answer) => {
      if (!ofResource.has(key) || !isJsonObject(answer.body)) return answer;
      return { ...answer, body: withState(answer.body, 'Updating') };
    },
    clear: () => {
      done.clear();
      running.clear();
      ofResource.clear();
    },
  };
}

/** A PUT answered 202 makes the CLI fail: it takes 200 and 201 only. */
function answerWhile(method: string, answer: ArmAnswer, url: string): ArmAnswer {
  const api = '?api-version=2024-05-01';
  if (method === 'DELETE') {
    const headers = {
      Location: `${url}/result${api}`,
      'Azure-AsyncOperation': `${url}${api}`,
      'Retry-After': RETRY_AFTER,
    };
    return { status: 202, headers };
  }
  return {
    status: answer.status,
    ...(isJsonObject(answer.body) ? { body: withState(answer.body, 'Updating') } : {}),
    headers: {
      ...answer.headers,
      'Azure-AsyncOperation': `${url}${api}`,
      'Retry-After': RETRY_AFTER,
    },
  };
}

function withState(body: JsonObject, provisioningState: string): JsonObject {
  const { properties } = body;
  return {
    ...body,
    properties: { ...(isJsonObject(properties) ? properties : {}), provisioningState },
  };
}

/** What a request is about, in lower case; `undefined` for what never takes long. */
function keyOf(path: ArmPath): string | undefined {
  if (path.kind === 'resource') {
    return path.namespace.toLowerCase() === 'microsoft.authorization'
      ? undefined
      : path.id.toLowerCase();
  }
  // A group is made at once; it is deleted slowly.
  return path.kind === 'level' && path.words.length === 4 ? `/${path.lower.join('/')}` : undefined;
}

/** The real services' own form; clients take it as it is. */
function urlOf(path: ArmPath, id: string): string {
  const namespace = path.kind === 'level' ? 'Microsoft.Resources' : path.namespace;
  const subscription =
    path.kind === 'level' ? path.words[1] : /^\/subscriptions\/([^/]+)/i.exec(path.scope)?.[1];
  const scope = subscription === undefined ? '' : `/subscriptions/${subscription}`;
  return `${scope}/providers/${namespace}/locations/rehearsal/operations/${id}`;
}
