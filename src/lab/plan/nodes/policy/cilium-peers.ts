import type { PolicyObject } from '../../../../model/index.ts';
import {
  type AddressSet,
  ALL_IPV4,
  addressSetHas,
  NO_ADDRESSES,
  singleAddress,
  subtractAddresses,
} from '../../../../net/index.ts';
import { toJson } from '../../../../values/index.ts';
import { addressesOfPods, type SeatedPod } from '../seated-pod.ts';
import type { AdmittedNames } from './cilium-policy.ts';
import { ciliumEndpoints } from './cilium-selector.ts';
import { clusterAddresses, nodeAddresses, outsideAddresses } from './cluster-addresses.ts';
import { rangesOf, rangeWithout, union } from './ip-ranges.ts';
import { labelSelector } from './label-selector.ts';
import { fitsCiliumPattern, plain, sampleOf } from './name-pattern.ts';
import { type Direction, ownNetwork, type PolicyWorld } from './policy-rule.ts';
import { field, isList, list, names, text, texts, type Written } from './written.ts';

/** Ranges of CiliumCIDRGroups by name. */
export type CidrGroups = ReadonlyMap<string, AddressSet>;

/** One way a rule names the other end. */
export interface CiliumPeers {
  readonly far: AddressSet | undefined;
  /** The pods among them, for port names. */
  readonly pods: readonly SeatedPod[];
  /** Set for names: the pods whose DNS rules admit them. */
  readonly near: AddressSet | undefined;
}

const BESIDES = new Set(['toPorts', 'icmps', 'authentication']);

/**
 * The other ends of a rule; several fields are alternatives. Empty: the rule names none. `undefined`: it cannot be read.
 */
export function ciliumPeers(
  rule: Written,
  direction: Direction,
  namespace: string,
  world: PolicyWorld,
  admitted: AdmittedNames,
  subjects: readonly SeatedPod[],
  groups: CidrGroups,
): readonly CiliumPeers[] | undefined {
  const word = direction === 'ingress' ? 'from' : 'to';
  const found: CiliumPeers[] = [];
  for (const name of names(rule)) {
    if (BESIDES.has(name)) continue;
    const value = field(rule, name);
    if (!isList(value)) {
      if (value === undefined) continue;
      return undefined;
    }
    switch (name) {
      case `${word}Endpoints`: {
        const pods = endpointsOf(value, namespace, world);
        if (pods === undefined) return undefined;
        found.push({ far: addressesOfPods(pods), pods, near: undefined });
        break;
      }
      case `${word}Entities`: {
        const sets = texts(value).map((entity) => entityAddresses(entity, world));
        if (!sets.every((set): set is AddressSet => set !== undefined)) return undefined;
        found.push(peersAt(union(sets), world));
        break;
      }
      case `${word}CIDR`:
      case `${word}CIDRSet`: {
        const far = outsideRanges(value, world, groups);
        if (far === undefined) return undefined;
        found.push({ far, pods: [], near: undefined });
        break;
      }
      case 'toServices': {
        const peers = servicesNamed(value, world);
        if (peers === undefined) return undefined;
        found.push(peers);
        break;
      }
      case 'toFQDNs':
        found.push(...namedPeers(value, world, admitted, subjects));
        break;
      default:
        return undefined;
    }
  }
  return found;
}

export function cidrGroups(objects: readonly PolicyObject[]): CidrGroups {
  return new Map(
    objects
      .filter(({ kind }) => kind === 'CiliumCIDRGroup')
      .map((object) => {
        const cidrs = field(toJson(object.body), 'spec', 'externalCIDRs');
        return [object.name, rangesOf(cidrs ?? []) ?? NO_ADDRESSES];
      }),
  );
}

function endpointsOf(
  value: Written,
  namespace: string,
  world: PolicyWorld,
): readonly SeatedPod[] | undefined {
  const pods = new Set<SeatedPod>();
  for (const selector of list(value)) {
    const selected = ciliumEndpoints(selector, namespace, world);
    if (selected === undefined) return undefined;
    for (const seated of selected) pods.add(seated);
  }
  return [...pods];
}

/** K8P-44. */
function entityAddresses(entity: string, world: PolicyWorld): AddressSet | undefined {
  const here = singleAddress(world.here.address);
  switch (entity) {
    case 'all':
      return ALL_IPV4;
    case 'world':
    case 'world-ipv4':
      return outsideAddresses(world);
    case 'cluster':
      return clusterAddresses(world);
    case 'host':
      return here;
    case 'remote-node':
      return subtractAddresses(nodeAddresses(world), here);
    case 'kube-apiserver':
      return world.apiServer;
    case 'none':
    case 'init':
    case 'ingress':
    case 'health':
    case 'unmanaged':
    case 'world-ipv6':
      return NO_ADDRESSES;
    default:
      return undefined;
  }
}

function peersAt(far: AddressSet, world: PolicyWorld): CiliumPeers {
  const pods = world.pods.filter((each) => ownNetwork(each) && addressSetHas(far, each.address));
  return { far, pods, near: undefined };
}

/** K8P-43: ranges are what lies outside the cluster. */
function outsideRanges(
  value: Written,
  world: PolicyWorld,
  groups: CidrGroups,
): AddressSet | undefined {
  const sets: AddressSet[] = [];
  for (const entry of list(value)) {
    const isText = typeof entry === 'string';
    if (!isText && field(entry, 'cidrGroupSelector') !== undefined) return undefined;
    const group = isText ? undefined : text(field(entry, 'cidrGroupRef'));
    const holes = rangesOf((isText ? [] : field(entry, 'except')) ?? []);
    const set =
      group === undefined
        ? rangeWithout(isText ? entry : field(entry, 'cidr'), isText ? [] : field(entry, 'except'))
        : groups.get(group);
    if (set === undefined || holes === undefined) return undefined;
    sets.push(subtractAddresses(set, holes));
  }
  return subtractAddresses(union(sets), clusterAddresses(world));
}

/** K8P-54. */
function servicesNamed(value: Written, world: PolicyWorld): CiliumPeers | undefined {
  const pods = new Set<SeatedPod>();
  const sets: AddressSet[] = [];
  for (const entry of list(value)) {
    const one = field(entry, 'k8sService');
    const many = field(entry, 'k8sServiceSelector');
    if (many !== undefined && labelSelector(field(many, 'selector')) === undefined)
      return undefined;
    // Labels of Services are not read; a selector of them cannot be decided.
    if (many !== undefined || one === undefined) return undefined;
    for (const { service, pods: behind, ports } of world.services) {
      if (service.name !== text(field(one, 'serviceName'))) continue;
      const home = text(field(one, 'namespace'));
      if (home !== undefined && service.namespace !== home) continue;
      for (const seated of behind.filter(ownNetwork)) pods.add(seated);
      const addresses = ports.flatMap(({ backends }) => backends.map(({ address }) => address));
      if (behind.length === 0) sets.push(rangesOf(addresses) ?? NO_ADDRESSES);
    }
  }
  const all = [...pods];
  return { far: union([...sets, addressesOfPods(all)]), pods: all, near: undefined };
}

/** K8P-47: each name for the pods that may ask for it; never addresses of the cluster. */
function namedPeers(
  value: Written,
  world: PolicyWorld,
  admitted: AdmittedNames,
  subjects: readonly SeatedPod[],
): readonly CiliumPeers[] {
  const wanted = new Set<string>();
  for (const entry of list(value)) {
    const exact = text(field(entry, 'matchName'));
    if (exact !== undefined) wanted.add(plain(exact));
    const pattern = text(field(entry, 'matchPattern'));
    if (pattern === undefined) continue;
    for (const name of [...world.names, sampleOf(pattern)]) {
      if (fitsCiliumPattern(pattern, name) === true) wanted.add(plain(name));
    }
  }
  return [...wanted].map((name) => {
    const asking = subjects.filter((seated) =>
      (admitted.get(seated) ?? []).some((rule) => admits(rule, name)),
    );
    const far = subtractAddresses(world.addressesOfName(name), clusterAddresses(world));
    return { far, pods: [], near: addressesOfPods(asking) };
  });
}

function admits(rule: Written, name: string): boolean {
  const exact = text(field(rule, 'matchName'));
  if (exact !== undefined && plain(exact) === name) return true;
  const pattern = text(field(rule, 'matchPattern'));
  return pattern !== undefined && fitsCiliumPattern(pattern, name) === true;
}
