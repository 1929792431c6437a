import type { FlowBox, FlowRegion, FlowRule } from '../../flows/index.ts';
import {
  type AddressSet,
  isEmptyAddressSet,
  subtractAddresses,
  unionAddresses,
} from '../../net/index.ts';

/** A rule that went or came, and where it stood. */
export interface Edit<Action> {
  readonly at: number;
  readonly rule: FlowRule<Action, { readonly name: string }>;
}

/**
 * The flows that two versions may decide differently: the regions of rules that went and came. A rule that stayed where it was among
 * these and of which one address set is another now (a service tag's new release, an edited IP group) differs only where
 * the two sets do. Needs are left out: whatever a box needs, it is inside its region. O(boxes + sizes of the sets that differ).
 */
export function editedRegion<Action>(
  gone: readonly Edit<Action>[],
  come: readonly Edit<Action>[],
): FlowRegion {
  const partners = partnersOf(gone, come);
  const taken = new Set(partners.values());
  const whole = [
    ...gone.filter((edit) => !partners.has(edit)),
    ...come.filter((edit) => !taken.has(edit)),
  ].flatMap(({ rule }) => rule.region);
  const parts = [...partners].flatMap(([old, now]) =>
    differenceOf(old.rule.region, now.rule.region),
  );
  return [...whole.map(bare), ...parts];
}

/**
 * Old rules with their new selves: the same name and effect, in the same order, at the same place among the rules that stayed. One that
 * moved past another is whole on both sides, for then order matters everywhere in its region.
 */
function partnersOf<Action>(
  gone: readonly Edit<Action>[],
  come: readonly Edit<Action>[],
): Map<Edit<Action>, Edit<Action>> {
  const partners = new Map<Edit<Action>, Edit<Action>>();
  if (gone.length !== come.length) return partners;
  const isSame = gone.every(({ at, rule: old }, index) => {
    const { at: nowAt, rule: now } = come[index]!;
    return (
      at === nowAt &&
      old.by.name === now.by.name &&
      JSON.stringify(old.effect) === JSON.stringify(now.effect)
    );
  });
  if (!isSame) return partners;
  for (const [index, old] of gone.entries()) partners.set(old, come[index]!);
  return partners;
}

function differenceOf(old: FlowRegion, now: FlowRegion): FlowRegion {
  const isAlike =
    old.length === now.length && old.every((box, index) => differsInOne(box, now[index]!));
  if (!isAlike) return [...old, ...now].map(bare);
  return old.flatMap((box, index) => {
    const other = now[index]!;
    const sources = differing(box.sources, other.sources);
    const destinations = differing(box.destinations, other.destinations);
    if (sources === undefined && destinations === undefined) return [];
    const changed: FlowBox = {
      ...bare(box),
      ...(sources === undefined ? {} : { sources }),
      ...(destinations === undefined ? {} : { destinations }),
    };
    return [changed];
  });
}

/** Only one address set of the two boxes differs, if any; both have it. */
function differsInOne(a: FlowBox, b: FlowBox): boolean {
  const rest = ({ sources: _, destinations: __, ...others }: FlowBox) => JSON.stringify(others);
  if (rest(a) !== rest(b)) return false;
  const sources = !sameSet(a.sources, b.sources);
  const destinations = !sameSet(a.destinations, b.destinations);
  if (sources && destinations) return false;
  const hasBoth = (x: unknown, y: unknown): boolean => x !== undefined && y !== undefined;
  return (
    (!sources || hasBoth(a.sources, b.sources)) &&
    (!destinations || hasBoth(a.destinations, b.destinations))
  );
}

/** What is in one of them only; `undefined`: nothing. */
function differing(a: AddressSet | undefined, b: AddressSet | undefined): AddressSet | undefined {
  if (a === undefined || b === undefined || sameSet(a, b)) return undefined;
  const set = unionAddresses(subtractAddresses(a, b), subtractAddresses(b, a));
  return isEmptyAddressSet(set) ? undefined : set;
}

function sameSet(a: AddressSet | undefined, b: AddressSet | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return (
    a.v4.length === b.v4.length &&
    a.v6.length === b.v6.length &&
    a.v4.every((value, index) => value === b.v4[index]) &&
    a.v6.every((value, index) => value === b.v6[index])
  );
}

function bare({ needs: _, ...box }: FlowBox): FlowBox {
  return box;
}
