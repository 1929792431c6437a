import type { Network } from '../network/index.ts';
import { InputError } from './exit-code.ts';
import { nearest } from './nearest.ts';

/**
 * Keys of the resources that a question takes as failed: `firewall` is every Azure Firewall, anything else a name or an id.
 * @throws InputError for what the input does not have, or has and whose failure is not modelled
 */
export function failedResources(network: Network, words: readonly string[]): ReadonlySet<string> {
  const appliances = appliancesOf(network);
  const firewalls = [...network.firewalls.keys()];
  const keys = new Set<string>();
  for (const word of words) {
    const wanted = word.toLowerCase();
    const found =
      wanted === 'firewall'
        ? firewalls
        : appliances.filter(({ key, name }) => key === wanted || name.toLowerCase() === wanted);
    for (const each of found) keys.add(typeof each === 'string' ? each : each.key);
    if (found.length > 0) continue;
    const names = appliances.map(({ name }) => name);
    const near = nearest(word, names);
    const hint =
      near.length > 0
        ? `did you mean ${near.join(', ')}?`
        : names.length > 0
          ? `firewalls and appliances can fail: ${names.slice(0, 6).join(', ')}`
          : 'the input has neither a firewall nor an appliance';
    throw new InputError(`no firewall or appliance of the input is \`${word}\``, hint);
  }
  return keys;
}

/** What the walk of a question looks at before it passes a box: firewalls, and interfaces that forward. */
function appliancesOf(network: Network): readonly { readonly key: string; readonly name: string }[] {
  return [
    ...[...network.firewalls.values()].map(({ firewall }) => firewall),
    ...network.perimeter.networkInterfaces.values(),
  ];
}
