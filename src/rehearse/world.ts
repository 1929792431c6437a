import { createHash } from 'node:crypto';
import type { ProviderWorld } from './behaviour.ts';
import type { Catalogue } from './catalogue.ts';
import type { Store } from './store.ts';
import { storedForm } from './telling.ts';

export interface WorldOptions {
  readonly subscriptionId: string;
  readonly tenantId: string;
}

/** What providers see. Nothing in it depends on chance or on the clock. */
export function createWorld(
  store: Store,
  catalogue: Catalogue,
  addresses: PublicAddresses,
  { subscriptionId, tenantId }: WorldOptions,
): ProviderWorld {
  return {
    subscriptionId,
    tenantId,
    get: (id) => {
      const row = store.get(id);
      return row === undefined ? undefined : storedForm(row, store, catalogue);
    },
    list: (type) => store.ofType(type).map((row) => storedForm(row, store, catalogue)),
    guid: stableGuid,
    publicAddress: addresses.of,
  };
}

/** The same words, in whatever case, give the same identifier, in the form of a random one (version 4). */
export function stableGuid(...of: readonly string[]): string {
  const hex = createHash('sha256').update(of.join('\u0000').toLowerCase()).digest('hex');
  const variant = ((Number.parseInt(hex[16]!, 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

export interface PublicAddresses {
  readonly of: (id: string) => string;
  /** What was given out since the last `settle`, for the file to keep. */
  readonly fresh: () => ReadonlyMap<string, string>;
  readonly settle: () => void;
  readonly clear: () => void;
}

/**
 * Labels in the form of public addresses. `aks create` refuses what is not globally routable, documentation ranges included
 * (arm-endpoint 9.1), so they come from a block of Azure's own; nothing is ever sent there. An id keeps its address for as
 * long as the state lives, also when it is deleted and made again.
 */
export function createPublicAddresses(kept: ReadonlyMap<string, string>): PublicAddresses {
  const given = new Map(kept);
  const taken = new Set(given.values());
  const fresh = new Map<string, string>();
  return {
    of: (id) => {
      const key = id.toLowerCase();
      const known = given.get(key);
      if (known !== undefined) return known;
      let number = createHash('sha256').update(key).digest().readUInt32BE(0) % BLOCK_SIZE;
      while (taken.has(addressAt(number))) number = (number + 1) % BLOCK_SIZE;
      const address = addressAt(number);
      given.set(key, address);
      taken.add(address);
      fresh.set(key, address);
      return address;
    },
    fresh: () => fresh,
    settle: () => fresh.clear(),
    clear: () => {
      given.clear();
      taken.clear();
      fresh.clear();
    },
  };
}

/** 20.64.0.0/11 without first and last octets that look like networks. */
const BLOCK_SIZE = 32 * 256 * 254;

function addressAt(number: number): string {
  const last = (number % 254) + 1;
  const rest = Math.floor(number / 254);
  return `20.${64 + (rest >>> 8)}.${rest & 255}.${last}`;
}
