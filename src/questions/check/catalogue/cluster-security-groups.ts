import type { AddressSet, Port } from '../../../net/index.ts';
import { isEmptyAddressSet, parsePort } from '../../../net/index.ts';
import type { ClusterPlacement, SubnetPlacement } from '../../../network/index.ts';
import type { Flow, FlowAddress } from '../../../semantics/flow.ts';
import { type Direction, evaluateSubnetNsg } from '../../../semantics/nsg/concrete.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
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
  readonly from: FlowAddress;
  readonly to: FlowAddress;
  readonly what: string;
}

/** The kubelet's port stands for all: AKS needs every port among nodes and pods. */
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

function judgeLeg(
  { network }: CheckContext,
  placement: ClusterPlacement,
  { subnet, from, to, what }: Leg,
  direction: Direction,
): Judgement {
  const flow: Flow = {
    source: from,
    destination: to,
    protocol: 'tcp',
    destinationPort: KUBELET,
    application: { kind: 'none' },
  };
  const verdict = evaluateSubnetNsg(network, subnet.subnet.key, direction, flow);
  if (verdict.kind === 'allow') return HOLDS;
  if (verdict.kind === 'unknown')
    return {
      kind: 'undecided',
      message: `Whether the security group of ${subnet.subnet.name} lets ${what} traffic of ${placement.name} pass ${direction.toLowerCase()} is not known.`,
      missing: verdict.why.map(({ missing }) => missing).join('; '),
      at: verdict.why[0]?.at ?? subnet.subnet.at,
    };
  return {
    kind: 'fails',
    message: `The security group of ${subnet.subnet.name} denies ${what} traffic of ${placement.name} ${direction.toLowerCase()}: ${verdict.by.name}.`,
    places: [{ at: verdict.by.at ?? subnet.subnet.at, what: verdict.by.name }],
    evidence: [`${what}, TCP 10250 as an example, ${direction.toLowerCase()}`],
  };
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
    const node = within(subnet.addresses, `a node of ${subnet.subnet.name}`);
    const nodes: Leg = { subnet, from: node, to: node, what: 'node to node' };
    if (addressing !== 'overlay' || isEmptyAddressSet(podAddresses)) return [nodes];
    const pod = within(podAddresses, 'a pod');
    return [
      nodes,
      { subnet, from: node, to: pod, what: 'node to pod' },
      { subnet, from: pod, to: pod, what: 'pod to pod' },
    ];
  });
}

function within(addresses: AddressSet, label: string): FlowAddress {
  return { kind: 'within', addresses, label };
}
