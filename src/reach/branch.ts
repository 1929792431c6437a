import {
  type Condition,
  distinctConditions,
  type FlowBox,
  type FlowRule,
  FlowSets,
  type Outcome,
  outcomesOf,
  rebase,
  refined,
} from '../flows/index.ts';
import type { PodClass } from '../model/index.ts';
import { intersectAddresses } from '../net/index.ts';
import type { ClusterPlacement } from '../network/index.ts';
import { type Budget, type Diagram, DiagramTable, NOTHING } from '../packets/index.ts';
import type { Decider } from '../semantics/verdict.ts';
import { type End, type Header, readThrough } from './header.ts';

/** Something that happened to the flows of a branch: the chain that answers "why". */
export interface Passed {
  /** `pod`, `node`, `subnet`, `firewall`… as in traces. */
  readonly box: string;
  /** The person's own name for it. */
  readonly name: string;
  /** `egress policy`, `nsg`, `route`, `application rules`, `snat`… */
  readonly stage: string;
  readonly by: Decider;
  /** Other rules that may decide as well, and do the same under the same needs. */
  readonly alternatives?: number;
}

/** Flows that stand at one place with one header, and how they got there. */
export interface Branch {
  /** The flows as they were sent. */
  readonly sets: FlowSets;
  readonly flows: Diagram;
  /** A product that holds all of `flows`: what is outside need not be looked at. */
  readonly bounds: FlowBox;
  readonly header: Header;
  /** What must be so for these flows to be here. Empty: they are, unless another branch says otherwise. */
  readonly needs: readonly Condition[];
  /** An arrival is certain of nothing while this is open: which of several senders the flow has. */
  readonly unsettled?: Condition;
  readonly trail: readonly Passed[];
  /** The destination as the sender wrote it. */
  readonly called: End;
  /** Boxes that will recognise the answer, in the order the flow met them. */
  readonly sessions: readonly Session[];
  /** What the answer must reach. Absent until the flow has left its sender. */
  readonly home?: Home;
  /** The cluster the sender is in: as a pod, a node, or an address of its nodes' subnets. */
  readonly sender?: ClusterPlacement;
  /** The pod that holds the destination address: pods share ranges, so the address alone does not say. */
  readonly deliverTo?: DeliverTo;
  /** Taken as true, and said. */
  readonly assumptions: readonly string[];
}

/** Both ends of a flow as they stand in the packet at one place. */
export interface Ends {
  readonly source: End;
  readonly destination: End;
}

/** What a box that translates remembers of a connection: the headers as they came in and as they went out. */
export type Session = { readonly before: Ends; readonly after: Ends } & (
  | { readonly kind: 'firewall'; readonly firewallKey: string }
  /** The platform gave it a public source; the answer comes back into the subnet. */
  | { readonly kind: 'outbound'; readonly subnetKey: string }
  /** The platform led it from an interface's public address to its private one. */
  | { readonly kind: 'public-address' }
  /** An Application Gateway opened a connection of its own, from its subnet. */
  | { readonly kind: 'gateway'; readonly subnetKey: string }
);

/** Where the sender is, and the address by which the first box outside it saw it. */
export type Home = { readonly source: End } & (
  | { readonly kind: 'subnet'; readonly subnetKey: string }
  | { readonly kind: 'internet' }
  | { readonly kind: 'on-premises' }
);

/** A pod as the receiver, and the pod that sends while its own address is on the flow. */
export interface DeliverTo {
  readonly cluster: ClusterPlacement;
  readonly pod: PodClass;
  readonly from?: { readonly pod: PodClass; readonly source: End };
  /** The sender called a Service, so the pod may be the sender itself (K8P-15). */
  readonly throughService?: true;
  /** A node of the same cluster sends, under its own address. */
  readonly fromNode?: true;
}

/** How the way of some flows ends. */
export type Ending =
  | { readonly kind: 'delivered'; readonly to: string }
  /** Left the modelled network: the internet, on-premises, a platform service. */
  | { readonly kind: 'left'; readonly to: string }
  | { readonly kind: 'denied'; readonly by: Decider }
  | { readonly kind: 'no-route'; readonly by: Decider }
  | { readonly kind: 'loop'; readonly by: Decider }
  /** Arrived, and the answer does not come back. */
  | { readonly kind: 'broken'; readonly by: Decider }
  /** What happens next is not in the input or not modelled. */
  | { readonly kind: 'open'; readonly needs: readonly Condition[] };

export interface Ended {
  readonly branch: Branch;
  readonly ending: Ending;
}

/** A branch with what looks at it next, or one whose way has ended. */
export type Step =
  | { readonly kind: 'goes-on'; readonly branch: Branch; readonly place: Place }
  | { readonly kind: 'ended'; readonly ended: Ended };

/** A box where flows stand. The same key with the same header again is a loop. */
export interface Place {
  readonly key: string;
  /** Every place with this key does the same, so ways that meet there may go on as one. */
  readonly isOne?: true;
  readonly visit: (branch: Branch) => readonly Step[];
}

export function goesOn(branch: Branch, place: Place): Step {
  return { kind: 'goes-on', branch, place };
}

export function ends(branch: Branch, ending: Ending): Step {
  return { kind: 'ended', ended: { branch, ending } };
}

export function open(branch: Branch, ...needs: readonly Condition[]): Step {
  return ends(branch, { kind: 'open', needs });
}

/** Some of a branch's flows, with the rule that put them together. */
export interface Part<Effect, By> {
  readonly branch: Branch;
  readonly effect: Effect;
  readonly by: By;
  /** What must be so for the rule to decide them, whatever was open before. Empty: it does. */
  readonly doubts: readonly Condition[];
}

/**
 * Cuts a branch by an ordered list: one part per rule that may decide some of its flows. Parts overlap where the answer is open, and
 * then at least one of them has a need more than the branch. Flows that nobody decides are in `rest`.
 * O(compile of the slice).
 */
export function cut<Effect, By extends Decider>(
  branch: Branch,
  rules: readonly FlowRule<Effect, By>[],
  box: Omit<Passed, 'by' | 'stage'> & { readonly stage: string | ((by: By) => string) },
  budget?: Budget,
): { readonly parts: readonly Part<Effect, By>[]; readonly rest?: Branch } {
  const read = readThrough(rules, branch.header, branch.bounds);
  const boxes = read.flatMap((rule) => rule.region);
  const sets = cutBy(branch.sets, boxes, budget);
  const flows = rebase(branch.sets, sets, branch.flows);
  const stageOf = (by: By): string => (typeof box.stage === 'string' ? box.stage : box.stage(by));
  const parts: Part<Effect, By>[] = [];
  let rest: Branch | undefined;
  for (const outcome of together(sets, outcomesOf(sets, read, flows), stageOf)) {
    const { rule } = outcome;
    const part: Branch = {
      ...branch,
      sets,
      flows: outcome.flows,
      needs: distinctConditions(branch.needs, outcome.needs),
      bounds:
        rule === undefined || outcome.alternatives > 0
          ? branch.bounds
          : narrowed(branch.bounds, rule),
      trail:
        rule === undefined
          ? branch.trail
          : [...branch.trail, passedBy(box, stageOf(rule.by), rule.by, outcome.alternatives)],
    };
    if (rule === undefined) rest = part;
    else parts.push({ branch: part, effect: rule.effect, by: rule.by, doubts: outcome.needs });
  }
  return { parts, ...(rest === undefined ? {} : { rest }) };
}

interface Together<Rule> extends Outcome<Rule> {
  /** Rules behind the first that do the same under the same needs. */
  readonly alternatives: number;
}

/**
 * Rules that only may decide, do the same and hang on the same are followed as one: a policy may have thousands of them, and nobody
 * reads more than the first and how many there are. O(outcomes).
 */
function together<Effect, By>(
  { table }: FlowSets,
  outcomes: readonly Outcome<FlowRule<Effect, By>>[],
  stageOf: (by: By) => string,
): readonly Together<FlowRule<Effect, By>>[] {
  const certain: Together<FlowRule<Effect, By>>[] = [];
  const byEffect = new Map<Effect, Map<string, Together<FlowRule<Effect, By>>>>();
  for (const outcome of outcomes) {
    const { rule, needs } = outcome;
    if (rule === undefined || needs.length === 0) {
      certain.push({ ...outcome, alternatives: 0 });
      continue;
    }
    const groups = byEffect.get(rule.effect) ?? new Map();
    byEffect.set(rule.effect, groups);
    const key = `${stageOf(rule.by)}\n${needs.map(({ missing }) => missing).join('\n')}`;
    const known = groups.get(key);
    groups.set(
      key,
      known === undefined
        ? { ...outcome, alternatives: 0 }
        : {
            ...known,
            flows: table.override(known.flows, outcome.flows),
            alternatives: known.alternatives + (known.rule?.by === rule.by ? 0 : 1),
          },
    );
  }
  return [...certain, ...[...byEffect.values()].flatMap((groups) => [...groups.values()])];
}

function passedBy<By extends Decider>(
  { box, name }: Pick<Passed, 'box' | 'name'>,
  stage: string,
  by: By,
  alternatives: number,
): Passed {
  return { box, name, stage, by, ...(alternatives === 0 ? {} : { alternatives }) };
}

/** Sets that tell these boxes apart: those at hand when they do so already, with what they have computed. */
function cutBy(sets: FlowSets, boxes: readonly FlowBox[], budget?: Budget): FlowSets {
  const universe = refined([sets.universe], boxes);
  if (universe === sets.universe) return sets;
  return new FlowSets(universe, new DiagramTable(budget ?? sets.table.budget));
}

/** A rule of one box narrows the bounds; unions of boxes are not worth a product. */
function narrowed<Effect, By>(bounds: FlowBox, { region }: FlowRule<Effect, By>): FlowBox {
  const [only] = region;
  if (only?.destinations === undefined || region.length > 1) return bounds;
  const destinations =
    bounds.destinations === undefined
      ? only.destinations
      : intersectAddresses(bounds.destinations, only.destinations);
  return { ...bounds, destinations };
}

/** The branch with fewer flows; `undefined` when none is left. */
export function within(branch: Branch, box: FlowBox): Branch | undefined {
  const sets = cutBy(branch.sets, [box]);
  const flows = sets.table.mask(rebase(branch.sets, sets, branch.flows), sets.box(box));
  return flows === NOTHING ? undefined : { ...branch, sets, flows };
}

/** The same flows, needing this as well. */
export function provided(branch: Branch, ...needs: readonly Condition[]): Branch {
  return { ...branch, needs: distinctConditions(branch.needs, needs) };
}

export function noting(branch: Branch, passed: Passed): Branch {
  return { ...branch, trail: [...branch.trail, passed] };
}
