import { execFile } from 'node:child_process';

export interface KernelElement {
  readonly set: string;
  readonly address: string;
  readonly secondsLeft: number;
}

/** Another number for each table that is made, even under the same name; `undefined` when there is none. */
export function readTableHandle(nft: string, table: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    execFile(nft, ['-j', 'list', 'tables'], { timeout: 10_000 }, (error, stdout) => {
      if (error !== null) return resolve(undefined);
      try {
        const { nftables }: { nftables: readonly { table?: KernelTable }[] } = JSON.parse(stdout);
        const found = nftables.find(
          (each) => `${each.table?.family} ${each.table?.name}` === table,
        );
        resolve(found?.table?.handle);
      } catch {
        resolve(undefined);
      }
    });
  });
}

interface KernelTable {
  readonly family: string;
  readonly name: string;
  readonly handle: number;
}

const LISTING_BYTES_MAX = 256 * 1024 * 1024;

/** What the sets of a table hold now: an earlier run's work, kept over a restart. Empty when there is no such table. */
export function readKernelSets(
  nft: string,
  table: string,
  sets: ReadonlySet<string>,
): Promise<readonly KernelElement[]> {
  const args = ['-j', 'list', 'table', ...table.split(' ')];
  return new Promise((resolve) => {
    execFile(nft, args, { maxBuffer: LISTING_BYTES_MAX, timeout: 10_000 }, (error, stdout) => {
      if (error !== null) return resolve([]);
      try {
        resolve(elementsOf(JSON.parse(stdout), sets));
      } catch {
        resolve([]);
      }
    });
  });
}

/** libnftables-json(5): `{"nftables": [{"set": {"name": …, "elem": [{"elem": {"val": …, "expires": …}}]}}]}`. */
function elementsOf(listing: unknown, sets: ReadonlySet<string>): readonly KernelElement[] {
  const objects = (listing as { nftables?: readonly { set?: KernelSet }[] }).nftables ?? [];
  return objects.flatMap(({ set }) =>
    set === undefined || !sets.has(set.name)
      ? []
      : (set.elem ?? []).flatMap(({ elem }) =>
          typeof elem?.val === 'string' && typeof elem.expires === 'number'
            ? [{ set: set.name, address: elem.val, secondsLeft: elem.expires }]
            : [],
        ),
  );
}

interface KernelSet {
  readonly name: string;
  readonly elem?: readonly {
    readonly elem?: { readonly val?: unknown; readonly expires?: unknown };
  }[];
}
