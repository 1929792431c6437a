import {
  APPLIANCE_SYSCTLS,
  type Appliance,
  type ApplianceSite,
  compileAppliance,
  mapText,
  PROXY_ROUTING,
} from '../../appliance/index.ts';
import type { Datasets } from '../../facts/index.ts';
import { type DomainName, formatIp, type Ip, type Port, parseIp } from '../../net/index.ts';
import type { FirewallPlacement, Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { LabHost, LabPlan, LabProcess } from './lab-plan.ts';
import { labUlogdText } from './lab-ulogd.ts';
import { PLATFORM_DNS, type Seat, wayOut } from './seat.ts';

/** Group of NFLOG for what appliances decide (lab-design 4.5); NSGs have 6, policies 7. */
const LOG_GROUP = 5;
/** Enough for the lab's probes and small next to the hard limit of any machine. */
const FILES_MAX = 4096;

export interface AppliancePart {
  readonly host: LabHost;
  readonly appliance: Appliance;
  readonly files: LabPlan['files'];
  readonly processes: readonly LabProcess[];
}

/** A firewall of the perimeter in its subnet: one arm, its public addresses its own, and the programs beside the kernel. */
export function applianceHost(
  network: Network,
  datasets: Datasets,
  placement: FirewallPlacement,
  seat: Seat,
  resolve: (name: string) => string | undefined,
): AppliancePart {
  const privateAddress = seat.addresses[0]!;
  const folder = `{folder}/${seat.host}`;
  const site: ApplianceSite = {
    interfaceName: 'eth0',
    privateAddress,
    publicAddresses: seat.furtherAddresses.flatMap((text) => parseIp(text) ?? []),
    dnsUpstream: upstreamOf(placement).map((address) => ({ address, port: 53 as Port })),
    runFolder: folder,
    proxyPorts: { http: 3128 as Port, tls: 3129 as Port },
    logGroup: LOG_GROUP,
    filesMax: FILES_MAX,
    proxyThreads: 1,
  };
  const appliance = compileAppliance({
    firewall: placement,
    perimeter: network.perimeter,
    network,
    datasets,
    site,
    resolve: (name: DomainName): Ip | undefined => {
      const text = resolve(name);
      return text === undefined ? undefined : parseIp(text);
    },
  });
  const { prefixLength, gateway } = wayOut(seat.subnet, privateAddress);
  const own = [
    ...new Set([...seat.furtherAddresses, ...appliance.ownAddresses.map(formatIp)]),
  ].filter((address) => address !== formatIp(privateAddress));
  const host: LabHost = {
    name: seat.host,
    kind: 'appliance',
    label: seat.label,
    sysctls: [
      ['net.ipv6.conf.all.disable_ipv6', '1'],
      ...APPLIANCE_SYSCTLS,
      ['net.ipv4.conf.eth0.rp_filter', '0'],
      ['net.ipv4.conf.eth0.send_redirects', '0'],
    ],
    ip: [
      'link set lo up',
      `addr add ${formatIp(privateAddress)}/${prefixLength} dev eth0`,
      ...own.map((address) => `addr add ${address}/32 dev lo`),
      'link set eth0 up',
      `route replace default via ${formatIp(gateway)} dev eth0 onlink`,
      ...PROXY_ROUTING,
    ],
    nftables: appliance.nftables,
    answers: false,
    resolvers: seat.resolvers.includes(formatIp(privateAddress)) ? [PLATFORM_DNS] : seat.resolvers,
  };
  return { host, appliance, ...programs(seat, placement, appliance, folder) };
}

/** Servers of the policy that applies, else Azure's: the nearest one that names any (azure-firewall 2.4). */
function upstreamOf({ firewall, policies }: FirewallPlacement): readonly Ip[] {
  const settings = [...policies.map((policy) => policy.settings).reverse(), firewall.settings];
  for (const { dnsServers } of settings) {
    const known = dnsServers.flatMap((ip) => (isUnknown(ip) ? [] : [ip]));
    if (known.length > 0) return known;
  }
  return [parseIp(PLATFORM_DNS)!];
}

function programs(
  seat: Seat,
  placement: FirewallPlacement,
  appliance: Appliance,
  folder: string,
): Pick<AppliancePart, 'files' | 'processes'> {
  const { host } = seat;
  const { dnsProxy, haproxy } = appliance;
  const address = formatIp(seat.addresses[0]!);
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  const maps = haproxy === undefined ? [] : [...haproxy.maps];
  const proxyName = `proxy-${host}`;
  const files = [
    {
      path: `${host}/dns-proxy.json`,
      text: json({
        listen: dnsProxy.isListening ? [{ address, port: 53 }] : [],
        upstream: dnsProxy.upstream,
        sets: dnsProxy.sets,
        table: dnsProxy.table,
        controlSocket: `${folder}/dns.sock`,
        events: `${folder}/dns-events.json`,
      }),
    },
    { path: `${host}/rules.json`, text: json(appliance.rules) },
    {
      path: `${host}/ulogd.conf`,
      text: labUlogdText(LOG_GROUP, `${folder}/verdicts.json`, `${folder}/ulogd.log`),
    },
    {
      path: `${host}/log-writer.json`,
      text: json({
        sources: [
          { kind: 'ulogd', path: `${folder}/verdicts.json` },
          ...(haproxy === undefined
            ? []
            : [{ kind: 'proxy', path: `{folder}/logs/${proxyName}.log` }]),
          { kind: 'dns', path: `${folder}/dns-events.json` },
        ],
        output: '{folder}/azure-logs',
        state: `${folder}/log-state.json`,
        // A name that only a deployment gives holds characters that no id has, and becomes part of paths.
        resourceId: placement.firewall.id.replace(/[^\w.()/-]+/g, '-'),
        rules: `${folder}/rules.json`,
        forms: { structured: true, legacy: true },
        pollMilliseconds: 100,
      }),
    },
    ...(haproxy === undefined ? [] : [{ path: `${host}/haproxy.cfg`, text: haproxy.text }]),
    ...maps.map(([name, entries]) => ({ path: `${host}/${name}`, text: mapText(entries) })),
  ];
  const processes: LabProcess[] = [
    {
      name: `verdicts-${host}`,
      host,
      command: ['/usr/sbin/ulogd', '-c', `${folder}/ulogd.conf`],
      ready: { kind: 'file', path: `${folder}/verdicts.json` },
      restarts: true,
    },
    {
      name: `dns-${host}`,
      host,
      command: ['agent:dns-proxy', `${folder}/dns-proxy.json`],
      ready: { kind: 'line', text: 'dns-proxy ready' },
      restarts: true,
    },
    ...(haproxy === undefined
      ? []
      : [
          {
            name: proxyName,
            host,
            command: ['/usr/sbin/haproxy', '-db', '-f', `${folder}/haproxy.cfg`],
            ready: { kind: 'file', path: `${folder}/haproxy.sock` } as const,
            restarts: true,
          },
        ]),
    {
      name: `logs-${host}`,
      host,
      command: ['agent:log-writer', `${folder}/log-writer.json`],
      ready: { kind: 'line', text: 'log-writer ready' },
      restarts: true,
    },
  ];
  return { files, processes };
}
