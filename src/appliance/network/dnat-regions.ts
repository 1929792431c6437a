import type { Gap } from '../../diagnostics/index.ts';
import type { DnatRule } from '../../model/index.ts';
import {
  type AddressSet,
  ALL_IPV4,
  type DomainName,
  type Ip,
  isEmptyAddressSet,
  type Port,
  parseDomainName,
} from '../../net/index.ts';
import { isUnknown } from '../../values/index.ts';
import { markOf } from '../marks.ts';
import type { AddressReader } from '../rules/address-reader.ts';
import { intersectExtent } from '../rules/extent.ts';
import { placeOf, type RuleNumbers } from '../rules/rule-numbers.ts';
import type { PlacedCollection } from '../rules/rule-order.ts';
import type { Region } from './region.ts';
import { areServicesSettled, type RuleProtocol, servicesOf } from './services.ts';

export interface DnatRegions {
  readonly regions: readonly Region[];
  /** Where a mark leads to. Without a port the destination port stays. */
  readonly targets: readonly DnatTarget[];
  readonly gaps: readonly Gap[];
}
export interface DnatTarget {
  readonly mark: number;
  readonly rule: number;
  readonly address: Ip;
  readonly port?: Port;
}

/**
 * DNAT rules over the addresses that take translation (AFW-61). A match translates and allows (AFW-23). Where it is open
 * whether a rule matches, or where it leads, the flow is denied: a later rule might send it somewhere else.
 * @param own addresses of the firewall that take DNAT
 * @param symbols addresses that the site settles, by symbol
 * @param resolve what the firewall's DNS answers, as far as it is known now (AFW-64)
 */
export function dnatRegions(
  collections: readonly PlacedCollection[],
  own: AddressSet,
  reader: AddressReader,
  symbols: ReadonlyMap<string, AddressSet>,
  resolve: (name: DomainName) => Ip | undefined,
  numbers: RuleNumbers,
): DnatRegions {
  const regions: Region[] = [];
  const targets: DnatTarget[] = [];
  const gaps: Gap[] = [];
  for (const place of collections) {
    const { rules: collection } = place;
    if (collection?.kind !== 'dnat') {
      const number = numbers.next({ kind: 'dnat', action: 'Deny', ...placeOf(place), rule: '' });
      regions.push({
        mark: markOf('deny', number),
        sources: ALL_IPV4,
        destinations: { kind: 'addresses', addresses: own },
        services: servicesOf(['TCP', 'UDP'], [0, 65535], 'certain').withPorts,
      });
      continue;
    }
    for (const rule of collection.rules) {
      const target = targetOf(rule, symbols, resolve);
      const number = numbers.next({
        kind: 'dnat',
        action: 'DNAT',
        ...placeOf(place),
        rule: rule.name,
        ...(target.address === undefined
          ? {}
          : { translated: { address: target.address, ...portOf(target.port) } }),
      });
      const sources = reader.sources(rule.sources);
      const destinations = intersectExtent(reader.terms(rule.destinationAddresses), own);
      const protocols = rule.protocols.filter((protocol) => protocol !== 'ICMP');
      const add = (mark: number, reading: 'certain' | 'possible') => {
        const { withPorts } = servicesOf(protocols, rule.destinationPorts, reading);
        const addresses = destinations[reading];
        if (withPorts.length === 0 || isEmptyAddressSet(addresses)) return;
        regions.push({
          mark,
          sources: sources[reading],
          destinations: { kind: 'addresses', addresses },
          services: withPorts,
        });
      };
      const doubts = [...sources.doubts, ...destinations.doubts, ...target.doubts];
      const isSettled = areServicesSettled(protocols as RuleProtocol[], rule.destinationPorts);
      if (!isSettled) doubts.push('the protocols and ports of the rule');
      if (target.address !== undefined) {
        const mark = markOf('dnat', number);
        add(mark, 'certain');
        targets.push({ mark, rule: number, address: target.address, ...portOf(target.port) });
      }
      if (doubts.length > 0) {
        add(markOf('deny', number), 'possible');
        gaps.push(gapOf(place, rule, `${doubts.join('; ')}: what may match it is denied`));
      }
      if (rule.sources.addresses.some((term) => term.kind === 'any')) {
        const why =
          'the implicit network rule that a source `*` makes for traffic between virtual networks is left out';
        gaps.push(gapOf(place, rule, why));
      }
    }
  }
  return { regions, targets, gaps };
}

interface Target {
  readonly address?: Ip;
  readonly port?: Port;
  readonly doubts: readonly string[];
}

function targetOf(
  rule: DnatRule,
  symbols: ReadonlyMap<string, AddressSet>,
  resolve: (name: DomainName) => Ip | undefined,
): Target {
  const { translatedAddress, translatedFqdn, translatedPort } = rule;
  if (isUnknown(translatedPort)) return { doubts: [translatedPort.missing] };
  const port = portOf(translatedPort);
  if (translatedAddress !== undefined) {
    if (!isUnknown(translatedAddress)) return { ...ipv4(translatedAddress), ...port };
    const known = symbols.get(translatedAddress.symbol ?? '')?.v4;
    if (known === undefined || known[0] === undefined || known[0] !== known[1]) {
      return { doubts: [translatedAddress.missing] };
    }
    return { ...ipv4({ family: 4, value: known[0] } as Ip), ...port };
  }
  const name = translatedFqdn === undefined ? undefined : parseDomainName(translatedFqdn);
  const address = name === undefined ? undefined : resolve(name);
  if (address !== undefined) return { ...ipv4(address), ...port };
  return { doubts: [`the address of \`${translatedFqdn ?? 'the translated destination'}\``] };
}

function ipv4(address: Ip): Target {
  return address.family === 4 ? { address, doubts: [] } : { doubts: ['IPv6 is not translated'] };
}

function portOf(port: Port | undefined): { readonly port?: Port } {
  return port === undefined ? {} : { port };
}

function gapOf(place: PlacedCollection, rule: DnatRule, why: string): Gap {
  return { what: `DNAT rule \`${place.collection}/${rule.name}\``, why, at: rule.at };
}
