import { readFile } from 'node:fs/promises';
import { azTokens, isToken } from './az-token.ts';
import { clientCredentials } from './client-credentials.ts';
import type { Cloud } from './cloud.ts';
import { originOf } from './cloud.ts';
import { type IdentityLibrary, identityTokens, installedIdentity } from './identity-token.ts';
import type { Sender } from './send.ts';
import { isRefusal, type TokenSource } from './token-source.ts';

export interface SignInOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cloud: Cloud;
  readonly sender: Sender;
  readonly now: () => number;
  readonly tenant?: string;
  /** The first subscription that is wanted: the CLI signs in where it is. */
  readonly subscription?: string;
  readonly loadIdentity?: () => Promise<IdentityLibrary | undefined>;
}

/**
 * The ways that are open, the most explicit first: a token in the environment, an application in the environment, the person's own
 * CLI, and what `@azure/identity` finds. What is written in the environment is meant: nothing else is tried beside it.
 */
export function tokenSourceOf(options: SignInOptions): TokenSource {
  const { env, cloud, tenant, subscription } = options;
  const given = env['AZURE_ACCESS_TOKEN'] ?? '';
  if (given !== '') return givenToken(given);
  const application = applicationOf(options);
  if (application !== undefined) return application;
  const identity = identityTokens(
    {
      login: loginOf(options),
      audience: cloud.audience,
      ...(tenant === undefined ? {} : { tenant }),
    },
    options.loadIdentity ?? installedIdentity,
  );
  const az = azTokens({
    audience: cloud.audience,
    env,
    ...(tenant === undefined ? {} : { tenant }),
    ...(subscription === undefined ? {} : { subscription }),
  });
  const isManaged = ['IDENTITY_ENDPOINT', 'MSI_ENDPOINT'].some((name) => (env[name] ?? '') !== '');
  return firstOf(isManaged ? [identity, az] : [az, identity]);
}

function givenToken(token: string): TokenSource {
  return {
    name: 'AZURE_ACCESS_TOKEN of the environment',
    fetch: async () =>
      isToken(token) ? { token } : { refused: 'AZURE_ACCESS_TOKEN holds no token' },
  };
}

function applicationOf(options: SignInOptions): TokenSource | undefined {
  const { env, cloud, sender, now } = options;
  const tenant = options.tenant ?? env['AZURE_TENANT_ID'] ?? '';
  const clientId = env['AZURE_CLIENT_ID'] ?? '';
  const secret = env['AZURE_CLIENT_SECRET'] ?? '';
  const file = env['AZURE_FEDERATED_TOKEN_FILE'] ?? '';
  if (tenant === '' || clientId === '' || (secret === '' && file === '')) return undefined;
  const { audience } = cloud;
  const login = loginOf(options);
  const proof =
    secret !== ''
      ? ({ kind: 'secret', secret } as const)
      : ({ kind: 'federated', read: () => textIn(file) } as const);
  return clientCredentials({ login, audience, tenant, clientId, proof }, sender, now);
}

/** The variable of the SDKs wins over what the cloud says of itself. */
function loginOf({ env, cloud }: SignInOptions): string {
  const host = env['AZURE_AUTHORITY_HOST'] ?? '';
  return originOf(host) === undefined ? cloud.login : host.replace(/\/+$/, '');
}

async function textIn(file: string): Promise<string | undefined> {
  try {
    const text = (await readFile(file, 'utf8')).trim();
    return isToken(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** The first that gives a token is kept to: another account would see something else. */
function firstOf(sources: readonly TokenSource[]): TokenSource {
  let chosen: TokenSource | undefined;
  return {
    name: 'your sign-in',
    fetch: async (signal) => {
      if (chosen !== undefined) return chosen.fetch(signal);
      const refusals: string[] = [];
      for (const source of sources) {
        const token = await source.fetch(signal);
        if (!isRefusal(token)) {
          chosen = source;
          return token;
        }
        refusals.push(token.refused);
      }
      return { refused: refusals.join('; ') };
    },
  };
}
