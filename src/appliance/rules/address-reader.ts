import type { ServiceTags } from '../../facts/index.ts';
import type { AddressTerm, IpGroup, Reference, RuleSources } from '../../model/index.ts';
import {
  type AddressSet,
  ALL_IPV4,
  addressSet,
  type IpRange,
  parseIpRange,
} from '../../net/index.ts';
import { isUnknown } from '../../values/index.ts';
import {
  certainExtent,
  EVERYWHERE,
  type Extent,
  NOWHERE,
  unionExtents,
  unknownExtent,
} from './extent.ts';

/** Turns the address lists of rules into sets. Remembers tags and groups: many rules name the same. */
export interface AddressReader {
  readonly terms: (terms: readonly AddressTerm[]) => Extent;
  /** Of all kinds of source together; none of any kind is nowhere (AFW-34). */
  readonly sources: (sources: RuleSources) => Extent;
  readonly termsAndGroups: (terms: readonly AddressTerm[], groups: readonly Reference[]) => Extent;
  /** True once a written term named IPv6 addresses, which the appliance leaves out (AFW-36). */
  readonly hasSeenIpv6: () => boolean;
}

/** @param symbols addresses of run-time attributes that the site settles, by symbol */
export function addressReader(
  serviceTags: ServiceTags,
  ipGroups: ReadonlyMap<string, IpGroup>,
  symbols: ReadonlyMap<string, AddressSet>,
): AddressReader {
  const tags = new Map<string, Extent>();
  const groups = new Map<string, Extent>();
  let seenIpv6 = false;

  const terms = (list: readonly AddressTerm[]): Extent => {
    const ranges: IpRange[] = [];
    const extents: Extent[] = [];
    for (const term of list) {
      switch (term.kind) {
        case 'any':
          return EVERYWHERE;
        case 'range':
          if (term.range.family === 6) seenIpv6 = true;
          ranges.push(term.range);
          break;
        case 'service-tag':
          extents.push(tag(term.tag));
          break;
        case 'unknown': {
          const known = symbols.get(term.unknown.symbol ?? '');
          extents.push(
            known === undefined ? unknownExtent(term.unknown.missing) : certainExtent(known),
          );
        }
      }
    }
    if (ranges.length > 0) extents.push(certainExtent(addressSet(ranges)));
    return extents.length === 0 ? NOWHERE : unionExtents(...extents);
  };

  /** AFW-37: names compare without case. AFW-38: a tag that is not in the file has members nobody knows here. */
  const tag = (name: string): Extent => {
    const key = name.toLowerCase();
    const known = tags.get(key);
    if (known !== undefined) return known;
    const texts = serviceTags.prefixes.get(key);
    const made =
      texts === undefined
        ? unknownExtent(`the members of service tag \`${name}\``)
        : certainExtent(addressSet(texts.flatMap((text) => parseIpRange(text) ?? [])));
    tags.set(key, made);
    return made;
  };

  const group = (reference: Reference): Extent | 'empty' => {
    if (isUnknown(reference)) return unknownExtent(reference.missing);
    const view = ipGroups.get(reference.key);
    const isWhole = view !== undefined && view.isReference !== true && view.exists === undefined;
    if (!isWhole) {
      const name = reference.id.split('/').at(-1) ?? reference.id;
      return unknownExtent(`the addresses of IP group \`${name}\``);
    }
    if (view.addresses.length === 0) return 'empty';
    const known = groups.get(reference.key);
    if (known !== undefined) return known;
    const made = terms(view.addresses);
    groups.set(reference.key, made);
    return made;
  };

  const termsAndGroups = (list: readonly AddressTerm[], references: readonly Reference[]) => {
    const extents: Extent[] = list.length === 0 ? [] : [terms(list)];
    let isSkipped = false;
    for (const reference of references) {
      const extent = group(reference);
      if (extent === 'empty') isSkipped = true;
      else extents.push(extent);
    }
    if (extents.length === 0) return NOWHERE;
    const all = unionExtents(...extents);
    if (!isSkipped) return all;
    // AFW-35: the empty group alone makes the rule be skipped; with others beside it nobody says.
    const doubt = 'whether a rule is skipped when one of its IP groups is empty';
    return { ...all, certain: NOWHERE.certain, doubts: [...all.doubts, doubt] };
  };

  const sources = (written: RuleSources): Extent => {
    const extent = termsAndGroups(written.addresses, written.ipGroups);
    const selector = written.kubeSelectorGroups[0];
    if (selector === undefined) return extent;
    // AFW-06: what a selector adds or takes is unpublished; it is never "any" and never nothing.
    const doubt = `which pods \`${isUnknown(selector) ? selector.text : selector.id}\` selects`;
    return { certain: NOWHERE.certain, possible: ALL_IPV4, doubts: [...extent.doubts, doubt] };
  };

  return { terms, sources, termsAndGroups, hasSeenIpv6: () => seenIpv6 };
}
