import type { Gap } from '../../diagnostics/index.ts';
import type { ManagedCluster } from '../../model/index.ts';
import {
  type AddressSet,
  addressesOfPrefixes,
  addressSet,
  unionAddresses,
} from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import { elementsOf } from './address-sets.ts';
import { INTERNET_ADDRESS } from './internet-host.ts';
import { apiServerAddress } from './lab-names.ts';
import type { LabEnd, LabHost } from './lab-plan.ts';
import { tagPrefixes } from './tag-prefixes.ts';

export interface PublicApiServer {
  readonly host: LabHost;
  readonly address: string;
  readonly end: LabEnd;
  readonly gaps: readonly Gap[];
}

/**
 * The public endpoint of an API server, on the internet: lets the authorized ranges in and what the cluster's own load balancer sends from
 * (AKS-50, AKS-51), and everybody where there are none.
 * @param ownOutbound what the cluster's own load balancer sends from, as texts
 */
export function publicApiServer(
  network: Network,
  cluster: ManagedCluster,
  name: string,
  ownOutbound: AddressSet,
): PublicApiServer {
  const address = apiServerAddress(network, cluster);
  const access = cluster.apiServer;
  const gaps: Gap[] = [];
  const isClosed = access.publicNetworkAccess?.toLowerCase() === 'disabled';
  const sets: AddressSet[] = [ownOutbound];
  for (const term of access.authorizedRanges) {
    if (term.kind === 'range') sets.push(addressSet([term.range]));
    else if (term.kind === 'service-tag') {
      const prefixes = tagPrefixes(network.perimeter.snapshot.datasets.serviceTags, term.tag);
      if (prefixes !== undefined) sets.push(addressesOfPrefixes(prefixes));
    } else if (term.kind === 'unknown') {
      const why = 'it is not known: the lab lets nobody in by it';
      gaps.push({
        what: `authorized range \`${term.text}\` of ${cluster.name}`,
        why,
        at: term.at,
      });
    }
  }
  const isRestricted = access.authorizedRanges.length > 0 || isClosed;
  const ranges = isClosed ? [] : elementsOf(unionAddresses(...sets));
  const host: LabHost = {
    name,
    kind: 'api-server',
    label: `API server of ${cluster.name} (a stand-in)`,
    sysctls: [
      ['net.ipv6.conf.all.disable_ipv6', '1'],
      ['net.ipv4.conf.all.rp_filter', '0'],
    ],
    ip: [
      'link set lo up',
      `addr add ${address}/32 dev eth0`,
      'link set eth0 up',
      `route replace default via ${INTERNET_ADDRESS} dev eth0 onlink`,
    ],
    nftables: isRestricted ? rangesOnly(ranges) : '',
    answers: true,
    resolvers: [INTERNET_ADDRESS],
  };
  const end: LabEnd = {
    name: `api-server/${cluster.name}`,
    host: name,
    addresses: [address],
    traceName: 'apiserver',
  };
  return { host, address, end, gaps };
}

function rangesOnly(ranges: readonly string[]): string {
  return [
    'table inet api_server {',
    '  chain c_in {',
    '    type filter hook prerouting priority raw; policy accept;',
    '    iifname "lo" accept',
    ...(ranges.length === 0 ? [] : [`    ip saddr { ${ranges.join(', ')} } accept`]),
    '    log prefix "api-server;not an authorized range " group 6 snaplen 64',
    '    counter drop',
    '  }',
    '}',
    '',
  ].join('\n');
}
