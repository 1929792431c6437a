import type { ServiceTags } from '../../facts/index.ts';
import { type Ip, type Prefix, parsePrefix, prefixOf } from '../../net/index.ts';

/** Things by prefix, found by exact prefix or by what lies around one. */
export class PrefixTable<T> {
  readonly #slots = new Map<string | number, { readonly prefix: Prefix; readonly items: T[] }>();

  /** What was added under the very same prefix, in the order added. */
  at(prefix: Prefix): readonly T[] {
    return this.#slots.get(keyOf(prefix))?.items ?? [];
  }

  add(prefix: Prefix, item: T): void {
    const key = keyOf(prefix);
    const slot = this.#slots.get(key);
    if (slot === undefined) this.#slots.set(key, { prefix, items: [item] });
    else slot.items.push(item);
  }

  /** Every prefix in use with what was added under it, in the order first added. */
  slots(): Iterable<{ readonly prefix: Prefix; readonly items: readonly T[] }> {
    return this.#slots.values();
  }

  /** Everything under a prefix that holds all of this one, itself included, shortest first. O(length). */
  around(prefix: Prefix): T[] {
    const base: Ip =
      prefix.family === 4 ? { family: 4, value: prefix.base } : { family: 6, value: prefix.base };
    const found: T[] = [];
    for (let length = 0; length <= prefix.length; length += 1) {
      found.push(...this.at(prefixOf(base, length)));
    }
    return found;
  }
}

/** One safe integer for IPv4: the length above 32 bits of base. */
function keyOf(prefix: Prefix): string | number {
  return prefix.family === 4
    ? prefix.length * 2 ** 32 + prefix.base
    : `${prefix.base}/${prefix.length}`;
}

const parsed = new WeakMap<ServiceTags, Map<string, readonly Prefix[]>>();

/** The prefixes of a service tag, read once per data set; `undefined`: the data does not hold the tag. */
export function publishedPrefixes(
  serviceTags: ServiceTags,
  tag: string,
): readonly Prefix[] | undefined {
  const key = tag.toLowerCase();
  const texts = serviceTags.prefixes.get(key);
  if (texts === undefined) return undefined;
  const byTag = parsed.get(serviceTags) ?? new Map<string, readonly Prefix[]>();
  parsed.set(serviceTags, byTag);
  const prefixes = byTag.get(key) ?? texts.flatMap((text) => parsePrefix(text) ?? []);
  byTag.set(key, prefixes);
  return prefixes;
}

/** The prefix of one address alone. */
export function hostPrefix(ip: Ip): Prefix {
  return prefixOf(ip, ip.family === 4 ? 32 : 128);
}
