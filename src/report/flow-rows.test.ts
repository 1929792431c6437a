import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AddressSet,
  addressSet,
  addressSetHas,
  type Ip,
  type Protocol,
  parseIp,
  parseIpRange,
  portSet,
  portSetHas,
} from '../net/index.ts';
import type { ShownBox } from '../questions/query/index.ts';
import { type FlowRow, flowRows, rowText } from './flow-rows.ts';
import { hasPorts, servicesText } from './port-names.ts';

const ADDRESSES = ['10.0.0.0/8', '10.1.0.0/16', '192.0.2.7', '0.0.0.0/0'];
const POINTS = ['10.1.0.1', '10.2.0.1', '192.0.2.7', '8.8.8.8'].map((text) => parseIp(text)!);
const PORTS = [0, 53, 54, 443, 65535];
const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'icmp', 'esp'];
const NAMES = ['a.org', 'b.org', undefined];

const sets = fc
  .subarray(ADDRESSES, { minLength: 1, maxLength: 2 })
  .map((texts) => addressSet(texts.map((text) => parseIpRange(text)!)));
const boxes = fc.array(
  fc.record(
    {
      sources: sets,
      destinations: sets,
      protocols: fc.subarray([...PROTOCOLS], { minLength: 1 }),
      destinationPorts: fc
        .array(fc.tuple(fc.constantFrom(...PORTS), fc.constantFrom(...PORTS)), {
          minLength: 1,
          maxLength: 2,
        })
        .map((pairs) => portSet(pairs.map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const))),
      names: fc.record({
        patterns: fc.subarray(['a.org', 'b.org', '*']),
        except: fc.subarray(['a.org']),
        withoutName: fc.boolean(),
      }),
    },
    { requiredKeys: [] },
  ),
  { maxLength: 7 },
) as fc.Arbitrary<ShownBox[]>;

interface Point {
  readonly source: Ip;
  readonly destination: Ip;
  readonly protocol: Protocol;
  readonly port: number;
  readonly name: string | undefined;
}
const points = fc.record({
  source: fc.constantFrom(...POINTS),
  destination: fc.constantFrom(...POINTS),
  protocol: fc.constantFrom(...PROTOCOLS),
  port: fc.constantFrom(...PORTS),
  name: fc.constantFrom(...NAMES),
});

const inSet = (set: AddressSet | undefined, ip: Ip) => set === undefined || addressSetHas(set, ip);
const inNames = (names: ShownBox['names'], name: string | undefined): boolean => {
  if (names === undefined) return true;
  if (name === undefined) return names.withoutName;
  const takes = (patterns: readonly string[]) => patterns.includes('*') || patterns.includes(name);
  return takes(names.patterns) && !names.except.includes(name);
};
/** Ports of protocols without ports mean nothing. */
const boxHas = (box: ShownBox, point: Point): boolean =>
  inSet(box.sources, point.source) &&
  inSet(box.destinations, point.destination) &&
  (box.protocols === undefined || box.protocols.includes(point.protocol)) &&
  (box.destinationPorts === undefined ||
    (box.protocols !== undefined && !hasPorts(point.protocol)) ||
    portSetHas(box.destinationPorts, point.port)) &&
  inNames(box.names, point.name);
const rowHas = (row: FlowRow, point: Point): boolean =>
  inSet(row.sources, point.source) &&
  inSet(row.destinations, point.destination) &&
  row.services.some(
    ({ protocol, ports }) =>
      (protocol === 'any' || protocol === point.protocol) &&
      (ports === undefined || portSetHas(ports, point.port)),
  ) &&
  inNames(row.names, point.name);

describe('boxes as rows', () => {
  it('rows hold what the boxes hold, and stand for all of them', () => {
    fc.assert(
      fc.property(boxes, fc.array(points, { minLength: 30, maxLength: 30 }), (list, asked) => {
        const rows = flowRows(list);
        expect(rows.reduce((sum, row) => sum + row.boxes, 0)).toBe(list.length);
        for (const point of asked) {
          expect(rows.some((row) => rowHas(row, point))).toBe(
            list.some((box) => boxHas(box, point)),
          );
        }
      }),
      { numRuns: 400 },
    );
  });

  it('a cut by ports and a cut by addresses are one row each', () => {
    const tcp = { protocols: ['tcp'] } as const;
    const rows = flowRows([
      { ...tcp, destinationPorts: [0, 79] },
      { ...tcp, destinationPorts: [80, 80] },
      { ...tcp, destinationPorts: [81, 65535] },
      { protocols: ['udp'], destinationPorts: [53, 53] },
    ]);
    expect(rows).toEqual([
      { services: [{ protocol: 'tcp' }, { protocol: 'udp', ports: [53, 53] }], boxes: 4 },
    ]);
  });
});

describe('services in words', () => {
  it.each([
    [[{ protocol: 'any' }], 'any protocol'],
    [[{ protocol: 'tcp', ports: [443, 443] }], 'tcp 443 (https)'],
    [[{ protocol: 'udp', ports: [53, 53] }], 'udp 53 (dns)'],
    [
      [{ protocol: 'icmp' }, { protocol: 'tcp', ports: [22, 22, 8000, 8999] }],
      'tcp 22 (ssh), 8000-8999; icmp',
    ],
    [['tcp', 'udp'].map((protocol) => ({ protocol, ports: [53, 53] })), 'tcp, udp 53 (dns)'],
    [['tcp', 'udp'].map((protocol) => ({ protocol, ports: [443, 443] })), 'tcp, udp 443'],
    [[{ protocol: 'tcp', ports: [0, 79, 81, 65535] }], 'tcp all ports but 80 (http)'],
    [[{ protocol: 'tcp', ports: [1, 1, 3, 3, 5, 5] }], 'tcp 1, 3 and 1 more'],
    [[{ protocol: 'other' }], 'other protocols'],
  ] as const)('%j: %s', (services, text) => {
    expect(servicesText(services as Parameters<typeof servicesText>[0], 2)).toBe(text);
  });
});

describe('names in words', () => {
  const text = (names: NonNullable<ShownBox['names']>) =>
    rowText({ services: [], names, boxes: 1 }, [], 2);
  it('patterns, what they leave out, and flows without a name', () => {
    expect(text({ patterns: ['a', 'b', 'c'], except: [], withoutName: false })).toBe(
      'to a, b and 1 more names',
    );
    expect(text({ patterns: ['*'], except: ['a'], withoutName: true })).toBe(
      'to any name but a, or by address',
    );
    expect(text({ patterns: [], except: [], withoutName: true })).toBe('');
  });
});
