import { cable } from './cables.ts';
import { link } from './fabric-host.ts';
import type { Fabric } from './fabrics.ts';
import type { LabHost, LabLink, LabPlan, LabProcess } from './lab-plan.ts';

/** Under which the internet's own clients call, and where its DNS answers. */
export const INTERNET_ADDRESS = '198.18.0.10';
/** Of the echo of datagrams, where answering hosts send them. */
const ECHO_PORT = 7007;

/** A host of its own on the internet: the public endpoint of an API server. */
export interface InternetService {
  readonly host: string;
  readonly address: string;
}

/**
 * Everything that is not the perimeter: owns every address but the perimeter's, and answers on all of them. The kernel asks its table of
 * local addresses first and sends from nothing that is not in it; so that table holds everything, and is asked last.
 * @param reached public addresses by fabric
 * @param backbone private subnets that come without translation, by fabric (AZN-15)
 * @param unheld addresses that nobody answers
 */
export function internetHost(
  fabrics: readonly Fabric[],
  reached: ReadonlyMap<string, readonly string[]>,
  backbone: ReadonlyMap<string, readonly string[]>,
  services: readonly InternetService[],
  unheld: readonly string[],
): { readonly host: LabHost; readonly links: readonly LabLink[] } {
  const edges = fabrics.flatMap((fabric) => {
    const { near } = cable('internet', fabric.index);
    const to = `via ${near} dev ${fabric.edge} onlink src ${INTERNET_ADDRESS}`;
    return [
      `link set ${fabric.edge} up`,
      `addr add ${INTERNET_ADDRESS}/32 dev ${fabric.edge}`,
      ...[...new Set(reached.get(fabric.host) ?? [])].map((one) => `route replace ${one}/32 ${to}`),
      ...(backbone.get(fabric.host) ?? []).map((prefix) => `route replace ${prefix} ${to}`),
    ];
  });
  const host: LabHost = {
    name: 'internet',
    kind: 'internet',
    label: 'the internet',
    sysctls: [
      ['net.ipv6.conf.all.disable_ipv6', '1'],
      ['net.ipv4.ip_forward', '1'],
      ['net.ipv4.conf.all.rp_filter', '0'],
      ['net.ipv4.conf.all.accept_local', '1'],
      ['net.ipv4.conf.all.send_redirects', '0'],
      ...fabrics.flatMap(({ edge }): LabHost['sysctls'] => [
        [`net.ipv4.conf.${edge}.rp_filter`, '0'],
        [`net.ipv4.conf.${edge}.send_redirects`, '0'],
      ]),
    ],
    ip: [
      'link set lo up',
      `addr add ${INTERNET_ADDRESS}/32 dev lo`,
      ...edges,
      ...services.flatMap(({ host: name, address }) => [
        `link set ${name} up`,
        `addr add ${INTERNET_ADDRESS}/32 dev ${name}`,
        `route replace ${address}/32 dev ${name} src ${INTERNET_ADDRESS}`,
      ]),
      ...unheld.map((address) => `route replace blackhole ${address}/32`),
      'rule add lookup local pref 40000',
      'rule delete pref 0',
      // Last: with it every gateway would be an address of this host.
      'route replace local 0.0.0.0/0 dev lo',
    ],
    nftables: rulesWithout(unheld),
    answers: true,
    resolvers: [INTERNET_ADDRESS],
  };
  const links = services.map((service) => link(service.host, 'eth0', 'internet', service.host));
  return {
    host,
    links: [
      ...fabrics.map((fabric) => link(fabric.edge, 'internet', 'internet', fabric.edge)),
      ...links,
    ],
  };
}

/**
 * Every address of the internet answers DNS, SNTP (48 bytes, RFC 4330) and, by an echo, everything else. A datagram's answer must come
 * from the address that was asked, which NAT remembers. Nobody on the internet has a private address, nor one that is unheld: those are
 * routed nowhere, and dropped before the answering of every port would take them. Every address is local by its type, the perimeter's
 * too: only a route out tells those apart.
 */
function rulesWithout(unheld: readonly string[]): string {
  const lost = unheld.length === 0 ? '' : `    ip daddr { ${unheld.join(', ')} } drop\n`;
  return `table inet internet {
  chain c_private {
    type filter hook prerouting priority raw; policy accept;
    fib daddr type local ip daddr { 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 } drop
${lost}  }
  chain c_names {
    type nat hook prerouting priority dstnat;
    fib daddr oif exists accept
    fib daddr type local udp dport 53 dnat ip to ${INTERNET_ADDRESS}:53
    fib daddr type local tcp dport 53 dnat ip to ${INTERNET_ADDRESS}:53
    fib daddr type local udp dport 123 udp length 56 dnat ip to ${INTERNET_ADDRESS}:123
    fib daddr type local meta l4proto udp dnat ip to ${INTERNET_ADDRESS}:${ECHO_PORT}
  }
}
`;
}

/** Beside names and pages: a time server, and an echo of datagrams on every port and address. */
export function internetPrograms(): Pick<LabPlan, 'files' | 'processes'> {
  const programs = [
    { role: 'ntp', told: { addresses: [INTERNET_ADDRESS] } },
    { role: 'udp-echo', told: { host: 'internet', address: INTERNET_ADDRESS, port: ECHO_PORT } },
  ];
  return {
    files: programs.map(({ role, told }) => ({
      path: `internet/${role}.json`,
      text: `${JSON.stringify(told)}\n`,
    })),
    processes: programs.map(
      ({ role }): LabProcess => ({
        name: `${role}-internet`,
        host: 'internet',
        command: [`agent:${role}`, `{folder}/internet/${role}.json`],
        ready: { kind: 'line', text: 'ready' },
        restarts: true,
      }),
    ),
  };
}
