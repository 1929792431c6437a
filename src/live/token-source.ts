/** A token for Azure Resource Manager. It is sent there and shown nowhere. */
export interface AccessToken {
  readonly token: string;
  /** Milliseconds since 1970; absent when nobody says. */
  readonly expiresAt?: number;
}

/** One way to sign in. */
export interface TokenSource {
  /** In words a person knows: `the Azure CLI`. */
  readonly name: string;
  /**
   * @returns why there is none, when this way is not open; without the secret that was used
   */
  readonly fetch: (signal: AbortSignal) => Promise<AccessToken | TokenRefusal>;
}

export interface TokenRefusal {
  readonly refused: string;
}

export function isRefusal(token: AccessToken | TokenRefusal): token is TokenRefusal {
  return 'refused' in token;
}

/** A token that would end before the answer is there is none. */
const SOON_MILLISECONDS = 120_000;

export interface Tokens {
  /** @param stale the token that was just refused: another one is fetched, if there is another */
  readonly get: (stale?: string) => Promise<AccessToken | TokenRefusal>;
}

/** Keeps a token until it ends. However many ask at once, one is fetched. */
export function keptTokens(source: TokenSource, now: () => number, signal: AbortSignal): Tokens {
  let kept: AccessToken | undefined;
  let fetching: Promise<AccessToken | TokenRefusal> | undefined;
  const fetchOnce = () => {
    fetching ??= source.fetch(signal).then(
      (token) => {
        fetching = undefined;
        kept = isRefusal(token) ? undefined : token;
        return token;
      },
      (error) => {
        fetching = undefined;
        throw error;
      },
    );
    return fetching;
  };
  return {
    get: async (stale) => {
      const isGood =
        kept !== undefined &&
        kept.token !== stale &&
        (kept.expiresAt === undefined || kept.expiresAt - SOON_MILLISECONDS > now());
      return isGood && kept !== undefined ? kept : fetchOnce();
    },
  };
}
