import type { AddressSet, PortSet } from '../../net/index.ts';
import type { AddressSets } from './address-sets.ts';
import type { ReadyRule } from './security-rules.ts';

/** Group of NFLOG for what NSGs deny (lab-design 3). */
const LOG_GROUP = 6;

/**
 * One direction of a network security group as chains: a packet that is allowed comes back to the caller, since another group may have to
 * agree; one that is denied is logged and dropped.
 */
export function securityChain(
  chain: string,
  groupName: string,
  rules: readonly ReadyRule[],
  sets: AddressSets,
): readonly string[] {
  return [
    `  chain ${chain} {`,
    ...rules.flatMap((rule) => ruleLines(rule, groupName, sets)).map((line) => `    ${line}`),
    '  }',
  ];
}

/** What a rule says of flows to the platform, which only rules that name it concern (AZN-36). */
export function platformChain(
  chain: string,
  groupName: string,
  rules: readonly ReadyRule[],
  sets: AddressSets,
): readonly string[] | undefined {
  const naming = rules.filter((rule) => rule.namesPlatform);
  return naming.length === 0 ? undefined : securityChain(chain, groupName, naming, sets);
}

export function ruleLines(
  rule: ReadyRule,
  groupName: string,
  sets: AddressSets,
): readonly string[] {
  const from = matchOf('ip saddr', rule.sources, sets);
  const to = matchOf('ip daddr', rule.destinations, sets);
  if (from === undefined || to === undefined) return [];
  const verdict = rule.access === 'Allow' ? ['counter return'] : deniedLines(groupName, rule.name);
  return transportsOf(rule).map((transport) =>
    [from, to, transport, ...verdict].filter((part) => part !== '').join(' '),
  );
}

/** Logged with the group's and the rule's name, then dropped. */
export function deniedLines(groupName: string, ruleName: string): readonly string[] {
  return [
    `log prefix "${prefixOf(groupName, ruleName)}" group ${LOG_GROUP} snaplen 64`,
    'counter drop',
  ];
}

/** `''` for everything, `undefined` for nothing. */
function matchOf(field: string, set: AddressSet, sets: AddressSets): string | undefined {
  const [low, high] = set.v4;
  if (low === 0 && high === 0xffff_ffff) return '';
  const expression = sets.expression(set);
  return expression === undefined ? undefined : `${field} ${expression}`;
}

/** AZN-40: ports say nothing about ICMP, ESP and AH, which `*` includes. */
function transportsOf(rule: ReadyRule): readonly string[] {
  const ports = [portsOf('th sport', rule.sourcePorts), portsOf('th dport', rule.destinationPorts)];
  const hasNone = ports.includes(undefined);
  const written = ports.filter((text) => text !== undefined && text !== '').join(' ');
  switch (rule.protocol) {
    case 'tcp':
    case 'udp':
      return hasNone ? [] : [`meta l4proto ${rule.protocol}${written === '' ? '' : ` ${written}`}`];
    case '*':
      if (hasNone) return [];
      return written === ''
        ? ['']
        : [`meta l4proto { tcp, udp, sctp } ${written}`, 'meta l4proto != { tcp, udp, sctp }'];
    default:
      return [`meta l4proto ${rule.protocol}`];
  }
}

function portsOf(field: string, ports: PortSet): string | undefined {
  if (ports.length === 0) return undefined;
  if (ports.length === 2 && ports[0] === 0 && ports[1] === 65535) return '';
  const ranges: string[] = [];
  for (let index = 0; index < ports.length; index += 2) {
    const [low, high] = [ports[index], ports[index + 1]];
    ranges.push(low === high ? `${low}` : `${low}-${high}`);
  }
  return `${field} ${ranges.length === 1 ? ranges[0] : `{ ${ranges.join(', ')} }`}`;
}

/** At most 127 characters, and nothing that ends a string. */
function prefixOf(group: string, rule: string): string {
  return `nsg=${clean(group)};rule=${clean(rule)} `;
}

function clean(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 56);
}
