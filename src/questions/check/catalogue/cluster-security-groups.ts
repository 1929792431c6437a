import { type FlowBox, FlowSets, rebase, refined } from '../../../flows/index.ts';
import type { AddressSet, Port } from '../../../net/index.ts';
import { isEmptyAddressSet, parsePort } from '../../../net/index.ts';
import type { ClusterPlacement, SubnetPlacement } from '../../../network/index.ts';
import { NOTHING } from '../../../packets/index.ts';
import type { Direction } from '../../../semantics/nsg/concrete.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, holdsProven, type Judgement } from '../judge.ts';
import { type NsgShare, nsgShare, piecesOf } from '../proof/nsg-share.ts';
import { clusterSubnets, managed, production } from './cluster-subjects.ts';

const noGroup = eachSubject<SubnetPlacement>({
  id: 'nsg/none-on-cluster-subnet',
  severity: 'warning',
  title: 'Every node and pod subnet has a network security group.',
  explanation:
    'Without a group on the subnet everything that finds a route is let in: peered networks, on-premises, other subnets. The group AKS keeps in its own resource group guards the nodes’ interfaces against the internet alone, and nobody may edit it.',
  fix: 'attach a network security group to the subnet: allow node to node, node to pod and pod to pod traffic and what is published, deny the rest',
  facts: ['AZN-42'],
  covers: ['P3'],
  subjects: (context) => (production(context) ? clusterSubnets(context) : []),
  none: 'no node subnet in the input, or a profile that does not ask for it',
  key: ({ subnet }) => subnet.key,
  judge: ({ subnet, networkSecurityGroup }) => {
    if (networkSecurityGroup.kind === 'unknown')
      return {
        kind: 'undecided',
        message: `Whether ${subnet.name} has a network security group is not known.`,
        missing: networkSecurityGroup.unknown.missing,
        at: networkSecurityGroup.unknown.at,
      };
    if (networkSecurityGroup.kind !== 'none') return HOLDS;
    return {
      kind: 'fails',
      message: `${subnet.name} has no network security group: whatever has a route there is let in.`,
      places: [{ at: subnet.at, what: `subnet ${subnet.name}` }],
      evidence: ['networkSecurityGroup is not set'],
    };
  },
});

interface Leg {
  readonly subnet: SubnetPlacement;
  readonly from: AddressSet;
  readonly to: AddressSet;
  readonly what: string;
}

/** How many pieces of what is denied a finding tells. */
const PIECES = 4;

/** The kubelet's port: without it the cluster does not work at all. */
const KUBELET = parsePort('10250') as Port;

const clusterTraffic = eachSubject<ClusterPlacement>({
  id: 'nsg/cluster-traffic-denied',
  severity: 'error',
  title: 'Security groups let nodes and pods of one cluster talk to each other.',
  explanation:
    'Rules that cut traffic among nodes and pods of a cluster are unsupported. With overlay the group of the node subnet sees packets between pod addresses as they are: a deny-all that admits only the node range breaks DNS, webhooks and every Service, and only between nodes.',
  fix: 'before the deny, allow node range to node range, node range to pod range and pod range to pod range, every port and protocol',
  facts: ['AKS-59', 'AZN-30', 'AZN-31'],
  covers: ['P3'],
  subjects: (context) => managed(context).filter((placement) => legsOf(placement).length > 0),
  none: 'no cluster whose node subnet is in the input',
  key: ({ name }) => name,
  judge: (placement, context) =>
    legsOf(placement).flatMap((leg) =>
      (['Inbound', 'Outbound'] as const).map((direction) =>
        judgeLeg(context, placement, leg, direction),
      ),
    ),
});

/** AKS needs every port and protocol among nodes and pods: all flows of the leg are asked. */
function judgeLeg(
  { network }: CheckContext,
  placement: ClusterPlacement,
  { subnet, from, to, what }: Leg,
  direction: Direction,
): Judgement {
  const traffic = `${what} traffic of ${placement.name}`;
  const leg: FlowBox = { sources: from, destinations: to };
  const share = nsgShare(network, subnet.subnet.key, direction, leg);
  const where = `the security group of ${subnet.subnet.name}`;
  if (share === undefined || (share.denied.by.length === 0 && share.mayDeny.length > 0)) {
    const [first] = share?.mayDeny ?? [];
    const missing = share?.mayDeny.map((one) => one.missing).join('; ');
    return {
      kind: 'undecided',
      message: `Whether ${where} lets ${traffic} pass ${direction.toLowerCase()} is not known.`,
      missing: missing ?? `fewer or simpler rules: ${where} has too many to prove`,
      at: first?.at ?? subnet.subnet.at,
    };
  }
  const { sets, denied, asked } = share;
  const [decider] = denied.by;
  if (decider === undefined) return holdsProven([]);
  const { by } = decider;
  const isAll = sets.table.except(asked, denied.flows) === NOTHING;
  const flows = `${traffic} ${direction.toLowerCase()}, every port and protocol`;
  const pieces = piecesOf(sets, denied.flows, PIECES);
  return {
    kind: 'fails',
    // A port that somebody closes on purpose is unsupported, and leaves the cluster standing.
    ...(isAll || cutsKubelet(share, leg) ? {} : { severity: 'warning' as const }),
    message: `The security group of ${subnet.subnet.name} denies ${isAll ? '' : 'some '}${traffic} ${direction.toLowerCase()}: ${by.name}.`,
    places: denied.by
      .slice(0, PIECES)
      .map((one) => ({ at: one.by.at ?? subnet.subnet.at, what: one.by.name })),
    evidence: { lines: pieces, proof: { flows, on: [] } },
  };
}

function cutsKubelet({ sets, denied }: NsgShare, leg: FlowBox): boolean {
  const kubelet = new FlowSets(
    refined(
      [sets.universe],
      [{ ...leg, protocols: ['tcp'], destinationPorts: [KUBELET, KUBELET] }],
    ),
  );
  const box = kubelet.box({ ...leg, protocols: ['tcp'], destinationPorts: [KUBELET, KUBELET] });
  return kubelet.table.meet(box, rebase(sets, kubelet, denied.flows));
}

export const CLUSTER_SECURITY_GROUP_CHECKS: readonly Check[] = [noGroup, clusterTraffic];

/** Node to node, node to pod, pod to pod, at every node subnet; in flat modes pods have subnets of their own. */
function legsOf({ pools, addressing, podAddresses }: ClusterPlacement): readonly Leg[] {
  const subnets = new Map<string, SubnetPlacement>();
  for (const { nodeSubnet } of pools) {
    if (nodeSubnet.kind === 'found') subnets.set(nodeSubnet.target.subnet.key, nodeSubnet.target);
  }
  return [...subnets.values()].flatMap((subnet): Leg[] => {
    if (isEmptyAddressSet(subnet.addresses)) return [];
    const node = subnet.addresses;
    const nodes: Leg = { subnet, from: node, to: node, what: 'node to node' };
    if (addressing !== 'overlay' || isEmptyAddressSet(podAddresses)) return [nodes];
    const pod = podAddresses;
    return [
      nodes,
      { subnet, from: node, to: pod, what: 'node to pod' },
      { subnet, from: pod, to: pod, what: 'pod to pod' },
    ];
  });
}
