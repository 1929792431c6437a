import type { Diagnostic, Gap, Parsed } from '../../../diagnostics/index.ts';
import type { ClusterObjects, PolicyObject } from '../../../model/index.ts';
import { type AddressSet, NO_ADDRESSES } from '../../../net/index.ts';
import type { MissingFact } from '../../verdict.ts';
import type {
  CalicoNetworkSet,
  CalicoTier,
  ClusterRanges,
  Policy,
  PolicyName,
  PolicySet,
} from '../policy.ts';
import { parseAdminPolicy } from './parse-admin-policy.ts';
import {
  BUILT_IN_TIERS,
  parseCalicoNetworkSet,
  parseCalicoPolicy,
  parseCalicoTier,
} from './parse-calico.ts';
import { parseCiliumPolicies } from './parse-cilium.ts';
import { parseCidrGroup } from './parse-cilium-peers.ts';
import { parseNetworkPolicy } from './parse-network-policy.ts';
import type { Reading } from './reading.ts';

export const UNKNOWN_RANGES: ClusterRanges = {
  podAddresses: NO_ADDRESSES,
  nodeAddresses: NO_ADDRESSES,
  serviceAddresses: NO_ADDRESSES,
};

/**
 * Reads every policy object of a cluster. What the API server would refuse becomes a diagnostic and a policy in doubt;
 * kinds and fields we do not know become gaps. Linear in the objects.
 * @param ranges a `ClusterPlacement`; empty sets mean not known
 */
export function parsePolicies(
  objects: ClusterObjects,
  ranges: ClusterRanges = UNKNOWN_RANGES,
): Parsed<PolicySet> {
  const diagnostics: Diagnostic[] = [];
  const gaps: Gap[] = [];
  const read = <T>(object: PolicyObject, reader: (name: PolicyName, reading: Reading) => T): T => {
    const name = policyName(object);
    return reader(name, { title: name.title, diagnostics, gaps, doubts: [] });
  };
  const groups = new Map<string, AddressSet | MissingFact>();
  for (const object of objects.policies) {
    if (object.kind !== 'CiliumCIDRGroup') continue;
    groups.set(
      object.name,
      read(object, (_, reading) => parseCidrGroup(reading, object.body)),
    );
  }
  const policies: Policy[] = [];
  const tiers = new Map<string, CalicoTier>(BUILT_IN_TIERS.map((tier) => [tier.name, tier]));
  const networkSets: CalicoNetworkSet[] = [];
  const staged: PolicyName[] = [];
  for (const object of objects.policies) {
    read(object, (name, reading) => {
      switch (kindOf(object)) {
        case 'network':
          policies.push(parseNetworkPolicy(object, name, reading));
          break;
        case 'admin':
          policies.push(parseAdminPolicy(object, name, reading));
          break;
        case 'calico':
          policies.push(parseCalicoPolicy(object, name, reading));
          break;
        case 'calico-tier':
          tiers.set(object.name, parseCalicoTier(object, reading));
          break;
        case 'calico-set':
          networkSets.push(parseCalicoNetworkSet(object, reading));
          break;
        case 'staged':
          staged.push(name);
          break;
        case 'cilium':
          policies.push(...parseCiliumPolicies(object, name, reading, groups));
          break;
        case 'cilium-group':
          break;
        case 'unmodelled':
          gaps.push({
            what: name.title,
            why: 'a policy kind that is not modelled may decide flows',
            at: object.at,
          });
      }
    });
  }
  const value = { objects, ranges, policies, tiers, networkSets, staged, gaps };
  return { value, diagnostics };
}

type KindRead =
  | 'network'
  | 'admin'
  | 'calico'
  | 'calico-tier'
  | 'calico-set'
  | 'staged'
  | 'cilium'
  | 'cilium-group'
  | 'unmodelled';

const CALICO_KINDS: Readonly<Record<string, KindRead>> = {
  NetworkPolicy: 'calico',
  GlobalNetworkPolicy: 'calico',
  Tier: 'calico-tier',
  NetworkSet: 'calico-set',
  GlobalNetworkSet: 'calico-set',
  StagedNetworkPolicy: 'staged',
  StagedGlobalNetworkPolicy: 'staged',
  StagedKubernetesNetworkPolicy: 'staged',
};
const CILIUM_KINDS: Readonly<Record<string, KindRead>> = {
  CiliumNetworkPolicy: 'cilium',
  CiliumClusterwideNetworkPolicy: 'cilium',
  CiliumCIDRGroup: 'cilium-group',
};
const ADMIN_KINDS: Readonly<Record<string, KindRead>> = {
  AdminNetworkPolicy: 'admin',
  BaselineAdminNetworkPolicy: 'admin',
  ClusterNetworkPolicy: 'admin',
};
/** `crd.projectcalico.org` is how the same objects are stored; exports show either. */
const KINDS_OF_GROUP: Readonly<Record<string, Readonly<Record<string, KindRead>>>> = {
  'networking.k8s.io': { NetworkPolicy: 'network' },
  extensions: { NetworkPolicy: 'network' },
  'policy.networking.k8s.io': ADMIN_KINDS,
  'projectcalico.org': CALICO_KINDS,
  'crd.projectcalico.org': CALICO_KINDS,
  'cilium.io': CILIUM_KINDS,
};

function kindOf(object: PolicyObject): KindRead {
  const slash = object.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : object.apiVersion.slice(0, slash);
  const kinds = Object.hasOwn(KINDS_OF_GROUP, group) ? KINDS_OF_GROUP[group] : undefined;
  if (kinds === undefined || !Object.hasOwn(kinds, object.kind)) return 'unmodelled';
  return kinds[object.kind] ?? 'unmodelled';
}

function policyName(object: PolicyObject): PolicyName {
  const { kind, namespace, name, at } = object;
  const isCalico = object.apiVersion.includes('projectcalico.org/') && kind === 'NetworkPolicy';
  const shown = isCalico ? 'Calico NetworkPolicy' : kind;
  const title = `${shown} ${namespace === '' ? '' : `${namespace}/`}${name}`;
  return { kind, namespace, name, at, title };
}
