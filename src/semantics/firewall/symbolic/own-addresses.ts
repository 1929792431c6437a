import type { FlowBox, FlowRegion } from '../../../flows/index.ts';
import { addressSetSize } from '../../../net/index.ts';
import type { FirewallPlacement, KnownAddress } from '../../../network/index.ts';

/** Flows that are addressed to a firewall itself. Under a need where its address is only known to lie in a small set. */
export interface OwnFlows {
  readonly publicly: FlowRegion;
  readonly privately: FlowRegion;
}

/** More than a /16 is "some address": then flows are taken to go elsewhere, or there would be no verdict on any. */
const TELLING_SIZE_MAX = 65_536n;

/** @see AFW-28 what inbound means. AFW-61 addresses of the firewall */
export function ownFlows({ publicAddresses, privateAddress }: FirewallPlacement): OwnFlows {
  return {
    publicly: publicAddresses.flatMap(({ address, publicIp }) => {
      const fqdn = publicIp?.fqdn?.toLowerCase();
      const named: FlowBox[] =
        fqdn === undefined ? [] : [{ names: { patterns: [fqdn], withoutName: false } }];
      return [...named, ...addressedTo(address)];
    }),
    privately: privateAddress === undefined ? [] : addressedTo(privateAddress),
  };
}

function addressedTo({ addresses, isExact, label, symbol }: KnownAddress): FlowBox[] {
  if (isExact) return [{ destinations: addresses }];
  const same: FlowBox[] = symbol === undefined ? [] : [{ destinationIs: symbol }];
  if (addressSetSize(addresses) > TELLING_SIZE_MAX) return same;
  return [...same, { destinations: addresses, needs: [{ missing: `which address ${label} has` }] }];
}
