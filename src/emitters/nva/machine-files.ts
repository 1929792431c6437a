import {
  APPLIANCE_SYSCTLS,
  type Appliance,
  mapText,
  PROXY_ROUTING,
  ulogdText,
} from '../../appliance/index.ts';
import { formatIp } from '../../net/index.ts';
import type { EmittedFile } from '../emitter.ts';
import { MACHINE, type MachineSite, publicAddressTable } from './machine-site.ts';
import { shellScripts } from './shell-scripts.ts';
import { unitFiles } from './unit-files.ts';

const { root, run, logs } = MACHINE;

/** Everything that goes to the machine, sorted by path; each file says near its start who wrote it. */
export function machineFiles(
  header: string,
  appliance: Appliance,
  machine: MachineSite,
  resourceId: string,
  programs: ReadonlyMap<string, string>,
): readonly EmittedFile[] {
  const { haproxy } = appliance;
  const address = formatIp(machine.site.privateAddress);
  const json = (value: object) => `${JSON.stringify({ about: header, ...value }, null, 1)}\n`;
  const files: readonly EmittedFile[] = [
    { path: 'nftables.conf', text: appliance.nftables },
    { path: 'public-addresses.nft', text: publicAddressTable(machine.publicPairs) },
    {
      path: 'routing.batch',
      text: `${PROXY_ROUTING.join('\n')}\n`,
    },
    { path: 'sysctl.conf', text: sysctls() },
    { path: 'ulogd.conf', text: ulogd(machine.site.logGroup) },
    {
      path: 'dns-proxy.json',
      text: json({
        listen: appliance.dnsProxy.isListening ? [{ address, port: 53 }] : [],
        upstream: appliance.dnsProxy.upstream,
        sets: appliance.dnsProxy.sets,
        table: appliance.dnsProxy.table,
        controlSocket: `${run}/dns.sock`,
        events: `${logs}/events/dns.json`,
      }),
    },
    { path: 'rules.json', text: json({ rules: appliance.rules }) },
    {
      path: 'log-writer.json',
      text: json({
        sources: [
          { kind: 'ulogd', path: `${logs}/events/verdicts.json` },
          ...(haproxy === undefined ? [] : [{ kind: 'proxy', path: `${logs}/events/proxy.json` }]),
          { kind: 'dns', path: `${logs}/events/dns.json` },
        ],
        output: `${logs}/azure`,
        state: `${logs}/events/read.json`,
        resourceId,
        rules: `${root}/rules.json`,
        forms: { structured: true, legacy: false },
      }),
    },
    ...(haproxy === undefined ? [] : [{ path: 'haproxy.cfg', text: haproxy.text }]),
    ...[...(haproxy?.maps ?? [])].map(([name, entries]) => ({
      path: `maps/${name}`,
      text: mapText(entries),
    })),
    ...[...programs].map(([path, text]) => ({ path, text })),
    ...shellScripts(appliance.ownAddresses.map(formatIp)),
    ...unitFiles(haproxy !== undefined),
  ];
  return files
    .map((file) => withHeader(file, header))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** Comments begin with `#` in all of these; scripts keep their first line, and JSON and programs say it themselves. */
function withHeader({ path, text }: EmittedFile, header: string): EmittedFile {
  if (path.endsWith('.json') || path.endsWith('.mjs')) return { path, text };
  if (!text.startsWith('#!')) return { path, text: `# ${header}\n${text}` };
  const end = text.indexOf('\n') + 1;
  return { path, text: `${text.slice(0, end)}# ${header}\n${text.slice(end)}` };
}

/** Forwarding comes last: whoever reads the file line by line forwards nothing before the rest holds. */
function sysctls(): string {
  const forward = 'net.ipv4.ip_forward';
  const value = (name: string) => APPLIANCE_SYSCTLS.find(([each]) => each === name)?.[1] ?? '1';
  return [
    ...APPLIANCE_SYSCTLS.filter(([name]) => name !== forward).map(
      ([name, to]) => `${name} = ${to}`,
    ),
    `net.ipv4.conf.${MACHINE.interface}.rp_filter = 0`,
    `net.ipv4.conf.${MACHINE.interface}.send_redirects = 0`,
    `${forward} = ${value(forward)}`,
    '',
  ].join('\n');
}

function ulogd(group: number): string {
  return ulogdText({
    group,
    events: `${logs}/events/verdicts.json`,
    log: `${logs}/events/ulogd.log`,
    // The unit puts that of the machine's own architecture in its place.
    plugins: '/usr/lib/x86_64-linux-gnu/ulogd',
    socket: [
      'netlink_socket_buffer_size=8388608',
      'netlink_socket_buffer_maxsize=16777216',
      'netlink_qthreshold=32',
      'netlink_qtimeout=5',
    ],
  });
}
