import {
  type AddressSet,
  addressSet,
  formatIp,
  formatPrefix,
  prefixesOfAddressSet,
  rangesOfAddressSet,
} from '../../net/index.ts';

/** As many addresses are written into a rule; more get a set with a name, shared by all rules that mean the same. */
const INLINE_MAX = 6;

/** The named address sets of one nftables table. Owns their names. */
export class AddressSets {
  readonly #names = new Map<string, string>();
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** IPv4 addresses as an nftables expression; `undefined` for none at all, which no rule can name. */
  expression(set: AddressSet): string | undefined {
    const elements = elementsOf(set);
    if (elements.length === 0) return undefined;
    if (elements.length === 1) return elements[0];
    if (elements.length <= INLINE_MAX) return `{ ${elements.join(', ')} }`;
    const key = elements.join(', ');
    const known = this.#names.get(key);
    if (known !== undefined) return `@${known}`;
    const name = `${this.#prefix}${this.#names.size}`;
    this.#names.set(key, name);
    return `@${name}`;
  }

  /** The sets that were asked for, as lines of the table. */
  get declarations(): readonly string[] {
    return [...this.#names].flatMap(([elements, name]) => [
      `  set ${name} {`,
      '    type ipv4_addr; flags interval;',
      `    elements = { ${elements} }`,
      '  }',
    ]);
  }
}

/** Ranges as nftables writes them: a CIDR where it is one, else `low-high`. */
export function elementsOf(set: AddressSet): readonly string[] {
  return rangesOfAddressSet(set).flatMap((range) => {
    if (range.family !== 4) return [];
    const prefixes = prefixesOfAddressSet(addressSet([range]));
    const only = prefixes[0];
    if (prefixes.length === 1 && only !== undefined) {
      return [only.length === 32 ? formatIp({ family: 4, value: range.low }) : formatPrefix(only)];
    }
    return [
      `${formatIp({ family: 4, value: range.low })}-${formatIp({ family: 4, value: range.high })}`,
    ];
  });
}
