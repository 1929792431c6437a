import type { Place } from '../diagnostics/index.ts';
import type { ServiceTags } from '../facts/index.ts';
import type { AddressTerm } from '../model/index.ts';
import {
  type AddressSet,
  addressSet,
  addressSetCovers,
  addressSetHas,
  addressSetsOverlap,
  equalIp,
  type IpRange,
  parseIpRange,
  singleAddress,
  unionAddresses,
} from '../net/index.ts';
import type { Unknown } from '../values/index.ts';
import type { FlowAddress } from './flow.ts';
import { type Match, type MissingFact, NO, unknownMatch, YES } from './verdict.ts';

/** What the words of an address list mean. Keep one object per data set: compiled lists are remembered by it. */
export interface MatchContext {
  readonly serviceTags: ServiceTags;
  /**
   * Words that are no published tag but mean a set here (`VirtualNetwork` in an NSG), by lower-cased name. They win
   * over published tags. A word whose set depends on more than addresses is the caller's business.
   */
  readonly pseudoTags?: ReadonlyMap<string, AddressSet>;
}

/**
 * Does an address list hold the address? An empty list holds nothing.
 *
 * `yes` when a term covers everything the address may be, or names the same run-time attribute (symbol). `unknown`
 * when a term covers only a part, is itself unknown, or is a service tag without data: the tag's members are then
 * missing, never none.
 *
 * A list is compiled once per context, a tag once per data set. Then O(terms' tags × log prefixes) for a known address,
 * linear in the prefixes for one that is only known to lie in a set.
 */
export function matchAddresses(
  terms: readonly AddressTerm[],
  address: FlowAddress,
  context: MatchContext,
): Match {
  const compiled = compile(terms, context);
  if (compiled.hasAny) return YES;
  const known = matchUnion(compiled.sets, address);
  if (known.kind === 'yes') return YES;
  const { symbol } = address;
  if (symbol !== undefined && compiled.unknowns.some((unknown) => unknown.symbol === symbol)) {
    return YES;
  }
  const why: MissingFact[] = known.kind === 'unknown' ? [...known.why] : [];
  for (const unknown of compiled.unknowns) why.push({ missing: unknown.missing, at: unknown.at });
  why.push(...compiled.missingTags);
  return why.length === 0 ? NO : { kind: 'unknown', why };
}

/** Does the set hold the address? `unknown` when it holds only a part of what the address may be. */
export function matchSet(set: AddressSet, address: FlowAddress): Match {
  if (address.kind === 'exact') return addressSetHas(set, address.ip) ? YES : NO;
  if (!addressSetsOverlap(set, address.addresses)) return NO;
  return addressSetCovers(set, address.addresses)
    ? YES
    : unknownMatch(`which address ${address.label} has`);
}

/** The same for the union of several sets, which is only formed when no set alone decides: tags are large. */
function matchUnion(sets: readonly AddressSet[], address: FlowAddress): Match {
  let open: Match = NO;
  const overlapping: AddressSet[] = [];
  for (const set of sets) {
    const match = matchSet(set, address);
    if (match.kind === 'yes') return YES;
    if (match.kind === 'no') continue;
    open = match;
    overlapping.push(set);
  }
  return overlapping.length > 1 ? matchSet(unionAddresses(...overlapping), address) : open;
}

/**
 * Are two ends one and the same address? Same number or same symbol is `yes`, sets apart are `no`, sets that merely
 * overlap leave it open.
 */
export function matchSameAddress(a: FlowAddress, b: FlowAddress): Match {
  if (a.symbol !== undefined && a.symbol === b.symbol) return YES;
  if (a.kind === 'exact' && b.kind === 'exact') return equalIp(a.ip, b.ip) ? YES : NO;
  if (!addressSetsOverlap(addressesOfFlowAddress(a), addressesOfFlowAddress(b))) return NO;
  const open = a.kind === 'within' ? a : b;
  return unknownMatch(`which address ${open.label ?? ''} has`);
}

/** Everything the address may be. */
export function addressesOfFlowAddress(address: FlowAddress): AddressSet {
  return address.kind === 'exact' ? singleAddress(address.ip) : address.addresses;
}

/**
 * Members of a service tag, both families; `undefined` when the data does not hold the tag (AFW-37). A tag that is
 * present is taken as whole even in an extract. Parsed once per data set.
 */
export function membersOfTag(serviceTags: ServiceTags, tag: string): AddressSet | undefined {
  const key = tag.toLowerCase();
  const texts = serviceTags.prefixes.get(key);
  if (texts === undefined) return undefined;
  const members = remember(tagMembers, serviceTags, () => new Map<string, AddressSet>());
  const known = members.get(key);
  if (known !== undefined) return known;
  const ranges: IpRange[] = [];
  for (const text of texts) {
    const range = parseIpRange(text);
    if (range !== undefined) ranges.push(range);
  }
  const set = addressSet(ranges);
  members.set(key, set);
  return set;
}

interface CompiledTerms {
  readonly hasAny: boolean;
  /** Ranges as written, and the members of each tag, which all lists share. */
  readonly sets: readonly AddressSet[];
  readonly unknowns: readonly Unknown[];
  readonly missingTags: readonly { readonly missing: string; readonly at: Place }[];
}

const tagMembers = new WeakMap<ServiceTags, Map<string, AddressSet>>();
const compiledLists = new WeakMap<object, WeakMap<readonly AddressTerm[], CompiledTerms>>();

/** The terms as one set and its doubts. Remembered by list and by what gives the words their meaning. */
function compile(terms: readonly AddressTerm[], context: MatchContext): CompiledTerms {
  const lists = remember(
    compiledLists,
    context.pseudoTags ?? context.serviceTags,
    () => new WeakMap<readonly AddressTerm[], CompiledTerms>(),
  );
  return remember(lists, terms, () => {
    const ranges: IpRange[] = [];
    const tagSets: AddressSet[] = [];
    const unknowns: Unknown[] = [];
    const missingTags: { missing: string; at: Place }[] = [];
    let hasAny = false;
    for (const term of terms) {
      switch (term.kind) {
        case 'any':
          hasAny = true;
          break;
        case 'range':
          ranges.push(term.range);
          break;
        case 'unknown':
          unknowns.push(term.unknown);
          break;
        case 'service-tag': {
          const set =
            context.pseudoTags?.get(term.tag.toLowerCase()) ??
            membersOfTag(context.serviceTags, term.tag);
          if (set !== undefined) tagSets.push(set);
          else missingTags.push({ missing: `members of service tag ${term.tag}`, at: term.at });
        }
      }
    }
    const sets = ranges.length === 0 ? tagSets : [addressSet(ranges), ...tagSets];
    return { hasAny, sets, unknowns, missingTags };
  });
}

function remember<Key extends object, T>(cache: WeakMap<Key, T>, key: Key, make: () => T): T {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  cache.set(key, made);
  return made;
}
