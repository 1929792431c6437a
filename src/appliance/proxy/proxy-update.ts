import type { ProxyConfiguration } from '../appliance.ts';

/** How to replace one map of a running proxy, through its admin socket. */
export interface MapUpdate {
  /** Path of the map file, as the configuration names it. */
  readonly map: string;
  /** Sent first; the answer `New version created: N` names the version. */
  readonly prepare: string;
  /** Sent for each block with the version put in for `{version}`. */
  readonly blocks: readonly string[];
  /** Sent last, likewise; from then on the new entries hold, all at once. */
  readonly commit: string;
}

/** As many entries fit into one command with room to spare: the proxy's buffers have 16 kB. */
const BLOCK_ENTRIES = 200;
const BLOCK_CHARACTERS = 12_000;

/**
 * What turns a running proxy from one configuration into another without a reload, no connection touched. `undefined` when the
 * text itself changed, or a map appeared or went: then only a reload will do.
 */
export function proxyUpdate(
  before: ProxyConfiguration,
  after: ProxyConfiguration,
  runFolder: string,
): readonly MapUpdate[] | undefined {
  if (before.text !== after.text || before.maps.size !== after.maps.size) return undefined;
  const updates: MapUpdate[] = [];
  for (const [name, entries] of after.maps) {
    const known = before.maps.get(name);
    if (known === undefined) return undefined;
    if (isSame(known, entries)) continue;
    const map = `${runFolder}/${name}`;
    updates.push({
      map,
      prepare: `prepare map ${map}`,
      blocks: blocksOf(entries).map((block) => `add map @{version} ${map} <<\n${block}\n`),
      commit: `commit map @{version} ${map}`,
    });
  }
  return updates;
}

type Entries = readonly (readonly [key: string, value: string])[];

function isSame(a: Entries, b: Entries): boolean {
  return (
    a.length === b.length &&
    a.every(([key, value], at) => key === b[at]?.[0] && value === b[at]?.[1])
  );
}

function blocksOf(entries: Entries): readonly string[] {
  const blocks: string[] = [];
  let lines: string[] = [];
  let length = 0;
  for (const [key, value] of entries) {
    const line = `${key} ${value}`;
    if (lines.length >= BLOCK_ENTRIES || length + line.length >= BLOCK_CHARACTERS) {
      blocks.push(lines.join('\n'));
      lines = [];
      length = 0;
    }
    lines.push(line);
    length += line.length + 1;
  }
  if (lines.length > 0) blocks.push(lines.join('\n'));
  return blocks.map((block) => `${block}\n`);
}
