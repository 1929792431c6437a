import { type Port, type PortSet, parsePort, parsePortRange, portSet } from '../../net/index.ts';
import { isAbsent, type Uncertain, type Unknown, type Value } from '../../values/index.ts';
import type { Setting } from '../azure/common.ts';
import { report, type Source, titleOf, unreadable, valueIn } from './reading.ts';
import { wrongType } from './scalars.ts';

export interface PortBounds {
  readonly low: number;
  readonly high: number;
  readonly code: 'model/port-out-of-range' | 'firewall/port-out-of-range';
}

export const ANY_PORT: PortBounds = { low: 0, high: 65535, code: 'model/port-out-of-range' };

/** The union of a list of ports and ranges. One part that is unknown makes the whole unknown; empty is empty. */
export function portsOf(
  source: Source,
  name: string,
  values: readonly Value[],
  bounds: PortBounds = ANY_PORT,
): Uncertain<PortSet> {
  const ranges: (readonly [number, number])[] = [];
  let unknown: Unknown | undefined;
  for (const value of values) {
    const range = rangeOf(source, name, value, bounds);
    if ('kind' in range) unknown ??= range;
    else ranges.push(range);
  }
  return unknown ?? portSet(ranges);
}

export function portIn(source: Source, name: string, bounds: PortBounds = ANY_PORT): Setting<Port> {
  const value = valueIn(source, name);
  if (isAbsent(value)) return undefined;
  if (value.kind === 'unknown') return value;
  const isScalar = value.kind === 'string' || value.kind === 'number';
  if (value.kind === 'string' && value.value.trim() === '') return undefined;
  const port = isScalar ? parsePort(value.value) : undefined;
  if (port === undefined) return wrongType(source, name, value, 'a port');
  checkBounds(source, name, [port, port], value, bounds);
  return port;
}

function rangeOf(
  source: Source,
  name: string,
  value: Value,
  bounds: PortBounds,
): readonly [number, number] | Unknown {
  if (value.kind === 'unknown') return value;
  if (value.kind !== 'string' && value.kind !== 'number') {
    return wrongType(source, name, value, 'a port, a range of ports or `*`');
  }
  const text = String(value.value).trim();
  const range = parsePortRange(text);
  if (range === undefined) {
    report(
      source.reading,
      'error',
      'model/malformed-port',
      `\`${text}\` in \`${name}\` of ${titleOf(source)} is no port and no range of ports`,
      value.at,
    );
    return unreadable(source, name, text, value.at);
  }
  if (text !== '*') checkBounds(source, name, range, value, bounds);
  return range;
}

function checkBounds(
  source: Source,
  name: string,
  [low, high]: readonly [number, number],
  value: Value,
  bounds: PortBounds,
): void {
  if (low >= bounds.low && high <= bounds.high) return;
  const text = low === high ? `${low}` : `${low}-${high}`;
  report(
    source.reading,
    'error',
    bounds.code,
    `\`${text}\` in \`${name}\` of ${titleOf(source)} is out of range; Azure accepts ${bounds.low} to ${bounds.high}`,
    value.at,
  );
}
