import { OperationalError } from '../diagnostics/index.ts';
import { systemClock } from '../io/index.ts';
import { CLOUDS } from '../live/index.ts';
import { httpsSender } from '../live/send.ts';
import { tokenSourceOf } from '../live/sign-in.ts';
import { isRefusal } from '../live/token-source.ts';
import type { LogCredential } from '../logs/remote/index.ts';

/** The ways to sign in that `import` has, for whatever service a log is read from: the Azure CLI, an application, a managed identity. */
export function logCredential(signal: AbortSignal): LogCredential {
  const sender = httpsSender({ signal });
  const now = () => systemClock.now();
  return {
    async getToken(scopes) {
      const scope = typeof scopes === 'string' ? scopes : (scopes[0] ?? '');
      const audience = scope.replace(/\/\.default$/, '');
      const cloud = { ...CLOUDS.public, audience };
      const token = await tokenSourceOf({ env: process.env, cloud, sender, now }).fetch(signal);
      if (isRefusal(token)) {
        throw new OperationalError('live/sign-in', `no sign-in: ${token.refused}`, {
          hint: 'sign in with `az login`, or see docs/live.md for the other ways',
        });
      }
      return {
        token: token.token,
        // Where nobody says, as short as the shortest: five minutes.
        expiresOnTimestamp: token.expiresAt ?? now() + 300_000,
      };
    },
  };
}
