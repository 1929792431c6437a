import { type Place, placeless } from '../diagnostics/index.ts';
import type { Datasets } from '../facts/index.ts';
import { importExport } from '../importers/exports/index.ts';
import { buildSnapshot, type SnapshotPart } from '../importers/index.ts';
import type { Snapshot } from '../model/index.ts';
import type { Value } from '../values/index.ts';
import type { Arm } from './arm.ts';
import { placesOf, type RehearsedScript } from './attribution.ts';
import { type Blame, partName, partOf } from './blame.ts';
import type { Json } from './json.ts';
import { isJsonObject } from './request-json.ts';
import { GROUP_TYPE } from './resource-groups.ts';
import { createStore, type Row } from './store.ts';
import { toldForm } from './telling.ts';

/** What is to be told of a rehearsal. */
export interface RecordedOptions {
  readonly script?: RehearsedScript;
  /** What groups took with them that were deleted from this request on, when nothing else is left. */
  readonly buriedFrom?: number;
}

/**
 * What was recorded, as a snapshot: every value is placed at the command of the script that wrote it, also where a later command wrote it
 * back.
 */
export function recordedSnapshot(
  arm: Arm,
  datasets: Datasets,
  options: RecordedOptions,
  others: readonly SnapshotPart[] = [],
): Snapshot {
  return buildSnapshot([recordedPart(arm, options), ...others], datasets, []);
}

export function recordedPart(arm: Arm, options: RecordedOptions): SnapshotPart {
  const { requestBy, journal } = arm;
  const places = placesOf(journal(), options.script);
  const placeBy = (seq: number): Place => {
    const entry = requestBy(seq);
    return entry === undefined ? placeless('an earlier rehearsal') : places(entry);
  };
  const rows = rowsOf(arm, options.buriedFrom);
  const isRecorded = ({ type }: Row) =>
    type !== GROUP_TYPE && !type.startsWith('microsoft.resources/deployments');
  const { catalogue, world } = arm.provider;
  // Children are told as resources of their own, and not once more inside their parents.
  const alone = { ...catalogue, embeddedIn: () => [] };
  const store = createStore(rows, () => 0);
  const items = rows.filter(isRecorded).map((row) => {
    const told = toldForm(row, store, alone, world);
    return placedValue(told, row.blame, placeBy);
  });
  const at = placeless('rehearsal');
  const part = importExport({ kind: 'array', items, at });
  return part ?? { resources: [], objects: [], diagnostics: [], gaps: [] };
}

/** What is there; where nothing is, what was there before it was cleaned up. */
function rowsOf({ provider, buried }: Arm, buriedFrom: number | undefined): readonly Row[] {
  const rows = provider.store.all();
  const isEmpty = rows.every(({ type }) => type === GROUP_TYPE);
  if (!isEmpty || buriedFrom === undefined) return rows;
  const last = new Map<string, Row>();
  for (const { by, row } of buried()) if (by >= buriedFrom) last.set(row.key, row);
  return [...last.values()];
}

/** JSON with the place of each part: of the request that wrote it. */
function placedValue(json: Json | undefined, blame: Blame, placeBy: (seq: number) => Place): Value {
  const at = placeBy(blame.by);
  if (Array.isArray(json)) {
    const items = (json as readonly Json[]).map((item, index) =>
      placedValue(item, partOf(blame, partName(item, index)), placeBy),
    );
    return { kind: 'array', items, at };
  }
  if (isJsonObject(json)) {
    const members = Object.entries(json).map(([name, value]) => {
      const placed = placedValue(value, partOf(blame, name), placeBy);
      return [name.toLowerCase(), { name, value: placed, at: placed.at }] as const;
    });
    return { kind: 'object', members: new Map(members), at };
  }
  if (typeof json === 'string') return { kind: 'string', value: json, at };
  if (typeof json === 'number') return { kind: 'number', value: json, at };
  if (typeof json === 'boolean') return { kind: 'boolean', value: json, at };
  return { kind: 'null', at };
}
