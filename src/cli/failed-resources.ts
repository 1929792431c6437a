import type { Network } from '../network/index.ts';
import { type Failures, failuresOf, NO_FAILURES } from '../reach/index.ts';
import { InputError } from './exit-code.ts';
import { nearest } from './nearest.ts';

/**
 * What a question takes as failed: `zone:N`, `firewall` for all of them, or names of what can fail in the model.
 * @throws InputError for everything else: the answer would be about a world in which it works
 */
export function failedResources(network: Network, words: readonly string[]): Failures {
  if (words.length === 0) return NO_FAILURES;
  const parsed = failuresOf(network, words);
  if (parsed.kind === 'failures') return parsed.failures;
  const near = nearest(parsed.word, parsed.known);
  throw new InputError(
    parsed.message,
    near.length > 0 ? `did you mean ${near.join(', ')}?` : parsed.hint,
  );
}
