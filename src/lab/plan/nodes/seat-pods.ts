import type { Ip } from '../../../net/index.ts';
import type { NodeSeat } from '../node-seat.ts';
import type { PlacedPod } from './place-pods.ts';
import type { SeatedPod } from './seated-pod.ts';

/** Placed pods with their addresses, namespaces and cables. One without an address is left out: its gap says why. */
export function seatPods(
  placed: readonly PlacedPod[],
  addresses: ReadonlyMap<PlacedPod, Ip>,
  nameOf: (wanted: string) => string,
): readonly SeatedPod[] {
  const cables = new Map<NodeSeat, number>();
  const ends = new Set<string>();
  return placed.flatMap((each): SeatedPod[] => {
    const { pod, index, seat, isStandIn } = each;
    const address = pod.hostNetwork ? seat.address : addresses.get(each);
    if (address === undefined) return [];
    const place = { pod, index, seat, address, endName: endNameOf(each, ends) };
    const standIn = isStandIn === true ? { isStandIn } : {};
    if (pod.hostNetwork) return [{ ...place, ...standIn, host: seat.host }];
    const cable = cables.get(seat) ?? 0;
    cables.set(seat, cable + 1);
    const host = nameOf(`${pod.namespace}-${pod.name}-${index}`);
    return [{ ...place, ...standIn, host, nodeInterface: `pod${cable}` }];
  });
}

/** `pod/shop/web-0`; a second workload of the same name says what it is. */
function endNameOf({ pod, index }: PlacedPod, given: Set<string>): string {
  const usual = `pod/${pod.namespace}/${pod.name}-${index}`;
  const name = given.has(usual) ? `${usual}-${pod.kind.toLowerCase()}` : usual;
  given.add(name);
  return name;
}
