import type { Condition, FlowBox } from '../../../flows/index.ts';
import { addressSetCovers, portSetCovers } from '../../../net/index.ts';
import type { PolicyRule } from './rule-lists.ts';

/**
 * Takes rules in order and leaves out what cannot decide: boxes inside an earlier one that is certain, or inside an earlier one of the
 * same effect that needs no more. Products of lists consist of such boxes for the most part. O(boxes · boxes left).
 */
export class TidyList {
  private readonly rules: PolicyRule[] = [];
  private readonly kept: { readonly box: FlowBox; readonly effect: string }[] = [];

  add(rule: PolicyRule): void {
    if (rule.region.length === 0) return;
    const region = rule.region.filter((box) => {
      const isIdle = this.kept.some(
        (earlier) =>
          (isBare(earlier.box) ||
            (earlier.effect === rule.effect && needsAll(earlier.box.needs, box.needs))) &&
          holdsBox(earlier.box, box),
      );
      if (!isIdle) this.kept.push({ box, effect: rule.effect });
      return !isIdle;
    });
    if (region.length === rule.region.length) this.rules.push(rule);
    else if (region.length > 0) this.rules.push({ ...rule, region });
  }

  list(): readonly PolicyRule[] {
    return this.rules;
  }
}

function isBare({ needs }: FlowBox): boolean {
  return needs === undefined || needs.length === 0;
}

/** Is everything the one needs among what the other needs? */
function needsAll(one: readonly Condition[] = [], other: readonly Condition[] = []): boolean {
  return one.every(({ missing }) => other.some((need) => need.missing === missing));
}

/** Is every flow of the second box in the first, whatever they need? */
export function holdsBox(outer: FlowBox, inner: FlowBox): boolean {
  return (
    holds(outer.destinationPorts, inner.destinationPorts, portSetCovers) &&
    holds(outer.protocols, inner.protocols, holdsWords) &&
    holds(outer.destinations, inner.destinations, addressSetCovers) &&
    holds(outer.sources, inner.sources, addressSetCovers) &&
    holds(outer.sourcePorts, inner.sourcePorts, portSetCovers) &&
    holds(outer.applications, inner.applications, holdsWords) &&
    holds(
      outer.names,
      inner.names,
      (a, b) => (a.withoutName || !b.withoutName) && holdsWords(a.patterns, b.patterns),
    )
  );
}

function holds<T>(
  outer: T | undefined,
  inner: T | undefined,
  covers: (outer: T, inner: T) => boolean,
): boolean {
  if (outer === undefined || outer === inner) return true;
  return inner !== undefined && covers(outer, inner);
}

function holdsWords<Word>(outer: readonly Word[], inner: readonly Word[]): boolean {
  return inner.every((word) => outer.includes(word));
}
