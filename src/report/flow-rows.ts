import { type AddressSet, type PortSet, portSet, unionAddresses } from '../net/index.ts';
import type { ShownBox } from '../questions/query/index.ts';
import type { NamedObject } from './named-objects.ts';
import { addressWordsText, describeAddresses } from './object-names.ts';
import { hasPorts, type Service } from './port-names.ts';
import { safe } from './style.ts';

/** Some boxes that are one product again. */
export interface FlowRow {
  readonly sources?: AddressSet;
  readonly destinations?: AddressSet;
  readonly services: readonly Service[];
  readonly names?: NonNullable<ShownBox['names']>;
  /** How many boxes it stands for. */
  readonly boxes: number;
}

/**
 * Boxes as few rows: two that differ in one header only are told as one. Exact: the rows hold what the boxes hold, ports of
 * protocols that have none aside.
 * O(boxes), as often as something is found to join.
 */
export function flowRows(boxes: readonly ShownBox[]): readonly FlowRow[] {
  let rows: readonly FlowRow[] = boxes.map(rowOf);
  for (;;) {
    const before = rows.length;
    rows = joined(rows, 'services', (all) => unionServices(all.flatMap((row) => row.services)));
    rows = joined(rows, 'destinations', (all) => unionOf(all, 'destinations'));
    rows = joined(rows, 'sources', (all) => unionOf(all, 'sources'));
    rows = joined(rows, 'names', unionNames);
    if (rows.length === before) return rows;
  }
}

function rowOf({ protocols, destinationPorts, ...rest }: ShownBox): FlowRow {
  const ports =
    destinationPorts === undefined || isWhole(destinationPorts) ? {} : { ports: destinationPorts };
  const services = (protocols ?? ['any' as const]).map(
    (protocol): Service => ({ protocol, ...(hasPorts(protocol) ? ports : {}) }),
  );
  return { ...rest, services: unionServices(services), boxes: 1 };
}

function isWhole(ports: PortSet): boolean {
  return ports[0] === 0 && ports[1] === 65535;
}

type Header = 'services' | 'destinations' | 'sources' | 'names';

/** Rows that are alike but for one header become one. `undefined` from `union`: they cannot be joined. */
function joined<Key extends Header>(
  rows: readonly FlowRow[],
  header: Key,
  union: (rows: readonly FlowRow[]) => FlowRow[Key] | 'whole' | undefined,
): readonly FlowRow[] {
  const groups = new Map<string, FlowRow[]>();
  for (const row of rows) {
    const key = keyOf(row, header);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()].flatMap((group): readonly FlowRow[] => {
    const [first] = group;
    if (group.length === 1 || first === undefined) return group;
    const value = union(group);
    if (value === undefined) return group;
    const { [header]: _, ...others } = first;
    const boxes = group.reduce((sum, row) => sum + row.boxes, 0);
    return [{ ...others, ...(value === 'whole' ? {} : { [header]: value }), boxes } as FlowRow];
  });
}

function keyOf(row: FlowRow, but: Header): string {
  const addresses = (set: AddressSet | undefined): string =>
    set === undefined ? '*' : `${set.v4.join()} ${set.v6.join()}`;
  return JSON.stringify([
    but === 'sources' ? '' : addresses(row.sources),
    but === 'destinations' ? '' : addresses(row.destinations),
    but === 'services' ? '' : row.services,
    but === 'names' ? '' : (row.names ?? '*'),
  ]);
}

function unionOf(rows: readonly FlowRow[], side: 'sources' | 'destinations'): AddressSet | 'whole' {
  const sets = rows.map((row) => row[side]);
  return sets.includes(undefined) ? 'whole' : unionAddresses(...(sets as AddressSet[]));
}

/** Patterns without exceptions can stand side by side; others are told apart. */
function unionNames(rows: readonly FlowRow[]): FlowRow['names'] | 'whole' {
  const patterns = new Set<string>();
  let withoutName = false;
  for (const { names } of rows) {
    if (names === undefined) return 'whole';
    if (names.except.length > 0) return undefined;
    for (const pattern of names.patterns) patterns.add(pattern);
    withoutName ||= names.withoutName;
  }
  return { patterns: [...patterns], except: [], withoutName };
}

function unionServices(services: readonly Service[]): readonly Service[] {
  const byProtocol = new Map<Service['protocol'], PortSet | undefined>();
  for (const { protocol, ports } of services) {
    const known = byProtocol.get(protocol);
    const isAll = ports === undefined || (byProtocol.has(protocol) && known === undefined);
    byProtocol.set(protocol, isAll ? undefined : portSet([...pairs(known ?? []), ...pairs(ports)]));
  }
  if (byProtocol.has('any') && byProtocol.get('any') === undefined) return [{ protocol: 'any' }];
  return [...byProtocol]
    .map(
      ([protocol, ports]): Service =>
        ports === undefined || isWhole(ports) ? { protocol } : { protocol, ports },
    )
    .sort((a, b) => (a.protocol < b.protocol ? -1 : 1));
}

function pairs(ports: PortSet): (readonly [number, number])[] {
  return Array.from(
    { length: ports.length / 2 },
    (_, index) => [ports[2 * index]!, ports[2 * index + 1]!] as const,
  );
}

/** Who and what of a row, its services aside: `from 203.0.113.0/24 to subnet aks-subnet`. Empty: whoever and whatever was asked. */
export function rowText(row: FlowRow, names: readonly NamedObject[], most: number): string {
  const { sources, destinations } = row;
  const told = (set: AddressSet): string => addressWordsText(describeAddresses(set, names), most);
  return [
    ...(sources === undefined ? [] : [`from ${told(sources)}`]),
    ...(destinations === undefined ? [] : [`to ${told(destinations)}`]),
    ...namesText(row, most),
  ].join(' ');
}

/** Who asks by address shows no name: that goes without saying. */
function namesText({ names, destinations }: FlowRow, most: number): readonly string[] {
  if (names === undefined) return [];
  const { patterns, except, withoutName } = names;
  if (patterns.length === 0) return [];
  const listed = (all: readonly string[], of: string): string => {
    const shown = all.slice(0, most).map(safe).join(', ');
    return all.length > most ? `${shown} and ${all.length - most} more ${of}` : shown;
  };
  const isAny = patterns.includes('*');
  const said = isAny ? 'any name' : listed(patterns, 'names');
  const but = except.length === 0 ? '' : ` but ${listed(except, 'names')}`;
  const how = destinations === undefined ? 'to' : 'asked for as';
  return [`${how} ${said}${but}${withoutName ? ', or by address' : ''}`];
}
