import { FIELD, type FlowUniverse, type Preferred } from '../../flows/index.ts';
import type { Family } from '../../net/index.ts';
import { atomAt, orderedRangeList, type RangeList, type Wishes } from '../../packets/index.ts';

/** Services a person recognises, most wanted first. */
const PORTS = [443, 80, 53, 22, 5432, 1433, 6379, 8080, 123];

/** Well-known resolvers on the internet, and a client of the documentation's ranges (RFC 5737, RFC 3849). */
const PREFERRED: Readonly<Record<Family, Preferred>> = {
  4: { destinations: [0x08080808, 0x01010101], sources: [0xcb007107] },
  6: {
    destinations: [0x2001_4860_4860_0000_0000_0000_0000_8888n],
    sources: [0x2001_0db8_0000_0000_0000_0000_0000_0007n],
  },
};

/** Addresses that people know. */
export function preferredIn({ family }: FlowUniverse): Preferred {
  return PREFERRED[family];
}

/** What an example should show where it can: a usual port, TCP, an address people know. */
export function wishesFor(universe: FlowUniverse): Wishes {
  const { space, destinationPorts, destinations, sources, family } = universe;
  const wishes: RangeList[][] = space.fields.map(() => []);
  if (space.fields[FIELD.destinationPort]!.atoms > 1) {
    wishes[FIELD.destinationPort] = PORTS.map((port) => {
      const atom = atomAt(destinationPorts, port);
      return orderedRangeList([atom, atom]);
    });
  }
  const holding = (line: typeof destinations, values: Preferred['sources'] = []) =>
    values.map((value) => {
      const atom = atomAt(line, value);
      return orderedRangeList([atom, atom]);
    });
  wishes[FIELD.destination] = holding(destinations, PREFERRED[family].destinations);
  wishes[FIELD.source] = holding(sources, PREFERRED[family].sources);
  if (universe.hasProtocols)
    wishes[FIELD.protocol] = [orderedRangeList([0, 0]), orderedRangeList([1, 1])];
  return wishes;
}
