import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import {
  type Scripted,
  type ScriptedManager,
  scriptedManager,
} from '../../tests/support/scripted-manager.ts';
import { CLOUDS, discoverCloud } from './cloud.ts';
import { identityTokens } from './identity-token.ts';
import { httpsSender } from './send.ts';
import { tokenSourceOf } from './sign-in.ts';
import { keptTokens } from './token-source.ts';

const running: ScriptedManager[] = [];
const folder = mkdtempSync(join(tmpdir(), 'sallyport-sign-in-'));
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const signal = new AbortController().signal;

async function authority(answer: Scripted) {
  const manager = await scriptedManager(() => answer);
  running.push(manager);
  return { manager, sender: httpsSender({ signal, ca: manager.ca, timeoutMilliseconds: 3_000 }) };
}

async function tokenWith(
  env: Readonly<Record<string, string>>,
  answer: Scripted,
  login = (origin: string) => origin,
) {
  const { manager, sender } = await authority(answer);
  const cloud = { ...CLOUDS.public, login: login(manager.origin) };
  const loadIdentity = async () => undefined;
  const source = tokenSourceOf({ env, cloud, sender, now: () => 1_000, loadIdentity });
  return { token: await source.fetch(signal), manager };
}

const APPLICATION = {
  AZURE_TENANT_ID: 'tenant',
  AZURE_CLIENT_ID: 'client',
  AZURE_CLIENT_SECRET: 'hush & more',
};

describe('an application in the environment', () => {
  it('is given a token for Resource Manager by its own tenant', async () => {
    const { token, manager } = await tokenWith(APPLICATION, {
      body: { access_token: 'tok', expires_in: 3600 },
    });
    expect(token).toEqual({ token: 'tok', expiresAt: 1_000 + 3_600_000 });
    const [asked] = manager.asked;
    expect(asked!.path).toBe('/tenant/oauth2/v2.0/token');
    expect(Object.fromEntries(new URLSearchParams(asked!.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'client',
      client_secret: 'hush & more',
      scope: 'https://management.azure.com/.default',
    });
  });

  it('signs in to an authority without tenants by a resource', async () => {
    const { manager } = await tokenWith(
      APPLICATION,
      { body: { access_token: 'tok', expires_in: '3600' } },
      (origin) => `${origin}/adfs`,
    );
    const [asked] = manager.asked;
    expect(asked!.path).toBe('/adfs/oauth2/token');
    expect(new URLSearchParams(asked!.body).get('resource')).toBe('https://management.azure.com/');
  });

  it('of a workload proves itself with the token in its file, read anew', async () => {
    const file = join(folder, 'federated');
    writeFileSync(file, 'proof-1\n');
    const { AZURE_CLIENT_SECRET: _, ...rest } = APPLICATION;
    const { manager } = await tokenWith(
      { ...rest, AZURE_FEDERATED_TOKEN_FILE: file },
      { body: { access_token: 'tok' } },
    );
    const form = new URLSearchParams(manager.asked[0]!.body);
    expect(form.get('client_assertion')).toBe('proof-1');
    expect(form.has('client_secret')).toBe(false);
  });

  it.each([
    [
      'in the words of the authority',
      {
        status: 401,
        body: {
          error: 'invalid_client',
          error_description: 'AADSTS7000215: Invalid client secret.\r\nTrace ID: x',
        },
      },
      'sign-in was refused: AADSTS7000215: Invalid client secret.',
    ],
    ['without words', { status: 500, body: '<html></html>' }, 'sign-in was refused: status 500'],
    ['by an answer without a token', { body: {} }, 'sign-in was refused: status 200'],
    [
      'by a token that would end a header',
      { body: { access_token: 'a\r\nX: y' } },
      'sign-in was refused: status 200',
    ],
  ])('is refused %s, and its secret is nowhere', async (_, answer, refused) => {
    const { token } = await tokenWith(APPLICATION, answer);
    expect(token).toEqual({ refused });
  });
});

describe('the Azure CLI', () => {
  const withAz = async (script: string) => {
    const bin = mkdtempSync(join(folder, 'bin-'));
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'az'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, 'az'), 0o755);
    const { token } = await tokenWith({ PATH: `${bin}:/usr/bin:/bin` }, undefined);
    return token;
  };

  it('is asked for a token of the audience', async () => {
    const token = await withAz(
      `echo "{\\"accessToken\\":\\"$(echo "$*" | tr ' ' '_')\\",\\"expires_on\\":1763723000}"`,
    );
    expect(token).toEqual({
      token: 'account_get-access-token_--resource_https://management.azure.com/_--output_json',
      expiresAt: 1_763_723_000_000,
    });
  });

  it.each([
    [
      'says that nobody signed in',
      `echo 'WARNING: old' >&2; echo 'ERROR: Please run az login to setup account.' >&2; exit 1`,
      '`az` says: ERROR: Please run az login to setup account.',
    ],
    ['prints something else', 'echo hello', '`az` printed no token'],
  ])('that %s is quoted', async (_, script, said) => {
    expect(await withAz(script)).toEqual({
      refused: `${said}; \`@azure/identity\` is not installed`,
    });
  });

  it('that is not there is said, with what else was tried', async () => {
    const { token } = await tokenWith({ PATH: folder }, undefined);
    expect(token).toEqual({
      refused: '`az` is not installed; `@azure/identity` is not installed',
    });
  });
});

describe('@azure/identity where it is installed', () => {
  const fetchWith = (
    getToken: () => Promise<{ token: string; expiresOnTimestamp: number } | null>,
  ) =>
    identityTokens({ login: CLOUDS.china.login, audience: CLOUDS.china.audience }, async () => ({
      DefaultAzureCredential: class {
        getToken = getToken;
      },
    })).fetch(signal);

  it('gives its token, or its first line', async () => {
    expect(await fetchWith(async () => ({ token: 't', expiresOnTimestamp: 5 }))).toEqual({
      token: 't',
      expiresAt: 5,
    });
    expect(await fetchWith(async () => null)).toEqual({
      refused: '`@azure/identity` gave no token',
    });
    const failing = fetchWith(() => Promise.reject(new Error('no credential\nat line 2')));
    expect(await failing).toEqual({ refused: '`@azure/identity` says: no credential' });
  });
});

describe('a token', () => {
  it('in the environment is taken as it is, before all else', async () => {
    const { token, manager } = await tokenWith(
      { ...APPLICATION, AZURE_ACCESS_TOKEN: 'given' },
      undefined,
    );
    expect(token).toEqual({ token: 'given' });
    expect(manager.asked).toEqual([]);
  });

  it('that ends in two minutes is renewed before it is used', async () => {
    let now = 0;
    let fetched = 0;
    const source = {
      name: 't',
      fetch: async () => ({ token: `tok-${++fetched}`, expiresAt: now + 600_000 }),
    };
    const tokens = keptTokens(source, () => now, signal);
    expect(await tokens.get()).toMatchObject({ token: 'tok-1' });
    now = 479_000;
    expect(await tokens.get()).toMatchObject({ token: 'tok-1' });
    now = 480_001;
    expect(await tokens.get()).toMatchObject({ token: 'tok-2' });
  });
});

describe('another cloud', () => {
  it('says itself where to sign in, in each of its forms', async () => {
    for (const form of [(one: object) => one, (one: object) => [one]]) {
      const { manager, sender } = await authority({
        body: form({
          authentication: {
            loginEndpoint: 'https://login.example/adfs/',
            audiences: ['https://a/'],
          },
        }),
      });
      expect(await discoverCloud(`${manager.origin}/`, sender)).toEqual({
        manager: manager.origin,
        login: 'https://login.example/adfs',
        audience: 'https://a/',
      });
    }
  });

  it.each([
    [
      'in the clear',
      { body: { authentication: { loginEndpoint: 'http://login.example' } } },
      'names no place to sign in',
    ],
    ['nowhere', { body: [] }, 'names no place to sign in'],
    ['with a web page', { body: '<html></html>' }, 'names no place to sign in'],
    ['with an error', { status: 404 }, 'status 404'],
  ])('that answers %s is none', async (_, answer, why) => {
    const { manager, sender } = await authority(answer);
    await expect(discoverCloud(manager.origin, sender)).rejects.toMatchObject({
      code: 'live/cloud',
      message: expect.stringContaining(why),
    });
  });

  it.each(['http://localhost', 'management.azure.com', 'https://user:pass@host', ''])(
    'is not at `%s`',
    async (address) => {
      const { sender } = await authority(undefined);
      await expect(discoverCloud(address, sender)).rejects.toMatchObject({ code: 'live/cloud' });
    },
  );
});
