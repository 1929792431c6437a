import type { NetworkSecurityGroup } from '../../model/index.ts';
import type { Network, SubnetPlacement } from '../../network/index.ts';
import type { Flow } from '../../semantics/flow.ts';
import { type Direction, evaluateNsg } from '../../semantics/nsg/concrete.ts';
import type { Decider, MissingFact, Verdict } from '../../semantics/verdict.ts';
import { isUnknown } from '../../values/index.ts';
import { stepOf } from '../step-of.ts';
import type { Step } from '../trace.ts';

/** What several filters of one box said, in order: the first certain denial, else everything that is open. */
export interface Judged {
  readonly denied?: Decider;
  readonly open: readonly MissingFact[];
}

/** Asks each filter until one denies for certain, and writes down what each said. */
export function judge(
  steps: Step[],
  filters: readonly (readonly [stage: string, ask: () => Verdict | undefined])[],
): Judged {
  const open: MissingFact[] = [];
  for (const [stage, ask] of filters) {
    const verdict = ask();
    if (verdict === undefined) continue;
    steps.push(stepOf(stage, verdict));
    if (verdict.kind === 'deny') return { denied: verdict.by, open };
    if (verdict.kind === 'unknown') open.push(...verdict.why);
  }
  return { open };
}

/** The subnet's security group; `undefined` when there is none. One that is not in the input decides nothing for sure. */
export function subnetVerdict(
  network: Network,
  placement: SubnetPlacement,
  direction: Direction,
  flow: Flow,
): Verdict | undefined {
  const link = placement.networkSecurityGroup;
  switch (link.kind) {
    case 'none':
      return undefined;
    case 'found':
      return groupVerdict(network, link.target, placement, direction, flow);
    case 'dangling':
      return unseen({
        missing: `network security group \`${link.id}\` (not in the input)`,
        at: link.at,
      });
    default:
      return unseen({ missing: link.unknown.missing, at: link.unknown.at });
  }
}

/** The interface's own security group (AZN-42); `undefined` without an interface in the input, or without a group. */
export function interfaceVerdict(
  network: Network,
  interfaceKey: string | undefined,
  placement: SubnetPlacement,
  direction: Direction,
  flow: Flow,
): Verdict | undefined {
  const { networkInterfaces, networkSecurityGroups } = network.perimeter;
  const reference =
    interfaceKey === undefined
      ? undefined
      : networkInterfaces.get(interfaceKey)?.networkSecurityGroup;
  if (reference === undefined) return undefined;
  if (isUnknown(reference)) return unseen({ missing: reference.missing, at: reference.at });
  const group = networkSecurityGroups.get(reference.key);
  return group === undefined
    ? unseen({
        missing: `network security group \`${reference.id}\` (not in the input)`,
        at: reference.at,
      })
    : groupVerdict(network, group, placement, direction, flow);
}

function groupVerdict(
  network: Network,
  group: NetworkSecurityGroup,
  placement: SubnetPlacement,
  direction: Direction,
  flow: Flow,
): Verdict {
  return evaluateNsg(network, group, direction, flow, { subnetKey: placement.subnet.key });
}

function unseen(fact: MissingFact): Verdict {
  return { kind: 'unknown', by: { kind: 'rule', name: 'network security group' }, why: [fact] };
}
