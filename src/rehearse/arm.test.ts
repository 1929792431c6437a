import { describe, expect, it } from 'vitest';
import { type Arm, createArm } from './arm.ts';
import type { Behaviour } from './behaviour.ts';
import { defaultIdentity } from './identity.ts';
import type { Json } from './json.ts';
import { handleSignIn } from './sign-in.ts';
import type { StateFile } from './state-file.ts';

const identity = defaultIdentity();
const S = `/subscriptions/${identity.subscriptionId}`;
const rg = `${S}/resourceGroups/Rg`;
const origin = 'https://localhost:4711';

const behaviours: readonly Behaviour[] = [
  { type: 'contoso.net/things' },
  {
    type: 'microsoft.authorization/roledefinitions',
    builtIn: (scope) =>
      ['Network Contributor', 'AcrPull'].map((roleName) => ({
        id: `${scope}/x`,
        name: roleName,
        properties: { roleName },
      })),
  },
];

function arm(more: { readonly file?: StateFile; readonly polls?: number } = {}): Arm {
  return createArm({
    ...identity,
    behaviours,
    now: () => '2026-11-21T12:00:00.000Z',
    origin: () => origin,
    ...more,
  });
}

function ask(
  to: Arm,
  method: string,
  url: string,
  body?: Json,
  headers: Readonly<Record<string, string>> = {},
) {
  const { pathname, searchParams } = new URL(url, origin);
  const text = body === undefined ? '' : JSON.stringify(body);
  return to.handle({ method, path: pathname, query: searchParams, headers, text });
}

const code = (answer: { readonly body?: Json }) =>
  (answer.body as { error?: { code?: string } } | undefined)?.error?.code;

describe('resource groups (arm-endpoint 2.2)', () => {
  it('are made, found in whatever case, kept where they are, and gone with what is in them', () => {
    const endpoint = arm();
    expect(ask(endpoint, 'HEAD', rg).status).toBe(404);
    expect(
      ask(endpoint, 'PUT', `${S}/resourcegroups/Rg`, { location: 'East US', tags: { a: 'b' } }),
    ).toMatchObject({
      status: 201,
      body: {
        id: rg,
        name: 'Rg',
        location: 'eastus',
        tags: { a: 'b' },
        properties: { provisioningState: 'Succeeded' },
      },
    });
    expect(ask(endpoint, 'HEAD', rg.toLowerCase()).status).toBe(204);
    expect(ask(endpoint, 'PUT', rg.toUpperCase(), { location: 'eastus' })).toMatchObject({
      status: 200,
      body: { id: rg },
    });
    expect(code(ask(endpoint, 'PUT', rg, { location: 'westus' }))).toBe(
      'InvalidResourceGroupLocation',
    );
    expect(code(ask(endpoint, 'PUT', `${S}/resourceGroups/none`, {}))).toBe('LocationRequired');
    ask(endpoint, 'PUT', `${rg}/providers/Contoso.Net/things/t`, { location: 'eastus' });
    expect(ask(endpoint, 'DELETE', rg).status).toBe(200);
    expect(code(ask(endpoint, 'GET', `${rg}/providers/Contoso.Net/things/t`))).toBe(
      'ResourceGroupNotFound',
    );
    expect(endpoint.buried().map(({ row }) => row.id)).toContain(
      `${rg}/providers/Contoso.Net/things/t`,
    );
    expect(code(ask(endpoint, 'GET', '/subscriptions/00000000-0000-0000-0000-000000000000'))).toBe(
      'SubscriptionNotFound',
    );
  });
});

describe('resources (arm-endpoint 2.3)', () => {
  const thing = `${rg}/providers/Contoso.Net/things/T`;
  const ready = (options: Parameters<typeof arm>[0] = {}) => {
    const endpoint = arm(options);
    ask(endpoint, 'PUT', rg, { location: 'eastus' });
    return endpoint;
  };

  it('need their parent, a location, and stay where they were made', () => {
    const endpoint = ready();
    expect(code(ask(endpoint, 'PUT', `${thing}/parts/p`, {}))).toBe('ParentResourceNotFound');
    expect(code(ask(endpoint, 'PUT', thing, { properties: {} }))).toBe('LocationRequired');
    expect(ask(endpoint, 'PUT', thing, { location: 'eastus' }).status).toBe(201);
    expect(code(ask(endpoint, 'PUT', thing.toLowerCase(), { location: 'westus' }))).toBe(
      'InvalidResourceLocation',
    );
    expect(ask(endpoint, 'GET', thing.toUpperCase()).body).toMatchObject({
      id: thing,
      name: 'T',
      type: 'Contoso.Net/things',
    });
    expect(ask(endpoint, 'DELETE', `${rg}/providers/Contoso.Net/things/none`).status).toBe(204);
  });

  it('PATCH replaces the tags it names, merges the rest, and takes away what is null', () => {
    const endpoint = ready();
    ask(endpoint, 'PUT', thing, {
      location: 'eastus',
      tags: { a: '1', b: '2' },
      properties: { x: { y: 1, z: 2 }, w: 3 },
    });
    expect(
      ask(endpoint, 'PATCH', thing, { tags: { c: '3' }, properties: { X: { z: null } } }).body,
    ).toMatchObject({ tags: { c: '3' }, properties: { x: { y: 1 }, w: 3 } });
    const { tags, properties } = ask(endpoint, 'GET', thing).body as {
      tags: object;
      properties: { x: object };
    };
    expect([tags, properties.x]).toEqual([{ c: '3' }, { y: 1 }]);
  });

  it('tags are written by themselves, and seen in the resource', () => {
    const endpoint = ready();
    ask(endpoint, 'PUT', thing, { location: 'eastus', tags: { a: '1' } });
    const tags = `${thing}/providers/Microsoft.Resources/tags/default`;
    const patch = (operation: string, sent: Json) =>
      ask(endpoint, 'PATCH', tags, { operation, properties: { tags: sent } }).body;
    expect(patch('Merge', { b: '2' })).toMatchObject({ properties: { tags: { a: '1', b: '2' } } });
    expect(patch('Delete', { a: '1' })).toMatchObject({ properties: { tags: { b: '2' } } });
    expect(ask(endpoint, 'PUT', tags, { properties: { tags: { c: '3' } } }).status).toBe(200);
    expect((ask(endpoint, 'GET', thing).body as { tags: object }).tags).toEqual({ c: '3' });
    expect(
      code(ask(endpoint, 'GET', `${thing}-none/providers/Microsoft.Resources/tags/default`)),
    ).toBe('ResourceNotFound');
  });

  it('lists hold what a filter leaves, built-in resources too', () => {
    const endpoint = ready();
    for (const name of ['a', 'b'])
      ask(endpoint, 'PUT', `${rg}/providers/Contoso.Net/things/${name}`, { location: 'eastus' });
    const listed = (url: string) =>
      (ask(endpoint, 'GET', url).body as { value: { name: string }[] }).value.map(
        ({ name }) => name,
      );
    const roles = `${thing.replace(/T$/, 'a')}/providers/Microsoft.Authorization/roleDefinitions`;
    expect(listed(`${roles}?$filter=roleName eq 'network contributor'`)).toEqual([
      'Network Contributor',
    ]);
    expect(listed(`${roles}?$filter=roleName eq 'acrpull'`)).toEqual(['AcrPull']);
    expect(listed(`${S}/resources?$filter=resourceGroup eq 'rg'`)).toEqual(['a', 'b']);
    expect(listed(`${S}/resources?$filter=resourceGroup eq 'other'`)).toEqual([]);
    expect(listed(`${S}/providers/contoso.net/things?$filter=name eq 'b'`)).toEqual(['b']);
  });

  it('passwords and keys are neither told nor stored; ids that are named alike are', () => {
    const endpoint = ready();
    const sent = {
      adminPassword: 'hunter2',
      servicePrincipalProfile: { clientId: 'c', secret: 'hunter2' },
      keyVaultSecretId: 'https://v/secrets/s',
      disablePassword: 'x',
      list: [{ sharedKey: 'hunter2', name: 'n' }],
    };
    const { body } = ask(endpoint, 'PUT', thing, { location: 'eastus', properties: sent });
    expect(JSON.stringify([body, endpoint.provider.store.all()])).not.toContain('hunter2');
    expect(body).toMatchObject({
      properties: {
        servicePrincipalProfile: { clientId: 'c' },
        keyVaultSecretId: 'https://v/secrets/s',
        disablePassword: 'x',
        list: [{ name: 'n' }],
      },
    });
  });

  it('a journal says which command asked what, and hostile headers stay one line', () => {
    const endpoint = ready();
    ask(
      endpoint,
      'PUT',
      `${thing}?api-version=2024-01-01`,
      { location: 'eastus' },
      {
        commandname: 'thing create\n\u001b[31m',
        parametersetname: '-g -n',
        'x-ms-client-request-id': 's',
      },
    );
    expect(endpoint.journal().at(-1)).toMatchObject({
      method: 'PUT',
      apiVersion: '2024-01-01',
      status: 201,
      command: 'thing create  [31m',
      parameters: '-g -n',
      session: 's',
    });
  });

  it('what the file does not take has not happened', () => {
    let isFull = false;
    const file: StateFile = {
      load: () => ({ rows: [], buried: [], addresses: new Map(), journal: [] }),
      commit: () => {
        if (isFull) throw new Error('disk full');
      },
      clear: () => {},
      close: () => {},
    };
    const endpoint = ready({ file });
    ask(endpoint, 'PUT', thing, { location: 'eastus', tags: { a: '1' } });
    isFull = true;
    expect(ask(endpoint, 'PUT', thing, { location: 'eastus', tags: { a: '2' } }).status).toBe(500);
    expect(ask(endpoint, 'DELETE', rg).status).toBe(500);
    isFull = false;
    expect(ask(endpoint, 'GET', thing)).toMatchObject({ status: 200, body: { tags: { a: '1' } } });
  });

  it('a provider that breaks leaves no trace and no stack', () => {
    const bugs: unknown[] = [];
    const broken: Behaviour = {
      type: 'contoso.net/broken',
      fill: () => {
        throw new Error('secret inside');
      },
    };
    const endpoint = createArm({
      ...identity,
      behaviours: [broken],
      now: () => '',
      origin: () => origin,
      onBug: (error) => bugs.push(error),
    });
    ask(endpoint, 'PUT', rg, { location: 'eastus' });
    const answer = ask(endpoint, 'PUT', `${rg}/providers/contoso.net/broken/b`, {
      location: 'eastus',
    });
    expect([answer.status, code(answer), bugs.length]).toEqual([500, 'InternalServerError', 1]);
    expect(JSON.stringify(answer)).not.toContain('secret inside');
    expect(endpoint.provider.store.size()).toBe(1);
  });
});

describe('long-running operations (arm-endpoint 3)', () => {
  it('say InProgress as often as wanted, and the resource is Updating meanwhile', () => {
    const endpoint = arm({ polls: 2 });
    ask(endpoint, 'PUT', rg, { location: 'eastus' });
    const thing = `${rg}/providers/Contoso.Net/things/T`;
    const state = (answer: { readonly body?: Json }) =>
      (answer.body as { properties: { provisioningState: string } }).properties.provisioningState;
    const made = ask(endpoint, 'PUT', thing, { location: 'eastus' });
    expect([made.status, state(made), made.headers?.['Retry-After']]).toEqual([
      201,
      'Updating',
      '1',
    ]);
    const url = made.headers?.['Azure-AsyncOperation'] ?? '';
    const said = [];
    for (let poll = 0; poll < 3; poll += 1) {
      said.push(
        state(ask(endpoint, 'GET', thing)),
        (ask(endpoint, 'GET', url).body as { status: string }).status,
      );
    }
    expect(said).toEqual([
      'Updating',
      'InProgress',
      'Updating',
      'InProgress',
      'Updating',
      'Succeeded',
    ]);
    expect(state(ask(endpoint, 'GET', thing))).toBe('Succeeded');
    const gone = ask(endpoint, 'DELETE', rg);
    expect(gone.status).toBe(202);
    const result = gone.headers?.['Location'] ?? '';
    expect([1, 2, 3].map(() => ask(endpoint, 'GET', result).status)).toEqual([202, 202, 200]);
    expect(
      code(ask(endpoint, 'GET', `${S}/providers/Contoso.Net/locations/x/operations/none`)),
    ).toBe('OperationNotFound');
  });
});

describe('sign-in and discovery (arm-endpoint 2.1)', () => {
  const get = (url: string, method = 'GET') => {
    const { pathname, searchParams } = new URL(url, origin);
    return handleSignIn(identity, origin, '2026-11-21T12:00:00.000Z', {
      method,
      path: pathname,
      query: searchParams,
      headers: {},
      text: '',
    })?.body;
  };

  it('an authority below /adfs leads to a token with the tenant in it', () => {
    expect(get('/adfs/.well-known/openid-configuration')).toMatchObject({
      issuer: `${origin}/adfs`,
      token_endpoint: `${origin}/adfs/oauth2/token`,
    });
    expect(get('/tenant/v2.0/.well-known/openid-configuration')).toMatchObject({
      token_endpoint: `${origin}/tenant/oauth2/token`,
    });
    const token = get('/adfs/oauth2/v2.0/token', 'POST') as {
      access_token: string;
      expires_in: number;
    };
    expect(token.expires_in).toBe(86_399);
    const claims = JSON.parse(
      Buffer.from(token.access_token.split('.')[1] ?? '', 'base64url').toString('utf8'),
    ) as object;
    expect(claims).toMatchObject({
      tid: identity.tenantId,
      aud: origin,
      exp: Date.parse('2026-11-21T12:00:00Z') / 1000 + 86_399,
    });
    expect(get('/metadata/identity/oauth2/token?resource=x')).toMatchObject({
      expires_in: '86399',
    });
  });

  it('the three ages of metadata', () => {
    expect(get('/metadata/endpoints?api-version=2015-01-01')).toMatchObject({
      authentication: { loginEndpoint: `${origin}/adfs` },
    });
    expect(get('/metadata/endpoints?api-version=2019-05-01')).toEqual([
      expect.objectContaining({ resourceManager: origin }),
    ]);
    expect(get('/metadata/endpoints?api-version=2022-09-01')).toMatchObject({
      resourceManager: origin,
      authentication: { tenant: 'common', identityProvider: 'AAD' },
      suffixes: { acrLoginServer: 'azurecr.io' },
    });
    expect(get('/subscriptions')).toBeUndefined();
  });
});
