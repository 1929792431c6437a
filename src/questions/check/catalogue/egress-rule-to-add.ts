import type { RequiredEgress } from '../../../facts/index.ts';
import type { FirewallPlacement } from '../../../network/index.ts';
import type { Change, PlainJson } from '../change.ts';

/**
 * The rules that a firewall lacks, appended to the first collection of their kind that allows: its priority was chosen for such rules.
 * `undefined` when there is none, or no rule can say an entry.
 */
export function rulesToAdd(
  firewall: FirewallPlacement,
  entries: readonly RequiredEgress[],
  source: string,
): readonly Change[] | undefined {
  const changes = entries.map((entry) => ruleToAdd(firewall, entry, source));
  return changes.every((change) => change !== undefined) ? changes : undefined;
}

function ruleToAdd(
  { firewall, policies }: FirewallPlacement,
  entry: RequiredEgress,
  source: string,
): Change | undefined {
  const isClassic = policies.length === 0;
  const collections = isClassic
    ? firewall.collections
    : (policies.at(-1)?.groups.flatMap((group) => group.collections) ?? []);
  const collection = collections.find(
    (one) => one.kind === entry.layer && one.action === 'Allow' && one.rules.length > 0,
  );
  const to = entry.layer === 'application' ? byName(entry) : byAddress(entry, isClassic);
  if (collection === undefined || to === undefined) return undefined;
  const type = entry.layer === 'application' ? 'ApplicationRule' : 'NetworkRule';
  return {
    at: collection.at,
    path: [...(isClassic ? ['properties'] : []), 'rules', { append: true }],
    to: {
      ...(isClassic ? {} : { ruleType: type }),
      name: `aks-${entry.id}`,
      sourceAddresses: [source],
      ...to,
    },
  };
}

type Members = { readonly [name: string]: PlainJson };

function byName({ fqdn, protocol, ports }: RequiredEgress): Members | undefined {
  if (fqdn === undefined || (protocol !== 'HTTPS' && protocol !== 'HTTP')) return undefined;
  const protocolType = protocol === 'HTTPS' ? 'Https' : 'Http';
  return {
    protocols: ports.map((port) => ({ protocolType, port })),
    targetFqdns: [fqdn],
  };
}

function byAddress(entry: RequiredEgress, isClassic: boolean): Members | undefined {
  const { serviceTag, address, fqdn, ports } = entry;
  const protocol = entry.protocol === 'UDP' ? 'UDP' : 'TCP';
  const destination = serviceTag ?? address;
  if (destination === undefined && fqdn === undefined) return undefined;
  return {
    [isClassic ? 'protocols' : 'ipProtocols']: [protocol],
    ...(destination === undefined
      ? { destinationFqdns: [fqdn!] }
      : { destinationAddresses: [destination] }),
    destinationPorts: ports.map(String),
  };
}
