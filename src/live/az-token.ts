import { memberOf, parseAnswer, textOf } from './json.ts';
import { runProgram, tellingLine } from './run-program.ts';
import type { TokenSource } from './token-source.ts';

export interface AzOptions {
  readonly audience: string;
  /** Signs in to another tenant than the CLI would. */
  readonly tenant?: string;
  /** The CLI picks the account and tenant that this one belongs to. */
  readonly subscription?: string;
  readonly env: NodeJS.ProcessEnv;
}

const TIMEOUT_MILLISECONDS = 60_000;

/** The person's own sign-in, whatever it is: `az` renews it and hands out a token (npm-choices 1). */
export function azTokens({ audience, tenant, subscription, env }: AzOptions): TokenSource {
  const quoted = (word: string) => (process.platform === 'win32' ? `"${word}"` : word);
  const chosen =
    tenant !== undefined
      ? ['--tenant', quoted(tenant)]
      : subscription !== undefined
        ? ['--subscription', quoted(subscription)]
        : [];
  return {
    name: 'the Azure CLI',
    fetch: async (signal) => {
      const ran = await runProgram(
        'az',
        ['account', 'get-access-token', '--resource', audience, ...chosen, '--output', 'json'],
        {
          env,
          signal,
          timeoutMilliseconds: TIMEOUT_MILLISECONDS,
          outSizeMax: 1_000_000,
          isScript: true,
        },
      );
      if (ran.kind === 'failed') return { refused: ran.why };
      if (ran.code !== 0) return { refused: `\`az\` says: ${tellingLine(ran.err)}` };
      const json = parseAnswer(ran.out);
      const token = textOf(memberOf(json, 'accessToken'));
      if (token === undefined || !isToken(token)) return { refused: '`az` printed no token' };
      // `expiresOn` is in local time without saying so; newer versions count seconds beside it.
      const seconds = memberOf(json, 'expires_on');
      return typeof seconds === 'number' ? { token, expiresAt: seconds * 1000 } : { token };
    },
  };
}

/** It goes into a header: no line may end in it. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]{1,20000}$/.test(text);
}
