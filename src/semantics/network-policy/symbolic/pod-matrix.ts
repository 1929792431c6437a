import type { PodClass } from '../../../model/index.ts';
import type { Direction } from '../policy.ts';
import type { ClusterView } from './cluster-view.ts';
import { type DirectionTable, directionTable } from './direction-table.ts';
import { type PolicyClasses, podClasses } from './pod-classes.ts';
import { egressBetween, ingressBetween } from './pod-rules.ts';
import { type Admitted, PortSets } from './port-sets.ts';
import { type Engine, EVERY_ENGINE } from './told-engines.ts';
import { isSameOne } from './told-under.ts';

/** Which ports which pods may reach on which. Cells are numbers of `ports`; equal numbers are equal sets. */
export interface PodMatrix {
  readonly classes: PolicyClasses;
  readonly ports: PortSets;
  /** From a pod of one class to another pod of a class (perhaps the same). Tabled, or told on demand and remembered. */
  readonly cell: (from: number, to: number) => number;
  /** What the sender's policies say alone: for receivers that have none. */
  readonly egress: (from: number, to: number) => number;
  readonly ingress: (from: number, to: number) => number;
  /** Two pods of the cluster; a pod always reaches itself (K8P-15). */
  readonly between: (from: PodClass, to: PodClass) => Admitted;
  /** Numbers into `into` for every class as a receiver, from one sender: a row. */
  readonly row: (from: number, into: Uint32Array) => void;
  /** Distinct subjects and peers per direction, for reports of size. */
  readonly size: () => string;
}

/**
 * The matrix of a cluster. Standard policies add up: tables by group and role; pods under ordered tiers and host-network pods are told
 * pair by pair when asked. A cell is the intersection of what both ends say (K8P-05).
 */
export function podMatrix(view: ClusterView): PodMatrix {
  const classes = podClasses(view);
  const ports = new PortSets(view);
  const both = {
    egress: oneDirection(view, classes, ports, 'egress'),
    ingress: oneDirection(view, classes, ports, 'ingress'),
  };
  const cell = (from: number, to: number): number => {
    const egress = both.egress.cell(from, to);
    return egress === ports.none ? egress : ports.meet(egress, both.ingress.cell(to, from));
  };
  return {
    classes,
    ports,
    cell,
    egress: both.egress.cell,
    ingress: (from, to) => both.ingress.cell(to, from),
    between: (from, to) =>
      ports.admitted(
        isSameOne(from, to) ? ports.all : cell(classes.classOf(from), classes.classOf(to)),
      ),
    row: (from, into) => {
      both.egress.asSubject(from, into);
      both.ingress.asPeer(from, into, ports);
    },
    size: () => `${both.egress.size()}, ${both.ingress.size()}`,
  };
}

interface OneDirection {
  readonly cell: (subject: number, peer: number) => number;
  /** Cells of one subject, by peer. */
  readonly asSubject: (subject: number, into: Uint32Array) => void;
  /** Leaves of what stands there what each subject says of one peer. */
  readonly asPeer: (peer: number, into: Uint32Array, ports: PortSets) => void;
  readonly size: () => string;
}

function oneDirection(
  view: ClusterView,
  classes: PolicyClasses,
  ports: PortSets,
  direction: Direction,
): OneDirection {
  const { engine } = view;
  if (engine === 'none')
    return withRows(
      () => ports.all,
      () => 'no engine',
    );
  if (engine !== 'unknown') return underEngine(engine, view, classes, ports, direction);
  // K8P-70: without an engine everything passes, so that nothing is denied for sure.
  const each = EVERY_ENGINE.map((one) => underEngine(one, view, classes, ports, direction));
  return withRows(
    (subject, peer) =>
      ports.orAnything(
        each.reduce((met, { cell }) => ports.meet(met, cell(subject, peer)), ports.all),
      ),
    () => each.map(({ size }) => size()).join(', '),
  );
}

/** Rows cell by cell. */
function withRows(cell: OneDirection['cell'], size: () => string): OneDirection {
  return {
    cell,
    size,
    asSubject: (subject, into) => {
      for (let peer = 0; peer < into.length; peer += 1) into[peer] = cell(subject, peer);
    },
    asPeer: (peer, into, sets) => {
      for (let subject = 0; subject < into.length; subject += 1) {
        into[subject] = sets.meet(into[subject]!, cell(subject, peer));
      }
    },
  };
}

function underEngine(
  engine: Engine,
  view: ClusterView,
  classes: PolicyClasses,
  ports: PortSets,
  direction: Direction,
): OneDirection {
  const table = directionTable(engine, view, classes, ports, direction);
  const told = new Map<number, number>();
  const tell = (subject: number, peer: number): number => {
    const key = subject * classes.classes.length + peer;
    const known = told.get(key);
    if (known !== undefined) return known;
    const [one, other] = [classes.classes[subject]!.sample, otherOf(classes, subject, peer)];
    const alone = { ...view, engine };
    const rules =
      direction === 'egress' ? egressBetween(alone, one, other) : ingressBetween(alone, other, one);
    const id = ports.ofRules(rules);
    told.set(key, id);
    return id;
  };
  const { groupOf, roleOf, isOrdered, isHost, cells } = table;
  const cell = (subject: number, peer: number): number => {
    if (isOrdered[subject] === 1 || (isHost[peer] === 1 && isHost[subject] === 0)) {
      return tell(subject, peer);
    }
    return cells[placeOf(table, groupOf[subject]!, roleOf[peer]!)]!;
  };
  const size = () => `${table.groups} groups × ${table.roles} roles (${direction})`;
  const slow = withRows(cell, size);
  const hasHosts = isHost.includes(1);
  const hasOrdered = isOrdered.includes(1);
  // The usual case walks the table along a row: 1 ns a cell instead of 20.
  return {
    ...slow,
    asSubject: (subject, into) => {
      if (isOrdered[subject] === 1 || hasHosts || table.isByRole) {
        slow.asSubject(subject, into);
        return;
      }
      const from = groupOf[subject]! * table.roles;
      for (let peer = 0; peer < into.length; peer += 1) into[peer] = cells[from + roleOf[peer]!]!;
    },
    asPeer: (peer, into, sets) => {
      if (isHost[peer] === 1 || hasOrdered || !table.isByRole) {
        slow.asPeer(peer, into, sets);
        return;
      }
      const from = roleOf[peer]! * table.groups;
      for (let subject = 0; subject < into.length; subject += 1) {
        const there = into[subject]!;
        if (there !== sets.none) {
          into[subject] = sets.meet(there, cells[from + groupOf[subject]!]!);
        }
      }
    },
  };
}

function placeOf({ isByRole, groups, roles }: DirectionTable, group: number, role: number): number {
  return isByRole ? role * groups + group : group * roles + role;
}

/** A pod of the class that is not the sample of the subject, where there is one. */
function otherOf({ classes }: PolicyClasses, subject: number, peer: number): PodClass {
  const { pods, sample } = classes[peer]!;
  if (subject !== peer) return sample;
  return pods[1] ?? anotherLike(sample);
}

/** A class of one pod: its cell with itself speaks of a second pod like it. */
function anotherLike(pod: PodClass): PodClass {
  return { ...pod, name: `${pod.name} ` };
}
