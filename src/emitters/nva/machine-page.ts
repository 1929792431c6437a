import type { Appliance } from '../../appliance/index.ts';
import { formatIp, formatPrefix, type Prefix } from '../../net/index.ts';
import type { EmittedFile } from '../emitter.ts';
import { CUSTOM_DATA_BYTES_MAX } from './cloud-init.ts';
import { MACHINE, type MachineSite, type PublicPair } from './machine-site.ts';

/** What the folder is, how it gets onto a machine, and what it does not do. */
export function machinePage(
  header: string,
  appliance: Appliance,
  machine: MachineSite,
  cloudInitBytes: number,
): EmittedFile {
  const { site, publicPairs, isLikely } = machine;
  const address = formatIp(site.privateAddress);
  const own = (text: string) => oneLine(text).replace(/[\\`*_<>|[\]]/g, '\\$&');
  const lines = [
    `<!-- ${header} -->`,
    '',
    `# A Linux machine in place of ${own(appliance.name)}`,
    '',
    'A network virtual appliance for Debian 12 or Ubuntu 24.04 that enforces the rules of this Azure Firewall: nftables for network and',
    'DNAT rules, HAProxy for application rules, a DNS proxy that feeds the names of network rules, and logs in the form Azure writes.',
    '',
    '## The machine in Azure',
    '',
    `- One network interface, \`${MACHINE.interface}\`, with IP forwarding enabled (\`enableIPForwarding\`) and the private address ${address}${isLikely ? ' (what Azure usually gives; no file says it)' : ''}. Routes with this next hop need no change.`,
    '- Not in `AzureFirewallSubnet`: Azure keeps that for firewalls. Give the subnet another name and the same range.',
    ...(publicPairs.length === 0
      ? []
      : [
          '- A secondary IP configuration for each public address, since Azure translates before a packet arrives (`public-addresses.nft` translates back; change it for other addresses):',
        ]),
    '- No network security group that denies what the rules allow.',
    `- ${whoManages(site.managementSources ?? [], address)}`,
    '- It needs its packages once, at the first start: from the Internet, a proxy or an image that has them.',
    ...(publicPairs.length === 0
      ? []
      : [
          '',
          '| on the interface | public address |',
          '| --- | --- |',
          ...publicPairs.map(pairRow),
        ]),
    '',
    '## Install',
    '',
    cloudInitBytes <= CUSTOM_DATA_BYTES_MAX
      ? '`az vm create … --custom-data cloud-init.yaml` does all of it.'
      : `\`cloud-init.yaml\` has ${cloudInitBytes} bytes and Azure takes ${CUSTOM_DATA_BYTES_MAX} as custom data: put the folder into an image or copy it to the machine.`,
    'By hand: copy this folder to the machine and run `install.sh` as root.',
    '',
    '## Operate',
    '',
    '| what | how |',
    '| --- | --- |',
    `| is it well | \`${MACHINE.root}/health-check.sh\` |`,
    `| take over new rules | \`${MACHINE.root}/reload.sh NEW-FOLDER\`: checked first, then one transaction; connections go on |`,
    `| logs | \`${MACHINE.logs}/azure\`: containers and blobs as a storage account has them; kept for two weeks |`,
    '| hits by rule | `nft list counters table inet sallyport_fw`; `rules.json` says which rule a number is |',
    '',
    'A program that dies is started again. Until then what needs it is denied: nothing passes by name without the proxy, and no new address',
    'of a network rule by name without the DNS proxy. A machine that restarts forwards nothing before its rules stand.',
    '',
    '## What Azure Firewall does and this does not',
    '',
    ...LIMITS.map((line) => `- ${line}`),
    ...(appliance.gaps.length === 0 ? [] : ['', 'Of this firewall in particular:', '']),
    ...appliance.gaps.map(({ what, why }) => `- ${own(what)}: ${own(why)}`),
    '',
  ];
  return { path: 'README.md', text: lines.join('\n') };
}

function whoManages(sources: readonly Prefix[], address: string): string {
  const console = 'the serial console or `az vm run-command`';
  if (sources.length === 0) {
    return `Nobody reaches the machine itself: use ${console}, or emit with \`--management RANGE\`.`;
  }
  const from = sources.map(formatPrefix).join(', ');
  return `SSH and ping of the machine itself, at ${address}, from ${from} and from nobody else. Emit with the same \`--management\` again, or a reload shuts it.`;
}

function pairRow({ onInterface, publicAddress, isStandIn }: PublicPair): string {
  const label = formatIp(publicAddress);
  return `| ${formatIp(onInterface)} | ${isStandIn ? `no file says it; ${label} inside the machine` : label} |`;
}

const LIMITS = [
  'IDPS, TLS inspection, web categories, URL filtering inside HTTPS.',
  'Scaling and zones: one machine is one machine. Two of them behind an internal load balancer share no connections, so a failure ends those of one.',
  'The built-in infrastructure collection: its names are not published, so only what rules name passes (azure-firewall 2.8).',
  'IPv6.',
  'Threat intelligence of Microsoft: only the list that was given is enforced.',
  'FQDN tags and service tags that follow Microsoft: they are those of the day this folder was written. Write it anew and reload.',
];

const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
