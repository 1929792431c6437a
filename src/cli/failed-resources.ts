import type { Network } from '../network/index.ts';
import { InputError } from './exit-code.ts';
import { nearest } from './nearest.ts';

/**
 * Keys of the resources that a question takes as failed: `firewall` is every Azure Firewall, anything else the name or id of one.
 * What cannot fail in the model is refused: the answer would be about a world in which it works.
 * @throws InputError for everything but a firewall of the input
 */
export function failedResources(network: Network, words: readonly string[]): ReadonlySet<string> {
  const firewalls = [...network.firewalls.values()].map(({ firewall }) => firewall);
  const keys = new Set<string>();
  for (const word of words) {
    const wanted = word.toLowerCase();
    const found = firewalls.filter(
      ({ key, name }) => wanted === 'firewall' || key === wanted || name.toLowerCase() === wanted,
    );
    for (const { key } of found) keys.add(key);
    if (found.length === 0) throw refusal(word, firewalls);
  }
  return keys;
}

function refusal(word: string, firewalls: readonly { readonly name: string }[]): InputError {
  const names = firewalls.map(({ name }) => name);
  const message = `no firewall of the input is \`${word}\`; only a firewall can be taken as failed`;
  if (names.length === 0) return new InputError(message, 'the input has no firewall');
  const near = nearest(word, names);
  return new InputError(
    message,
    near.length > 0
      ? `did you mean ${near.join(', ')}?`
      : `write firewall for all of them, or ${names.slice(0, 6).join(', ')}`,
  );
}
