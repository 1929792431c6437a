import type { HclValue } from '../values/hcl-value.ts';

/**
 * Members worked out one by one, when they are asked for: attributes of resources and outputs of modules may refer to
 * each other as long as no one of them refers to itself.
 */
export class LazyMembers implements ReadonlyMap<string, HclValue> {
  private readonly sources: ReadonlyMap<string, () => HclValue>;

  constructor(sources: ReadonlyMap<string, () => HclValue>) {
    this.sources = sources;
  }

  get size(): number {
    return this.sources.size;
  }

  get(name: string): HclValue | undefined {
    return this.sources.get(name)?.();
  }

  has(name: string): boolean {
    return this.sources.has(name);
  }

  keys(): MapIterator<string> {
    return this.sources.keys();
  }

  *entries(): MapIterator<[string, HclValue]> {
    for (const [name, work] of this.sources) yield [name, work()];
  }

  *values(): MapIterator<HclValue> {
    for (const work of this.sources.values()) yield work();
  }

  [Symbol.iterator](): MapIterator<[string, HclValue]> {
    return this.entries();
  }

  forEach(
    visit: (value: HclValue, name: string, map: ReadonlyMap<string, HclValue>) => void,
  ): void {
    for (const [name, value] of this.entries()) visit(value, name, this);
  }
}
