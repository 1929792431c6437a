import { OperationalError } from '../diagnostics/index.ts';
import { systemClock } from '../io/index.ts';
import { discoverCloud } from '../live/cloud.ts';
import { CLOUDS, type Cloud } from '../live/index.ts';
import { httpsSender, type Sender } from '../live/send.ts';
import { tokenSourceOf } from '../live/sign-in.ts';
import { isRefusal, keptTokens, type TokenSource, type Tokens } from '../live/token-source.ts';
import type { LogCredential } from '../logs/remote/index.ts';

export type CloudName = keyof typeof CLOUDS;

/** A cloud that logs are asked in, and the way to sign in to it. */
export interface LogCloud {
  readonly cloud: Cloud;
  readonly credential: LogCredential;
}

/**
 * The cloud that was named; without a name that whose resource manager `ARM_METADATA_HOSTNAME` names, as Terraform takes it, or the public
 * one. The ways to sign in are those of `import`, for whatever service a log is read from: the Azure CLI, an application, a managed identity.
 */
export async function logCloud(name: CloudName | undefined): Promise<LogCloud> {
  const { signal } = new AbortController();
  const sender = httpsSender({ signal });
  const cloud = await cloudOf(name, sender);
  const now = () => systemClock.now();
  // A token is for one service; asked for again and again, since each request may be the first after it ended.
  const tokens = new Map<string, Tokens>();
  const tokensFor = (audience: string): Tokens => {
    const known = tokens.get(audience);
    if (known !== undefined) return known;
    const env = environmentFor(audience);
    const source = tokenSourceOf({ env, cloud: { ...cloud, audience }, sender, now });
    const fetch: TokenSource['fetch'] = async (until) => {
      const token = await source.fetch(until);
      // Where nobody says when it ends, as short as the shortest: five minutes.
      return isRefusal(token) ? token : { expiresAt: now() + 300_000, ...token };
    };
    const made = keptTokens({ ...source, fetch }, now, signal);
    tokens.set(audience, made);
    return made;
  };
  const credential: LogCredential = {
    async getToken(scopes) {
      const scope = typeof scopes === 'string' ? scopes : (scopes[0] ?? '');
      const token = await tokensFor(scope.replace(/\/\.default$/, '')).get();
      if (isRefusal(token)) {
        throw new OperationalError('live/sign-in', `no sign-in: ${token.refused}`, {
          hint: 'sign in with `az login`, or see docs/live.md for the other ways',
        });
      }
      return { token: token.token, expiresOnTimestamp: token.expiresAt ?? now() };
    },
  };
  return { cloud, credential };
}

async function cloudOf(name: CloudName | undefined, sender: Sender): Promise<Cloud> {
  if (name !== undefined) return CLOUDS[name];
  const host = process.env['ARM_METADATA_HOSTNAME'] ?? '';
  if (host === '') return CLOUDS.public;
  const known = Object.values(CLOUDS).find(({ manager }) => manager === `https://${host}`);
  return known ?? (await discoverCloud(`https://${host}`, sender));
}

/** A token in the environment is for Resource Manager as a rule: one that says so is of no use to another service. */
function environmentFor(audience: string): NodeJS.ProcessEnv {
  const { AZURE_ACCESS_TOKEN: token = '', ...others } = process.env;
  const named = audienceOf(token);
  const bare = (text: string) => text.replace(/\/+$/, '');
  return named === undefined || bare(named) === bare(audience) ? process.env : others;
}

/** What a token says it is for; `undefined` where it cannot be read. */
function audienceOf(token: string): string | undefined {
  const [, payload = ''] = token.split('.');
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const { aud } = claims as { readonly aud?: unknown };
    return typeof aud === 'string' ? aud : undefined;
  } catch {
    return undefined;
  }
}
