import { isToken } from './az-token.ts';
import type { TokenSource } from './token-source.ts';

/** What of `@azure/identity` is used: all that is known of it here. */
export interface IdentityLibrary {
  readonly DefaultAzureCredential: new (options: {
    readonly authorityHost?: string;
    readonly tenantId?: string;
  }) => {
    readonly getToken: (
      scope: string,
      options: { readonly abortSignal: AbortSignal; readonly tenantId?: string },
    ) => Promise<{ readonly token: string; readonly expiresOnTimestamp: number } | null>;
  };
}

export interface IdentityOptions {
  readonly login: string;
  readonly audience: string;
  readonly tenant?: string;
}

/**
 * Every other way Azure's own library knows: managed identities, Azure PowerShell, the developer CLI, Visual Studio Code. It is used where it is
 * installed beside sallyport, and not missed where it is not.
 */
export function identityTokens(
  { login, audience, tenant }: IdentityOptions,
  load: () => Promise<IdentityLibrary | undefined>,
): TokenSource {
  return {
    name: '@azure/identity',
    fetch: async (signal) => {
      const library = await load();
      if (library === undefined) return { refused: '`@azure/identity` is not installed' };
      try {
        const credential = new library.DefaultAzureCredential({
          authorityHost: login,
          ...(tenant === undefined ? {} : { tenantId: tenant }),
        });
        const scope = `${audience.replace(/\/+$/, '')}/.default`;
        const got = await credential.getToken(scope, {
          abortSignal: signal,
          ...(tenant === undefined ? {} : { tenantId: tenant }),
        });
        if (got === null || !isToken(got.token)) {
          return { refused: '`@azure/identity` gave no token' };
        }
        return { token: got.token, expiresAt: got.expiresOnTimestamp };
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        const said = error instanceof Error ? error.message : String(error);
        return { refused: `\`@azure/identity\` says: ${said.split('\n')[0]?.slice(0, 300)}` };
      }
    },
  };
}

/** By a name that no bundler follows: it is not a dependency. */
export async function installedIdentity(): Promise<IdentityLibrary | undefined> {
  const name = '@azure/identity';
  try {
    return (await import(name)) as IdentityLibrary;
  } catch {
    return undefined;
  }
}
