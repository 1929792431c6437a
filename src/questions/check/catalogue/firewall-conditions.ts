import type { AddressTerm, NetworkRule, Reference, RuleBase } from '../../../model/index.ts';
import {
  addressSet,
  addressSetCovers,
  addressSetSize,
  intersectAddresses,
  type PortSet,
  portSetHas,
} from '../../../net/index.ts';
import { PRIVATE_IPV4, PUBLIC_IPV4 } from '../../../network/index.ts';
import { isUnknown, type Uncertain, type Unknown } from '../../../values/index.ts';
import type { CheckContext } from '../finding.ts';
import { HOLDS, type Judgement } from '../judge.ts';

/** One thing that must be so for a rule to be at fault; unknown when it hangs on something no file says. */
export type Condition = boolean | Unknown;

/** Fails when all conditions are so. One that is certainly not so settles it, whatever the others hang on. */
export function whenAll(
  conditions: readonly Condition[],
  undecided: string,
  fails: () => Judgement,
): Judgement {
  if (conditions.includes(false)) return HOLDS;
  const unknown = conditions.find(isUnknown);
  if (unknown === undefined) return fails();
  return { kind: 'undecided', message: undecided, missing: unknown.missing, at: unknown.at };
}

/** The first of them that is unknown, else `false`. */
export function unknownOf(...conditions: readonly Condition[]): Condition {
  return conditions.find(isUnknown) ?? false;
}

/** Does the rule take one of the protocols, by name or as Any? */
export function speaks(
  protocols: readonly Uncertain<'TCP' | 'UDP' | 'ICMP' | 'Any'>[],
  ...wanted: readonly ('TCP' | 'UDP')[]
): Condition {
  const all: readonly unknown[] = [...wanted, 'Any'];
  return protocols.some((one) => all.includes(one)) || (protocols.find(isUnknown) ?? false);
}

/** Does the rule open the port, alone or in a range? */
export function opens(ports: Uncertain<PortSet>, port: number): Condition {
  return isUnknown(ports) ? ports : portSetHas(ports, port);
}

/** Is the port written by itself? A range that happens to hold it was written for something else. */
export function lists(ports: Uncertain<PortSet>, port: number): Condition {
  if (isUnknown(ports)) return ports;
  return ports.some((low, index) => index % 2 === 0 && low === port && ports[index + 1] === port);
}

export function isEveryPort(ports: PortSet): boolean {
  return ports.length === 2 && ports[0]! <= 1 && ports[1] === 65535;
}

/** Does one of the names fulfil it? Names come in lower case. */
export function nameIn(rule: NetworkRule, is: (name: string) => boolean): Condition {
  return (
    rule.destinationFqdns.some((name) => !isUnknown(name) && is(name.text.toLowerCase())) ||
    (rule.destinationFqdns.find(isUnknown) ?? false)
  );
}

/** Where the rule leads by address, its IP groups written out. */
export function destinationsOf(rule: NetworkRule, context: CheckContext): readonly AddressTerm[] {
  return [
    ...rule.destinationAddresses,
    ...rule.destinationIpGroups.flatMap((group) => termsOfGroup(group, context)),
  ];
}

/** Whom the rule is for, its IP groups written out. */
export function sourcesOf(rule: RuleBase, context: CheckContext): readonly AddressTerm[] {
  const { addresses, ipGroups } = rule.sources;
  return [...addresses, ...ipGroups.flatMap((group) => termsOfGroup(group, context))];
}

function termsOfGroup(reference: Reference, context: CheckContext): readonly AddressTerm[] {
  const { at } = reference;
  if (isUnknown(reference))
    return [{ kind: 'unknown', unknown: reference, text: reference.text, at }];
  const group = context.perimeter.ipGroups.get(reference.key);
  if (group !== undefined && group.isReference !== true && group.exists === undefined)
    return group.addresses;
  const text = reference.id.split('/').at(-1) ?? reference.id;
  const missing = `the addresses of IP group ${text}`;
  return [
    {
      kind: 'unknown',
      unknown: { kind: 'unknown', reason: 'external-link', text, missing, at },
      text,
      at,
    },
  ];
}

export function unknownIn(terms: readonly AddressTerm[]): Condition {
  const term = terms.find((one) => one.kind === 'unknown');
  return term?.kind === 'unknown' ? term.unknown : false;
}

/** The term by which the list holds every public address; the first range when only all of them together do. */
export function everywhereIn(terms: readonly AddressTerm[]): AddressTerm | undefined {
  const one = terms.find((term) => term.kind === 'any' || isEverything([term]));
  return one ?? (isEverything(terms) ? terms.find(({ kind }) => kind === 'range') : undefined);
}

function isEverything(terms: readonly AddressTerm[]): boolean {
  return addressSetCovers(rangesOf(terms), PUBLIC_IPV4);
}

function rangesOf(terms: readonly AddressTerm[]) {
  return addressSet(terms.flatMap((term) => (term.kind === 'range' ? [term.range] : [])));
}

/** A destination this wide on a web port leaves nothing for application rules: 2^24 addresses, a /8. */
const BROAD = 1n << 24n;

/** Tags whose addresses serve anybody's content: strangers' storage accounts, sites and front ends (aks.md 12). */
const TENANT_TAGS =
  /^(azurecloud|storage|azurefrontdoor|appservice|azuretrafficmanager|internet)(\.|$)/i;

/** Terms that stand for everything, a /8 of public space (alone or together), or a service tag that tenants share. */
export function broadTerms(terms: readonly AddressTerm[]): readonly AddressTerm[] {
  const wide = terms.filter(
    (term) =>
      term.kind === 'any' ||
      (term.kind === 'service-tag' && TENANT_TAGS.test(term.tag)) ||
      publicSize([term]) >= BROAD,
  );
  if (wide.length > 0 || publicSize(terms) < BROAD) return wide;
  return terms.filter((term) => publicSize([term]) > 0n);
}

function publicSize(terms: readonly AddressTerm[]): bigint {
  return addressSetSize(intersectAddresses(rangesOf(terms), PUBLIC_IPV4));
}

/** Does the list hold anything outside the private ranges? Service tags are public. */
export function isOutside(terms: readonly AddressTerm[]): Condition {
  return terms.some(mayBePublic) || unknownIn(terms);
}

export function mayBePublic(term: AddressTerm): boolean {
  // The address of a public address resource is public before Azure gives it.
  if (term.kind === 'unknown') return term.unknown.symbol?.startsWith('public-address:') === true;
  return term.kind !== 'range' || !addressSetCovers(PRIVATE_IPV4, addressSet([term.range]));
}
