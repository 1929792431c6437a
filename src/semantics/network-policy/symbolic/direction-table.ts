import type { PodClass } from '../../../model/index.ts';
import type { Direction, Peer, Rule } from '../policy.ts';
import { type ClusterView, hasSeveralNumbers, rangesOf } from './cluster-view.ts';
import { type CoveringPolicy, policiesOver, selectsSubject } from './coverage-of-pod.ts';
import { addressIn, podAddress } from './far-end.ts';
import type { PolicyClasses } from './pod-classes.ts';
import { keyOfPods } from './pod-tests.ts';
import type { PortSets } from './port-sets.ts';
import { boxesOfPort } from './ports-of-rule.ts';
import type { Sight } from './sight.ts';
import { type Engine, TRAITS } from './told-engines.ts';

/**
 * What the pods of a cluster allow in one direction, by group of subjects and role of peers. Subjects of one group are covered by the
 * same policies; peers of one role are named by the same peers of rules. Cells are numbers of `PortSets`.
 */
export interface DirectionTable {
  readonly groups: number;
  readonly roles: number;
  /** Of each class as a subject. */
  readonly groupOf: Int32Array;
  /** Of each class as a peer. */
  readonly roleOf: Int32Array;
  /** `group * roles + role`, or `role * groups + group` when `isByRole`. */
  readonly cells: Uint16Array | Uint32Array;
  readonly isByRole: boolean;
  /** Classes whose cells the table does not hold: under ordered tiers as subjects; host network as peers. */
  readonly isOrdered: Uint8Array;
  readonly isHost: Uint8Array;
}

/**
 * The table of what adds up: standard policies, in the time of their rules times the roles they name, plus the square.
 * @see K8P-04
 */
export function directionTable(
  engine: Engine,
  view: ClusterView,
  classes: PolicyClasses,
  sets: PortSets,
  direction: Direction,
): DirectionTable {
  const subjects = groupSubjects(engine, view, classes, direction);
  const peers = peersIn(engine, view, classes, subjects.groups, direction);
  const { roleOf, samples } = rolesOf(classes, peers);
  const isByRole = direction === 'ingress';
  const table = {
    groups: subjects.groups.length,
    roles: samples.length,
    groupOf: subjects.groupOf,
    roleOf,
    isByRole,
    isOrdered: subjects.isOrdered,
    isHost: Uint8Array.from(classes.classes, ({ sample }) => (sample.hostNetwork ? 1 : 0)),
  };
  const fill = (cells: Uint16Array | Uint32Array) => {
    const at = isByRole
      ? (group: number, role: number) => role * table.groups + group
      : (group: number, role: number) => group * table.roles + role;
    const row = new Uint32Array(table.roles);
    const context: RowContext = {
      engine,
      view,
      sets,
      direction,
      samples,
      peers,
      namesOfRole: samples.map(portNamesOf),
      told: new Map(),
    };
    for (const [group, { covering, sample }] of subjects.groups.entries()) {
      rowOf(row, covering, sample, context);
      for (let role = 0; role < row.length; role += 1) cells[at(group, role)] = row[role]!;
    }
    return cells;
  };
  const size = table.groups * table.roles;
  let cells = fill(new Uint16Array(size));
  // Numbers grow while rows are made: the narrow form is right when none has outgrown it.
  if (sets.size > 0xffff) cells = fill(new Uint32Array(size));
  return { ...table, cells };
}

interface Group {
  readonly covering: readonly CoveringPolicy[];
  readonly sample: PodClass;
}

/** Classes by the policies over them. Named ports of an ingress rule are looked up in the subject: they count as well. */
function groupSubjects(
  engine: Engine,
  view: ClusterView,
  { classes }: PolicyClasses,
  direction: Direction,
) {
  const groups: Group[] = [];
  const byKey = new Map<string, number>();
  const groupOf = new Int32Array(classes.length);
  const isOrdered = new Uint8Array(classes.length);
  const numbers = new Map(view.policies.policies.map((policy, number) => [policy, number]));
  const foreign =
    engine === 'generic' && view.engine === 'generic'
      ? view.policies.policies.filter(
          (policy) =>
            (policy.type === 'calico' || policy.type === 'cilium') &&
            policy[direction] !== undefined,
        )
      : [];
  for (const { id, sample } of classes) {
    const covering = sample.hostNetwork
      ? []
      : policiesOver(view.policies, engine, sample, direction);
    if (
      covering.some(({ policy }) => policy.type !== 'network') ||
      foreign.some((policy) => selectsSubject(policy, sample, view.policies) !== undefined)
    ) {
      isOrdered[id] = 1;
    }
    let key = covering
      .map(({ policy, doubts }) => `${numbers.get(policy)}${doubts.length > 0 ? '?' : ''}`)
      .join();
    if (direction === 'ingress' && covering.some(hasPortNames)) key += portNamesOf(sample);
    let group = byKey.get(key);
    if (group === undefined) {
      group = groups.length;
      byKey.set(key, group);
      groups.push({ covering: isOrdered[id] === 1 ? [] : covering, sample });
    }
    groupOf[id] = group;
  }
  return { groups, groupOf, isOrdered };
}

function hasPortNames({ rules }: CoveringPolicy): boolean {
  return rules.some(({ ports }) => ports !== 'any' && ports.some(({ kind }) => kind === 'named'));
}

function portNamesOf({ ports }: PodClass): string {
  return ports
    .map(({ name, port, protocol }) => (name === undefined ? '' : ` ${name}=${port}/${protocol}`))
    .join('');
}

/** Classes a peer names, with 1 where it only may. */
interface PeerMembers {
  readonly sure: readonly number[];
  readonly perhaps: readonly number[];
}

interface Peers {
  readonly membersOf: (peer: Peer) => PeerMembers;
  readonly every: readonly PeerMembers[];
  /** Do roles depend on the named ports of the peer? */
  readonly asksPortNames: boolean;
}

function peersIn(
  engine: Engine,
  view: ClusterView,
  classes: PolicyClasses,
  groups: readonly Group[],
  direction: Direction,
): Peers {
  const byKey = new Map<string, PeerMembers>();
  const byPeer = new Map<Peer, PeerMembers>();
  const addresses = classes.classes.map(({ sample }) => podAddress(sample, rangesOf(view)));
  const members = (peer: Peer): PeerMembers => {
    const sure: number[] = [];
    const perhaps: number[] = [];
    if (peer.kind === 'pods') {
      for (const { id, isSure } of classes.passing(keyOfPods(peer))) {
        (isSure ? sure : perhaps).push(id);
      }
    } else if (peer.kind === 'unreadable') {
      for (const { id } of classes.classes) perhaps.push(id);
    } else if (peer.kind === 'block' && TRAITS[engine].blocksHoldPodsAndNodes) {
      for (const [id, address] of addresses.entries()) {
        const holding = addressIn(peer.addresses, address);
        if (holding !== undefined) (holding.length === 0 ? sure : perhaps).push(id);
      }
    }
    return { sure, perhaps };
  };
  const keyOf = (peer: Peer): string => {
    if (peer.kind === 'pods') return keyOfPods(peer);
    if (peer.kind !== 'block') return peer.kind;
    return `${peer.addresses.v4.join()} ${peer.addresses.v6.join()}`;
  };
  let asksPortNames = false;
  const seen = new Set<Rule>();
  for (const { covering } of groups) {
    for (const one of covering) {
      asksPortNames ||= direction === 'egress' && hasPortNames(one);
      for (const rule of one.rules) {
        if (rule.peers === 'any' || seen.has(rule)) continue;
        seen.add(rule);
        for (const peer of rule.peers) {
          const key = keyOf(peer);
          const found = byKey.get(key) ?? members(peer);
          byKey.set(key, found);
          byPeer.set(peer, found);
        }
      }
    }
  }
  return { membersOf: (peer) => byPeer.get(peer)!, every: [...byKey.values()], asksPortNames };
}

/** Classes named by the same peers are one role. Exact: the key lists them. */
function rolesOf({ classes }: PolicyClasses, { every, asksPortNames }: Peers) {
  const named: number[][] = classes.map(() => []);
  for (const [number, { sure, perhaps }] of every.entries()) {
    for (const id of sure) named[id]!.push(2 * number);
    for (const id of perhaps) named[id]!.push(2 * number + 1);
  }
  const roles = new Map<string, number>();
  const samples: PodClass[] = [];
  const roleOf = new Int32Array(classes.length);
  for (const { id, sample } of classes) {
    const key = named[id]!.join() + (asksPortNames ? portNamesOf(sample) : '');
    let role = roles.get(key);
    if (role === undefined) {
      role = samples.length;
      roles.set(key, role);
      samples.push(sample);
    }
    roleOf[id] = role;
  }
  // From here on members are roles.
  for (const peer of every as { sure: readonly number[]; perhaps: readonly number[] }[]) {
    peer.sure = [...new Set(peer.sure.map((id) => roleOf[id]!))];
    peer.perhaps = [...new Set(peer.perhaps.map((id) => roleOf[id]!))];
  }
  return { roleOf, samples };
}

interface RowContext {
  readonly engine: Engine;
  readonly view: ClusterView;
  readonly sets: PortSets;
  readonly direction: Direction;
  /** A pod of each role. */
  readonly samples: readonly PodClass[];
  readonly namesOfRole: readonly string[];
  readonly peers: Peers;
  /** Numbers of ports, by the named ports of the destination. */
  readonly told: Map<Rule['ports'], Map<string, number>>;
}

/** What the covering policies leave open to each role. */
function rowOf(
  row: Uint32Array,
  covering: readonly CoveringPolicy[],
  subject: PodClass,
  context: RowContext,
): void {
  const { sets } = context;
  if (covering.length === 0) {
    row.fill(sets.all);
    return;
  }
  const sure = covering.filter(({ doubts }) => doubts.length === 0);
  if (sure.length > 0) {
    fillRow(row, covering, subject, context);
    return;
  }
  // None may cover the pod: for sure only what each of them would allow.
  const common = new Uint32Array(row.length).fill(sets.all);
  for (const one of covering) {
    fillRow(row, [{ ...one, doubts: [] }], subject, context);
    for (let role = 0; role < row.length; role += 1) {
      common[role] = sets.meet(common[role]!, row[role]!);
    }
  }
  for (let role = 0; role < row.length; role += 1) row[role] = sets.orAnything(common[role]!);
}

/** The union of what the policies allow, those in doubt perhaps. */
function fillRow(
  row: Uint32Array,
  covering: readonly CoveringPolicy[],
  subject: PodClass,
  context: RowContext,
): void {
  const { sets, peers, engine } = context;
  // What is open to everyone stands in every cell before anything is added to single ones.
  let toAll = TRAITS[engine].leavesOtherProtocolsOpen ? sets.perhapsUnported : sets.none;
  const toSome: { readonly rule: Rule; readonly ports: PortsOfRule; readonly isSure: boolean }[] =
    [];
  for (const { rules, doubts } of covering) {
    for (const rule of rules) {
      const isSure = doubts.length + rule.doubts.length === 0;
      const ports = portsOf(rule, subject, context);
      if (rule.peers === 'any' && ports.isSame) {
        toAll = sets.union(toAll, isSure ? ports.of(0) : sets.inDoubt(ports.of(0)));
      } else toSome.push({ rule, ports, isSure });
    }
  }
  row.fill(toAll);
  for (const { rule, ports, isSure } of toSome) {
    const add = (role: number, mayOnly: boolean): void => {
      const found = ports.of(role);
      row[role] = sets.union(row[role]!, isSure && !mayOnly ? found : sets.inDoubt(found));
    };
    if (rule.peers === 'any') {
      for (let role = 0; role < row.length; role += 1) add(role, false);
      continue;
    }
    for (const peer of rule.peers) {
      const { sure, perhaps } = peers.membersOf(peer);
      for (const role of sure) add(role, false);
      for (const role of perhaps) add(role, true);
    }
  }
}

interface PortsOfRule {
  readonly isSame: boolean;
  readonly of: (role: number) => number;
}

/** The ports of a rule towards a role; the same for all unless names are looked up in the peer. */
function portsOf(
  { ports }: Rule,
  subject: PodClass,
  { engine, view, sets, direction, samples, namesOfRole, told }: RowContext,
): PortsOfRule {
  const tell = (peer: PodClass): number => {
    const { policies: set } = view;
    const sight = {
      direction,
      subject,
      far: { kind: 'pod', pod: peer, address: 'header' },
      hasSeveralNumbers: (name, protocol) =>
        TRAITS[engine].mixesUpPortNames && hasSeveralNumbers(set.objects, name, protocol),
    } as Pick<Sight, 'direction' | 'subject' | 'far' | 'hasSeveralNumbers'>;
    const region =
      ports === 'any' ? [{}] : ports.flatMap((port) => boxesOfPort(port, sight as Sight));
    const id = sets.ofRegion(region);
    return TRAITS[engine].leavesOtherProtocolsOpen ? sets.meet(id, sets.portedOnly) : id;
  };
  const isNamed = ports !== 'any' && ports.some(({ kind }) => kind === 'named');
  const known = told.get(ports) ?? new Map<string, number>();
  told.set(ports, known);
  const remembered = (names: string, peer: PodClass): number => {
    const found = known.get(names) ?? tell(peer);
    known.set(names, found);
    return found;
  };
  if (!isNamed || direction === 'ingress') {
    const id = remembered(isNamed ? portNamesOf(subject) : '', samples[0]!);
    return { isSame: true, of: () => id };
  }
  return { isSame: false, of: (role) => remembered(namesOfRole[role]!, samples[role]!) };
}
