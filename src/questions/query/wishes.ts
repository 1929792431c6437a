import { FIELD, type FlowUniverse } from '../../flows/index.ts';
import type { Network } from '../../network/index.ts';
import { atomAt, orderedRangeList, type RangeList, type Wishes } from '../../packets/index.ts';

/** Services a person recognises, most wanted first. */
const PORTS = [443, 80, 53, 22, 5432, 1433, 6379, 8080, 123];

/** What an example should show where it can: a usual port, TCP, an address that is nobody's network or broadcast address. */
export function wishesFor(universe: FlowUniverse, _network: Network): Wishes {
  const { space, destinationPorts } = universe;
  const wishes: RangeList[][] = space.fields.map(() => []);
  if (space.fields[FIELD.destinationPort]!.atoms > 1) {
    wishes[FIELD.destinationPort] = PORTS.map((port) => {
      const atom = atomAt(destinationPorts, port);
      return orderedRangeList([atom, atom]);
    });
  }
  if (universe.hasProtocols)
    wishes[FIELD.protocol] = [orderedRangeList([0, 0]), orderedRangeList([1, 1])];
  return wishes;
}
