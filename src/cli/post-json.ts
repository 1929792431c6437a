import { OperationalError } from '../diagnostics/index.ts';
import { InputError } from './exit-code.ts';

const PATIENCE_MILLISECONDS = 10_000;

/**
 * Sends a message where somebody said.
 * @throws OperationalError when it is not taken; the address is not repeated, as such addresses hold keys
 */
export async function postJson(url: string, json: string): Promise<void> {
  let target: URL;
  try {
    target = new URL(url);
  } catch {
    throw new InputError('what `--webhook` names is no address', 'write http://127.0.0.1:9000/');
  }
  if (target.protocol !== 'http:' && target.protocol !== 'https:') {
    throw new InputError('`--webhook` takes http: and https: only');
  }
  try {
    const answer = await fetch(target, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: json,
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    });
    if (answer.ok) return;
    throw new OperationalError(
      'logs/webhook',
      `the webhook at ${target.host} answered ${answer.status}`,
    );
  } catch (cause) {
    if (cause instanceof OperationalError) throw cause;
    throw new OperationalError('logs/webhook', `the webhook at ${target.host} cannot be reached`, {
      cause,
    });
  }
}
