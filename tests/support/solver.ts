import type { BitVec, Bool, Context, Solver } from 'z3-solver';
import type { FlowBox, FlowPoint, FlowRule } from '../../src/flows/index.ts';
import type { Family, Ip, Port, Protocol } from '../../src/net/index.ts';

/**
 * Flows as bit-vectors of an SMT solver: the same rules said to a program that shares no idea with ours. Addresses, ports and protocols
 * only, and boxes that need nothing.
 */

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'icmp', 'sctp', 'esp', 'ah', 'other'];
const SECONDS = 20;

type Z3 = Context<'flows'>;
type Truth = Bool<'flows'>;
type Header = 'source' | 'destination' | 'protocol' | 'sourcePort' | 'destinationPort';
type Model = ReturnType<Solver<'flows'>['model']>;

export class SolverFlows {
  readonly #z3: Z3;
  readonly #family: Family;
  readonly #solver: Solver<'flows'>;
  readonly #headers: Readonly<Record<Header, BitVec<number, 'flows'>>>;

  constructor(z3: Z3, family: Family) {
    const bits = family === 4 ? 32 : 128;
    this.#z3 = z3;
    this.#family = family;
    this.#headers = {
      source: z3.BitVec.const('source', bits),
      destination: z3.BitVec.const('destination', bits),
      protocol: z3.BitVec.const('protocol', 3),
      sourcePort: z3.BitVec.const('sourcePort', 16),
      destinationPort: z3.BitVec.const('destinationPort', 16),
    };
    this.#solver = new z3.Solver();
    this.#solver.set('timeout', SECONDS * 1000);
    this.#solver.add(this.#headers.protocol.ule(PROTOCOLS.length - 1));
  }

  /** From now on only flows that this holds for are found. */
  assume(assertion: Truth): void {
    this.#solver.add(assertion);
  }

  /** A flow that all of these hold for, `undefined` when there is none. Throws when the solver cannot tell. */
  async find(...assertions: readonly Truth[]): Promise<FlowPoint | undefined> {
    this.#solver.push();
    this.#solver.add(...assertions);
    const answer = await this.#solver.check();
    if (answer === 'unknown') throw new Error(`no answer in ${SECONDS} seconds`);
    const point = answer === 'sat' ? this.#pointOf(this.#solver.model()) : undefined;
    this.#solver.pop();
    return point;
  }

  holds({ region }: FlowRule<unknown, unknown>): Truth {
    return this.#z3.Or(...region.map((box) => this.#boxHolds(box)));
  }

  not(one: Truth): Truth {
    return this.#z3.Not(one);
  }

  differ(one: Truth, other: Truth): Truth {
    return this.#z3.Xor(one, other);
  }

  /** Flows that the first rule to hold them gives this effect. */
  withEffect<Effect>(rules: readonly FlowRule<Effect, unknown>[], effect: Effect): Truth {
    return rules.reduceRight<Truth>(
      (rest, rule) =>
        this.#z3.If(this.holds(rule), this.#z3.Bool.val(rule.effect === effect), rest),
      this.#z3.Bool.val(false),
    );
  }

  is(point: FlowPoint): Truth {
    return this.#z3.And(
      this.#equal('source', point.source.value),
      this.#equal('destination', point.destination.value),
      this.#equal('protocol', PROTOCOLS.indexOf(point.protocol)),
      this.#equal('sourcePort', point.sourcePort),
      this.#equal('destinationPort', point.destinationPort),
    );
  }

  #equal(header: Header, value: number | bigint): Truth {
    const vector = this.#headers[header];
    return vector.eq(this.#z3.BitVec.val(value, vector.size()));
  }

  #boxHolds(box: FlowBox): Truth {
    const { source, destination, sourcePort, destinationPort } = this.#headers;
    const line = (set: FlowBox['sources']) => (this.#family === 4 ? set?.v4 : set?.v6);
    const within = (
      header: BitVec<number, 'flows'>,
      pairs: readonly (number | bigint)[] | undefined,
    ) => {
      if (pairs === undefined) return [];
      const ranges: Truth[] = [];
      for (let at = 0; at < pairs.length; at += 2) {
        ranges.push(this.#z3.And(header.uge(pairs[at]!), header.ule(pairs[at + 1]!)));
      }
      return [this.#z3.Or(...ranges)];
    };
    const protocols = box.protocols?.map((name) =>
      this.#equal('protocol', PROTOCOLS.indexOf(name)),
    );
    return this.#z3.And(
      ...within(source, line(box.sources)),
      ...within(destination, line(box.destinations)),
      ...(protocols === undefined ? [] : [this.#z3.Or(...protocols)]),
      ...within(sourcePort, box.sourcePorts),
      ...within(destinationPort, box.destinationPorts),
    );
  }

  #pointOf(model: Model): FlowPoint {
    const value = (header: Header): bigint => {
      const found = model.eval(this.#headers[header], true);
      if (!this.#z3.isBitVecVal(found)) throw new Error('a model says every header');
      return found.value();
    };
    const address = (header: 'source' | 'destination'): Ip =>
      ({
        family: this.#family,
        value: this.#family === 4 ? Number(value(header)) : value(header),
      }) as Ip;
    return {
      source: address('source'),
      destination: address('destination'),
      protocol: PROTOCOLS[Number(value('protocol'))]!,
      sourcePort: Number(value('sourcePort')) as Port,
      destinationPort: Number(value('destinationPort')) as Port,
      application: 'none',
    };
  }
}
