import { addressSetHas } from '../net/index.ts';
import type { KnownAddress } from '../network/index.ts';
import { orderedRules } from '../semantics/firewall/index.ts';
import { isUnknown } from '../values/index.ts';
import type { World } from './world.ts';

/** Does anything that the input writes down lead, or perhaps lead, to a private front end: a DNAT rule, or an Application Gateway? */
export function mayBePublished({ network }: World, front: KnownAddress): boolean {
  const leads = (to: Parameters<typeof addressSetHas>[1]): boolean =>
    addressSetHas(front.addresses, to);
  const collections = [...network.firewalls.values()].flatMap((placement) =>
    orderedRules(placement).dnat.flatMap((rank) => rank.collections),
  );
  const byRule = collections.some((entry) => {
    if (entry.kind !== 'known') return true;
    if (entry.collection.kind !== 'dnat') return false;
    return entry.collection.rules.some(
      ({ translatedAddress: to }) => to !== undefined && (isUnknown(to) || leads(to)),
    );
  });
  return (
    byRule ||
    [...network.perimeter.applicationGateways.values()].some(({ routes }) =>
      routes.some(({ backends }) =>
        backends.some(
          (one) => one.kind !== 'address' || isUnknown(one.address) || leads(one.address),
        ),
      ),
    )
  );
}
