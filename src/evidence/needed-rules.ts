import type { ApplicationRule, NetworkRule } from '../model/index.ts';
import type { Network } from '../network/index.ts';
import { requiredEgress } from '../semantics/api-server/required-egress.ts';
import { isUnknown } from '../values/index.ts';
import type { NamedRule } from './written-rules.ts';

/** What AKS needs of a rule, used or not; `undefined`: nothing that is documented. */
export type FindNeeded = (rule: NamedRule) => string | undefined;

/**
 * Rules that hold what these clusters need (AKS-30): upgrades and repairs call what no week of logs has seen. A rule is told by what it
 * writes: the FQDN tag of AKS, or a name.
 */
export function neededRules(network: Network): FindNeeded {
  const needs = network.clusters
    .filter(({ cluster }) => cluster !== undefined)
    .flatMap((placement) => requiredEgress(network, placement))
    .filter(({ entry, applies }) => entry.required && applies !== 'no');
  return ({ rule, type }) => {
    if (type === 'dnat') return undefined;
    if (type === 'application' && holdsTag(rule as ApplicationRule)) {
      return needs.length === 0 ? undefined : `AKS needs FQDN tag ${AKS_TAG}`;
    }
    const names = new Set(namesOf(rule as NetworkRule | ApplicationRule, type));
    const found = needs.find(({ entry: { fqdn } }) => names.has(fqdn?.toLowerCase() ?? ''));
    if (found === undefined) return undefined;
    const { entry, applies } = found;
    const what = `${entry.fqdn}:${entry.ports.join(',')}`;
    return applies === 'yes'
      ? `AKS needs ${what}`
      : `AKS may need ${what}: it hangs on ${found.why}`;
  };
}

const AKS_TAG = 'AzureKubernetesService';

function holdsTag({ fqdnTags }: ApplicationRule): boolean {
  return fqdnTags.some(
    (tag) => !isUnknown(tag) && tag.text.toLowerCase() === AKS_TAG.toLowerCase(),
  );
}

function namesOf(
  rule: NetworkRule | ApplicationRule,
  type: 'network' | 'application',
): readonly string[] {
  const written =
    type === 'network'
      ? (rule as NetworkRule).destinationFqdns
      : (rule as ApplicationRule).targetFqdns;
  return written.flatMap((one) => (isUnknown(one) ? [] : [one.text.toLowerCase()]));
}
