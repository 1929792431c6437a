import { decidersAt, type FlowPoint, type FlowRegion, isCertain } from '../../../flows/index.ts';
import { type Ip, type Port, type Protocol, portSetHas } from '../../../net/index.ts';
import type { ClusterView } from './cluster-view.ts';
import { portEndsOf } from './port-ends.ts';
import type { PolicyRule } from './rule-lists.ts';
import { PORTED, UNPORTED } from './sight.ts';

/** Ports of one protocol that every policy treats alike. */
export interface PortAtom {
  readonly protocol: Protocol;
  readonly low: Port;
  readonly high: Port;
}

/** What two ends leave open: boxes of protocols and destination ports. */
export interface Admitted {
  /** For sure. */
  readonly always: FlowRegion;
  /** For sure or if something is so. */
  readonly perhaps: FlowRegion;
}

/**
 * Sets of protocols and ports of one cluster, each known by a number: what is certainly in it and what is perhaps. Equal sets have
 * equal numbers; unions and intersections are looked up. Numbers grow with use.
 */
export class PortSets {
  readonly atoms: readonly PortAtom[];
  readonly none: number;
  readonly all: number;
  /** Perhaps any protocol without ports, nothing else (K8P-18). */
  readonly perhapsUnported: number;
  /** Every port of the protocols that have ports. */
  readonly portedOnly: number;
  private readonly words: number;
  private readonly sets: Uint32Array[] = [];
  private readonly ids = new Map<number, number[]>();
  private readonly unions = new PairTable();
  private readonly meets = new PairTable();
  /** By what was asked: 0 `inDoubt`, 1 `orAnything`. */
  private readonly doubts = new PairTable();

  constructor(view: ClusterView) {
    this.atoms = atomsOf(portEndsOf(view.policies));
    this.words = Math.ceil(this.atoms.length / 32);
    this.none = this.intern(() => 0);
    this.all = this.intern(() => 2);
    this.perhapsUnported = this.intern(({ protocol }) => (UNPORTED.includes(protocol) ? 1 : 0));
    this.portedOnly = this.intern(({ protocol }) => (UNPORTED.includes(protocol) ? 0 : 2));
  }

  get size(): number {
    return this.sets.length;
  }

  /** @param level of each atom: 0 out, 1 perhaps, 2 in */
  intern(level: (atom: PortAtom) => 0 | 1 | 2): number {
    const set = new Uint32Array(2 * this.words);
    for (const [index, atom] of this.atoms.entries()) {
      const found = level(atom);
      if (found > 0) set[this.words + (index >>> 5)]! |= 1 << (index & 31);
      if (found > 1) set[index >>> 5]! |= 1 << (index & 31);
    }
    return this.numberOf(set);
  }

  /** Boxes over protocols and destination ports; those with needs are in it perhaps. */
  ofRegion(region: FlowRegion): number {
    return this.intern(({ protocol, low }) => {
      let level: 0 | 1 | 2 = 0;
      for (const box of region) {
        if (box.protocols !== undefined && !box.protocols.includes(protocol)) continue;
        if (box.destinationPorts !== undefined && !portSetHas(box.destinationPorts, low)) continue;
        if (isCertain(box)) return 2;
        level = 1;
      }
      return level;
    });
  }

  /** What a complete list allows, for flows that show nothing but protocol and ports. */
  ofRules(rules: readonly PolicyRule[]): number {
    return this.intern(({ protocol, low }) => {
      const point: FlowPoint = { ...NOWHERE, protocol, destinationPort: low };
      const deciders = decidersAt(rules, point);
      if (deciders.every(({ rule }) => rule.effect === 'allow')) return 2;
      return deciders.some(({ rule }) => rule.effect === 'allow') ? 1 : 0;
    });
  }

  union(a: number, b: number): number {
    if (a === b || b === this.none || a === this.all) return a;
    if (a === this.none || b === this.all) return b;
    const known = this.unions.get(a, b);
    if (known >= 0) return known;
    const [left, right] = [this.sets[a]!, this.sets[b]!];
    const id = this.numberOf(left.map((word, index) => word | right[index]!));
    this.unions.set(a, b, id);
    return id;
  }

  meet(a: number, b: number): number {
    if (a === b || b === this.all || a === this.none) return a;
    if (a === this.all || b === this.none) return b;
    const known = this.meets.get(a, b);
    if (known >= 0) return known;
    const [left, right] = [this.sets[a]!, this.sets[b]!];
    const id = this.numberOf(left.map((word, index) => word & right[index]!));
    this.meets.set(a, b, id);
    return id;
  }

  /** All of it only perhaps. */
  inDoubt(a: number): number {
    const known = this.doubts.get(a, 0);
    if (known >= 0) return known;
    const id = this.numberOf(this.sets[a]!.map((word, index) => (index < this.words ? 0 : word)));
    this.doubts.set(a, 0, id);
    return id;
  }

  /** Everything perhaps, and for sure what was. */
  orAnything(a: number): number {
    const known = this.doubts.get(a, 1);
    if (known >= 0) return known;
    const all = this.sets[this.all]!;
    const id = this.numberOf(
      this.sets[a]!.map((word, index) => (index < this.words ? word : all[index]!)),
    );
    this.doubts.set(a, 1, id);
    return id;
  }

  admitted(id: number): Admitted {
    const set = this.sets[id]!;
    return { always: this.boxes(set, 0), perhaps: this.boxes(set, this.words) };
  }

  /** 0 not in it, 1 perhaps, 2 for sure. O(atoms). */
  level(id: number, protocol: Protocol, port: Port): 0 | 1 | 2 {
    const index = this.atoms.findIndex(
      (atom) => atom.protocol === protocol && atom.low <= port && port <= atom.high,
    );
    const set = this.sets[id]!;
    const has = (from: number) => (set[from + (index >>> 5)]! >>> (index & 31)) & 1;
    return has(0) === 1 ? 2 : has(this.words) === 1 ? 1 : 0;
  }

  private boxes(set: Uint32Array, from: number): FlowRegion {
    const ofProtocol = new Map<Protocol, number[]>();
    for (const [index, { protocol, low, high }] of this.atoms.entries()) {
      if (((set[from + (index >>> 5)]! >>> (index & 31)) & 1) === 0) continue;
      const pairs = ofProtocol.get(protocol) ?? [];
      ofProtocol.set(protocol, pairs);
      if (pairs.at(-1) === low - 1) pairs[pairs.length - 1] = high;
      else pairs.push(low, high);
    }
    return [...ofProtocol].map(([protocol, destinationPorts]) =>
      destinationPorts[0] === 0 && destinationPorts[1] === 65535
        ? { protocols: [protocol] }
        : { protocols: [protocol], destinationPorts },
    );
  }

  private numberOf(set: Uint32Array): number {
    let hash = 0;
    for (const word of set) hash = Math.imul(hash ^ word, 0x9e37_79b1) ^ (hash >>> 15);
    const alike = this.ids.get(hash);
    const known = alike?.find((id) => this.sets[id]!.every((word, index) => word === set[index]));
    if (known !== undefined) return known;
    const id = this.sets.length;
    this.sets.push(set);
    if (alike === undefined) this.ids.set(hash, [id]);
    else alike.push(id);
    return id;
  }
}

const NOWHERE: Omit<FlowPoint, 'protocol' | 'destinationPort'> = {
  source: { family: 4, value: 0 } as Ip,
  destination: { family: 4, value: 0 } as Ip,
  sourcePort: 0 as Port,
  application: 'none',
};

/** Cuts each protocol at the ends of its ranges: `[first, after the last]` of every range. */
function atomsOf(ends: ReadonlyMap<Protocol, ReadonlySet<number>>): readonly PortAtom[] {
  const atoms: PortAtom[] = [];
  for (const protocol of PORTED) {
    const starts = [...new Set([0, ...(ends.get(protocol) ?? [])])]
      .filter((start) => start <= 65535)
      .sort((a, b) => a - b);
    for (const [index, low] of starts.entries()) {
      const high = (starts[index + 1] ?? 65536) - 1;
      atoms.push({ protocol, low: low as Port, high: high as Port });
    }
  }
  for (const protocol of UNPORTED) atoms.push({ protocol, low: 0 as Port, high: 65535 as Port });
  return atoms;
}

/**
 * Results by pairs of numbers: open addressing in typed arrays, doubled at half full. A look takes about 10 ns where a `Map` takes 60,
 * and a matrix looks once or twice per cell.
 */
class PairTable {
  private lefts = new Int32Array(1 << 12).fill(-1);
  private rights = new Int32Array(1 << 12);
  private values = new Int32Array(1 << 12);
  private count = 0;

  /** Negative: not known. */
  get(a: number, b: number): number {
    const at = this.slotOf(a, b);
    return this.lefts[at] === -1 ? -1 : this.values[at]!;
  }

  set(a: number, b: number, value: number): void {
    if (2 * this.count >= this.lefts.length) this.grow();
    const at = this.slotOf(a, b);
    if (this.lefts[at] === -1) this.count += 1;
    this.lefts[at] = a;
    this.rights[at] = b;
    this.values[at] = value;
  }

  private slotOf(a: number, b: number): number {
    const mask = this.lefts.length - 1;
    let at = Math.imul(a, 0x9e37_79b1) ^ Math.imul(b, 0x85eb_ca6b);
    at = (at ^ (at >>> 15)) & mask;
    while (this.lefts[at] !== -1 && (this.lefts[at] !== a || this.rights[at] !== b)) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private grow(): void {
    const { lefts, rights, values } = this;
    this.lefts = new Int32Array(2 * lefts.length).fill(-1);
    this.rights = new Int32Array(2 * lefts.length);
    this.values = new Int32Array(2 * lefts.length);
    this.count = 0;
    for (let at = 0; at < lefts.length; at += 1) {
      if (lefts[at] !== -1) this.set(lefts[at]!, rights[at]!, values[at]!);
    }
  }
}
