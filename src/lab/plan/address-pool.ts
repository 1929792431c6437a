import {
  type AddressSet,
  addressSetHas,
  type Ip,
  type Ipv4,
  parsePrefix,
  rangesOfAddressSet,
} from '../../net/index.ts';

/** Networks kept for documentation (RFC 5737): public by form, and nobody's. */
const PUBLIC_POOL = ['203.0.113.0/24', '198.51.100.0/24', '192.0.2.0/24'].map(
  (text) => parsePrefix(text)!,
);

/** Looked at before giving up: a subnet that is fuller than this has other troubles. */
const TRIES_MAX = 70_000;

/** Addresses that are given once. Owns the set of those given, which is why it is a class. */
export class AddressPool {
  readonly #taken: Set<number>;

  /** @param taken addresses somebody wrote or has; none of them is given */
  constructor(taken: Iterable<number>) {
    this.#taken = new Set(taken);
  }

  take(ip: Ip): void {
    if (ip.family === 4) this.#taken.add(ip.value);
  }

  /**
   * The first free usable address of a subnet: from the fifth on, without the last (azure-networking 1.1). `undefined` when none is
   * free. IPv4 only.
   */
  privateIn(room: AddressSet): Ip | undefined {
    return this.#firstFree(room, 4, 1);
  }

  /** The first free address of a public range, or of the documentation networks where `room` is all that is public. */
  publicIn(room: AddressSet | undefined): Ip | undefined {
    const inPool = PUBLIC_POOL.map((prefix) => ({
      low: Number(prefix.base) + 1,
      high: Number(prefix.base) + 254,
    })).filter(({ low }) => room === undefined || addressSetHas(room, ipv4(low)));
    if (inPool.length > 0) return this.#among(inPool);
    return room === undefined ? undefined : this.#firstFree(room, 0, 0);
  }

  /**
   * An address that Azure lends and no file names. The proof knows nothing of it and may give a client of the internet one of the other
   * networks: these are taken from the far end.
   */
  lent(): Ip | undefined {
    for (const { base } of PUBLIC_POOL.toReversed()) {
      const ip = this.#among([{ low: Number(base) + 1, high: Number(base) + 254 }]);
      if (ip !== undefined) return ip;
    }
    return undefined;
  }

  #firstFree(room: AddressSet, skipFirst: number, skipLast: number): Ip | undefined {
    const ranges = rangesOfAddressSet(room).flatMap((range) =>
      range.family === 4 ? [{ low: range.low + skipFirst, high: range.high - skipLast }] : [],
    );
    return this.#among(ranges);
  }

  #among(ranges: readonly { readonly low: number; readonly high: number }[]): Ip | undefined {
    let tries = 0;
    for (const { low, high } of ranges) {
      for (let value = low; value <= high && tries < TRIES_MAX; value += 1, tries += 1) {
        if (this.#taken.has(value)) continue;
        this.#taken.add(value);
        return ipv4(value);
      }
    }
    return undefined;
  }
}

function ipv4(value: number): Ip {
  return { family: 4, value: value as Ipv4 };
}
