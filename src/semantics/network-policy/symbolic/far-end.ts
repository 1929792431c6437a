import type { Condition, FlowBox, FlowRegion } from '../../../flows/index.ts';
import type { ClusterNode, PodClass } from '../../../model/index.ts';
import {
  type AddressSet,
  ALL_ADDRESSES,
  ALL_IPV4,
  addressSetCovers,
  addressSetHas,
  addressSetsOverlap,
  isEmptyAddressSet,
  NO_ADDRESSES,
  parseIp,
  subtractAddresses,
  unionAddresses,
} from '../../../net/index.ts';
import type { FlowAddress } from '../../flow.ts';
import type { ClusterRanges, Direction } from '../policy.ts';
import { HOLDS, type Holding, onlyIf } from './holding.ts';

/** What an engine takes the other end of a flow for. */
export type FarEnd =
  | { readonly kind: 'pod'; readonly pod: PodClass; readonly address: FarAddress }
  /** A pod of the cluster that the input does not hold. */
  | { readonly kind: 'some-pod'; readonly address: FarAddress }
  | {
      readonly kind: 'node';
      readonly which: 'own' | 'other';
      readonly address: FarAddress;
      readonly node?: ClusterNode;
    }
  | { readonly kind: 'outside'; readonly address: FarAddress; readonly isApiServer: boolean };

/** `header`: whatever the flow carries; the sets of boxes are over it. Otherwise what the engine sees instead. */
export type FarAddress = 'header' | FlowAddress;

/** A condition on the address of the other end: where it holds, and where it holds if something is so. */
export interface AddressTruth {
  readonly yes: AddressSet;
  readonly maybe: readonly {
    readonly addresses: AddressSet;
    readonly needs: readonly Condition[];
  }[];
}

export function inside(addresses: AddressSet): AddressTruth {
  return { yes: addresses, maybe: [] };
}

/** In one of them. */
export function anyAddress(truths: readonly AddressTruth[]): AddressTruth {
  return {
    yes: unionAddresses(...truths.map(({ yes }) => yes)),
    maybe: truths.flatMap(({ maybe }) => maybe),
  };
}

/** The same, if these hold as well. */
export function provided(truth: AddressTruth, holding: Holding): AddressTruth {
  if (holding === undefined) return inside(NO_ADDRESSES);
  if (holding.length === 0) return truth;
  return {
    yes: NO_ADDRESSES,
    maybe: [
      { addresses: truth.yes, needs: holding },
      ...truth.maybe.map((one) => ({ ...one, needs: [...holding, ...one.needs] })),
    ],
  };
}

export function outside(truth: AddressTruth): AddressTruth {
  const open = unionAddresses(...truth.maybe.map(({ addresses }) => addresses));
  return {
    yes: subtractAddresses(ALL_ADDRESSES, unionAddresses(truth.yes, open)),
    maybe: truth.maybe.map(({ addresses, needs }) => ({
      addresses: subtractAddresses(addresses, truth.yes),
      needs,
    })),
  };
}

/** The flows whose other end satisfies the condition. */
export function addressBoxes(
  truth: AddressTruth,
  address: FarAddress,
  direction: Direction,
): FlowRegion {
  const boxes: FlowBox[] = [];
  const add = (set: AddressSet, needs: readonly Condition[]): void => {
    if (isEmptyAddressSet(set)) return;
    const own = needs.length === 0 ? {} : { needs };
    if (address === 'header') {
      boxes.push({ ...overAddresses(direction, set), ...own });
      return;
    }
    const holding = addressIn(set, address);
    if (holding === undefined) return;
    const both = [...needs, ...holding];
    boxes.push(both.length === 0 ? {} : { needs: both });
  };
  add(truth.yes, []);
  for (const { addresses, needs } of truth.maybe) add(addresses, needs);
  return boxes;
}

/** A box over the header of the other end. */
export function overAddresses(direction: Direction, addresses: AddressSet): FlowBox {
  return direction === 'egress' ? { destinations: addresses } : { sources: addresses };
}

/** An address nobody knows exactly is in a set for sure only when all it may be are. */
export function addressIn(set: AddressSet, address: FlowAddress): Holding {
  if (address.kind === 'exact') return onlyIf(addressSetHas(set, address.ip));
  if (addressSetCovers(set, address.addresses)) return HOLDS;
  if (!addressSetsOverlap(set, address.addresses)) return undefined;
  return [{ missing: `the address of ${address.label}` }];
}

/** A live pod's address, or one of those pods (host network: nodes) of the cluster get. */
export function podAddress(pod: PodClass, ranges: ClusterRanges): FlowAddress {
  const label = `pod ${pod.namespace}/${pod.name}`;
  const ip = pod.address === undefined ? undefined : parseIp(pod.address);
  if (ip !== undefined) return { kind: 'exact', ip, label };
  const range = pod.hostNetwork ? ranges.nodeAddresses : ranges.podAddresses;
  return { kind: 'within', addresses: isEmptyAddressSet(range) ? ALL_IPV4 : range, label };
}
