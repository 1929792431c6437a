import { type AddressSet, formatIp, isEmptyAddressSet, type Port } from '../../net/index.ts';
import { PUBLIC_IPV4 } from '../../network/index.ts';
import type { ApplianceRule, ApplianceSite } from '../appliance.ts';
import { formatMark, markOf } from '../marks.ts';
import type { DnatTarget } from '../network/dnat-regions.ts';
import type { Layer } from '../network/layers.ts';
import { titleOfRule } from '../rules/rule-numbers.ts';
import type { ThreatFilter } from '../threat/threat-filter.ts';
import { decisionLines } from './decision-chains.ts';
import { addressElements, definition } from './elements.ts';
import { layerLines } from './layer-lines.ts';
import { sourceLines } from './source-chain.ts';

export const TABLE = 'sallyport_fw';

/** Everything the table is made from, decided and in order. */
export interface TableParts {
  readonly name: string;
  readonly site: ApplianceSite;
  readonly rules: readonly ApplianceRule[];
  readonly threats: ThreatFilter;
  readonly dnat: readonly Layer[];
  readonly dnatTargets: readonly DnatTarget[];
  readonly withPorts: readonly Layer[];
  readonly others: readonly Layer[];
  /** Sets that the DNS proxy fills. */
  readonly nameSets: readonly string[];
  readonly proxiedPorts: { readonly http: readonly Port[]; readonly tls: readonly Port[] };
  readonly answersDns: boolean;
  readonly privateRanges: AddressSet;
  /** Somebody else gives Internet flows their public source. */
  readonly leavesPrivately: boolean;
  readonly own: AddressSet;
}

/**
 * The table as one transaction: made if it is not there, deleted, made anew. No packet is judged by half of it, tables of others
 * are left alone, and connections that are known go on.
 */
export function tableText(parts: TableParts): string {
  const { rules, threats, privateRanges, own } = parts;
  const dnat = layerLines('dnat', parts.dnat, true);
  const withPorts = layerLines('network', parts.withPorts, true);
  const others = layerLines('others', parts.others, false);
  const counted = rules.filter(({ kind }) => kind !== 'application');
  return [
    `# Azure Firewall ${oneLine(parts.name)}, for nftables. Made by sallyport; changes are lost.`,
    '# Rules by number, as marks, counters and logs name them:',
    ...rules.map(
      (rule) => `# ${rule.number} ${rule.kind} ${rule.action} ${oneLine(titleOfRule(rule))}`,
    ),
    `add table inet ${TABLE}`,
    `delete table inet ${TABLE}`,
    `table inet ${TABLE} {`,
    ...addressSetLines('own', own),
    ...addressSetLines('private_ranges', privateRanges),
    ...addressSetLines('public_space', PUBLIC_IPV4),
    ...(threats.isActive ? addressSetLines('threats', threats.addresses) : []),
    ...(threats.isActive ? addressSetLines('threats_allowed', threats.allowedAddresses) : []),
    ...counted.map(({ number }) => `  counter ${counterOf(number)} { }`),
    ...definition(
      'map hits',
      ['type mark : counter'],
      counterMarks(counted).map(([mark, number]) => `${formatMark(mark)} : "${counterOf(number)}"`),
    ),
    ...parts.nameSets.flatMap((set) =>
      definition(
        `set ${set}`,
        ['type ipv4_addr', 'flags timeout', 'timeout 15m', 'size 65535'],
        [],
      ),
    ),
    ...dnatMaps(parts.dnatTargets),
    ...dnat.definitions,
    ...withPorts.definitions,
    ...others.definitions,
    ...decisionLines(parts, {
      dnat: dnat.lines,
      withPorts: withPorts.lines,
      others: others.lines,
    }),
    ...translationLines(parts.dnatTargets),
    ...sourceLines(parts),
    '}',
    '',
  ].join('\n');
}

export function counterOf(rule: number): string {
  return `rule_${rule}`;
}

/** Every mark a connection may end with, and the rule it counts for. */
function counterMarks(rules: readonly ApplianceRule[]): readonly (readonly [number, number])[] {
  return rules.flatMap(({ number, kind, action }): (readonly [number, number])[] => {
    if (kind === 'default' || kind === 'threat-intelligence') return []; // counted where they deny
    if (kind === 'dnat') {
      const denied = [markOf('deny', number), number] as const;
      return action === 'DNAT' ? [[markOf('dnat', number), number], denied] : [denied];
    }
    return [[markOf(action === 'Allow' ? 'allow' : 'deny', number), number]];
  });
}

function addressSetLines(name: string, addresses: AddressSet): readonly string[] {
  return definition(
    `set ${name}`,
    ['type ipv4_addr', 'flags interval'],
    isEmptyAddressSet(addresses) ? [] : addressElements(addresses),
  );
}

function dnatMaps(targets: readonly DnatTarget[]): readonly string[] {
  const withPort = targets.filter(({ port }) => port !== undefined);
  const without = targets.filter(({ port }) => port === undefined);
  return [
    ...(withPort.length === 0
      ? []
      : definition(
          'map dnat_targets',
          ['type mark : ipv4_addr . inet_service'],
          withPort.map(
            ({ mark, address, port }) => `${formatMark(mark)} : ${formatIp(address)} . ${port}`,
          ),
        )),
    ...(without.length === 0
      ? []
      : definition(
          'map dnat_addresses',
          ['type mark : ipv4_addr'],
          without.map(({ mark, address }) => `${formatMark(mark)} : ${formatIp(address)}`),
        )),
  ];
}

/** After the decision, since both are made for the first packet and the mark says which rule it was. */
function translationLines(targets: readonly DnatTarget[]): readonly string[] {
  if (targets.length === 0) return [];
  return [
    '  chain c_translate {',
    '    type nat hook prerouting priority dstnat; policy accept;',
    ...(targets.some(({ port }) => port !== undefined)
      ? ['    meta l4proto { tcp, udp } dnat ip to ct mark map @dnat_targets']
      : []),
    ...(targets.some(({ port }) => port === undefined)
      ? ['    dnat ip to ct mark map @dnat_addresses']
      : []),
    '  }',
  ];
}

/** The person's own words in a comment: one line, whatever they hold. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').slice(0, 400);
}
