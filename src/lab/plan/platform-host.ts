import { cable } from './cables.ts';
import type { Fabric } from './fabrics.ts';
import type { LabHost } from './lab-plan.ts';
import { METADATA_SERVICE, PLATFORM_DNS } from './seat.ts';

/** What the host under every machine answers itself: DNS and the wire server, and the metadata service (AZN-17). */
export function platformHost(fabric: Fabric): LabHost {
  const own = cable('platform', fabric.index);
  return {
    name: fabric.platform,
    kind: 'platform',
    label: 'Azure DNS and metadata',
    sysctls: [
      ['net.ipv6.conf.all.disable_ipv6', '1'],
      ['net.ipv4.conf.all.rp_filter', '0'],
    ],
    ip: [
      'link set lo up',
      'link set fabric up',
      `addr add ${own.far}/${own.length} dev fabric`,
      `addr add ${PLATFORM_DNS}/32 dev lo`,
      `addr add ${METADATA_SERVICE}/32 dev lo`,
      `route replace default via ${own.near} dev fabric`,
    ],
    nftables: '',
    answers: true,
    resolvers: [PLATFORM_DNS],
  };
}
