import type { PodClass, Service } from '../../../model/index.ts';
import { addressSetCovers, addressSetsOverlap, isEmptyAddressSet } from '../../../net/index.ts';
import { PRIVATE_IPV4 } from '../../../network/index.ts';
import { policyIndex } from '../../../semantics/network-policy/engine/coverage.ts';
import { evaluatePolicies } from '../../../semantics/network-policy/index.ts';
import {
  blocksOfPodsUnderCilium,
  blocksOfServices,
  blocksWithHostBits,
  exceptionsOutside,
  misreadByDefectiveAgents,
} from '../../../semantics/network-policy/pitfalls/index.ts';
import type { BlockPeer, Peer, Policy } from '../../../semantics/network-policy/policy.ts';
import { backendFinder } from '../../../semantics/services/index.ts';
import type { MissingFact } from '../../../semantics/verdict.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS } from '../judge.ts';
import { openQuestion, policyCheck, unreadablePart } from './kubernetes-policy-check.ts';
import { listed, type PolicyWorld, policyWorld } from './kubernetes-policy-world.ts';

const services = policyCheck({
  id: 'policy/ip-block-covers-services',
  severity: 'warning',
  title: 'No policy tries to allow Services by their addresses.',
  explanation:
    'Policy sees the pod behind a Service, never the Service address: the rewrite comes first. An egress `ipBlock` with part of the Service range allows no call to any Service.',
  fix: 'select the backend pods by namespace and label, with the target port',
  facts: ['K8P-19'],
  covers: ['KP-6', 'KP-E35'],
  none: 'no egress policy names addresses',
  concerns: (policy) => mayNameBlocks(policy, policy.egress),
  find: ({ set }) => blocksOfServices(set),
  open: (policy, world) => {
    const mayMeet = blocksOf(policy.egress).some(({ addresses }) =>
      addressSetsOverlap(addresses, PRIVATE_IPV4),
    );
    if (!mayMeet || !isEmptyAddressSet(world.set.ranges.serviceAddresses)) {
      return unreadablePart(policy, ['peers']);
    }
    return { missing: `the Service range of ${world.placement.name}`, at: policy.at };
  },
  message: (title) => `${title} does not allow the calls to Services it was written for.`,
  question: (title) => `Whether ${title} names Service addresses is not known.`,
});

const podsOnCilium = policyCheck({
  id: 'policy/ip-block-covers-pods-on-cilium',
  severity: 'warning',
  title: 'Under Cilium no policy relies on ipBlock for pods or nodes.',
  explanation:
    'Cilium matches an `ipBlock` only against addresses outside the cluster, even 0.0.0.0/0. Traffic between pods, and from pods to nodes, that such a rule allowed under another engine is denied.',
  fix: 'add `namespaceSelector: {}` (or narrower selectors) beside the ipBlock for pods, and a CiliumNetworkPolicy with `toEntities: [host, remote-node]` for nodes',
  facts: ['K8P-43'],
  covers: ['KP-0', 'KP-E1', 'KP-E2'],
  none: 'no policy names addresses, or the engine is not Cilium',
  engines: ['cilium'],
  concerns: (policy) =>
    policy.type === 'network' && mayNameBlocks(policy, policy.ingress, policy.egress),
  find: (world, engine) => {
    const beside = new Set(
      world.set.policies.flatMap(blockRules).flatMap(({ peers }) => {
        // E3: the rule admits every pod anyhow.
        const admitsPods = peers.some(isEveryPod);
        return admitsPods ? peers.map(({ at }) => at) : [];
      }),
    );
    return blocksOfPodsUnderCilium(world.set, engine).filter(({ place }) => !beside.has(place));
  },
  open: (policy, world) => {
    const { podAddresses, nodeAddresses } = world.set.ranges;
    const isKnown = !isEmptyAddressSet(podAddresses) && !isEmptyAddressSet(nodeAddresses);
    const mayMeet = blockRules(policy).some(({ peers }) =>
      peers.some(
        (peer) => peer.kind === 'block' && addressSetsOverlap(peer.addresses, PRIVATE_IPV4),
      ),
    );
    return isKnown || !mayMeet
      ? unreadablePart(policy, ['peers'])
      : { missing: `the addresses of pods and nodes of ${world.placement.name}`, at: policy.at };
  },
  message: (title, pitfalls) =>
    `Under Cilium ${title} admits fewer than it says: ${pitfalls[0]!.what}.`,
  question: (title) => `Whether ${title} means pods or nodes by an ipBlock is not known.`,
});

const exceptOutside = policyCheck({
  id: 'policy/except-outside-cidr',
  severity: 'error',
  title: 'Exceptions lie inside the range they are taken from.',
  explanation:
    'The API server refuses an `ipBlock` whose `except` lies outside its `cidr`: the policy as a whole is not in the cluster.',
  fix: 'correct the exception; an exception narrows its own entry only, and another rule may still allow the range',
  facts: ['K8P-12'],
  covers: ['KP-3'],
  none: 'no policy names addresses',
  judgesRefused: true,
  concerns: (policy) => mayNameBlocks(policy, policy.ingress, policy.egress),
  find: ({ set }) => exceptionsOutside(set),
  open: (policy, { refused }) =>
    refused.has(policy.title) ? undefined : unreadablePart(policy, ['peers']),
  message: (title, pitfalls) =>
    `The cluster refuses ${title}: ${pitfalls.map(({ what }) => what).join('; ')}.`,
  question: (title) => `Whether the exceptions of ${title} fit is not known.`,
});

const hostBits = policyCheck({
  id: 'policy/cidr-host-bits',
  severity: 'warning',
  title: 'Ranges are written from their first address.',
  explanation:
    'A CIDR with bits beyond its length is masked: `10.0.0.5/8` means 10.0.0.0/8. Often one address was meant. Azure NPM agents without the repair of September 2026 drop a whole policy whose all-addresses block has such bits, which leaves its pods open.',
  fix: 'write the network address, or /32 for one address',
  facts: ['K8P-13', 'K8P-66'],
  covers: ['KP-3', 'KP-E38'],
  none: 'no policy names addresses',
  concerns: (policy) => mayNameBlocks(policy, policy.ingress, policy.egress),
  find: (world, engine) => [
    ...misreadByDefectiveAgents(world.set, engine).filter(({ fact }) => fact === 'K8P-66'),
    ...blocksWithHostBits(world.set),
  ],
  open: (policy) => unreadablePart(policy, ['peers']),
  message: (title, pitfalls) =>
    pitfalls.some(({ fact }) => fact === 'K8P-66')
      ? `Azure NPM may drop ${title} as a whole and leave its pods open: ${pitfalls.at(-1)!.what}.`
      : `${title} covers other addresses than it seems to: ${pitfalls.map(({ what }) => what).join('; ')}.`,
  question: (title) => `Which addresses ${title} names is not known.`,
});

interface FilteredService {
  readonly world: PolicyWorld;
  readonly service: Service;
  readonly pod: PodClass;
  /** Blocks that mean clients, not nodes. Empty when the client's address arrives, or every block admits nodes too. */
  readonly filters: readonly { readonly policy: Policy; readonly block: BlockPeer }[];
  /** Whether the blocks mean clients or nodes cannot be told. */
  readonly missing: MissingFact | undefined;
}

const clientRange = eachSubject<FilteredService>({
  id: 'policy/client-range-under-cluster-traffic-policy',
  severity: 'error',
  title: 'Policies that filter clients see the clients.',
  explanation:
    'With `externalTrafficPolicy: Cluster` (the default) a node takes the connection and forwards it with its own address. An `ipBlock` with client ranges then fits nobody, or, where nodes are admitted, everybody gets in; Azure NPM does not enforce policy on this path at all.',
  fix: 'set `externalTrafficPolicy: Local`, or filter clients with `loadBalancerSourceRanges`, which works before any rewrite',
  facts: ['K8P-20', 'K8P-21', 'K8P-53', 'K8P-61'],
  covers: ['KP-6', 'KP-E6', 'KP-E8'],
  subjects: filteredServices,
  none: 'no policy names client addresses of a published Service',
  key: ({ service }) => `${service.namespace}/Service/${service.name}`,
  judge: ({ world, service, pod, filters, missing }) => {
    const name = `${service.namespace}/${service.name}`;
    if (missing !== undefined) {
      return openQuestion(`Whether policies filter the clients of ${name} is not known.`, missing);
    }
    if (filters.length === 0) return HOLDS;
    const titles = listed(filters.map(({ policy }) => policy.title));
    const ranges = listed(filters.map(({ block }) => block.cidr));
    return {
      kind: 'fails',
      message: `${fateOfClients(world, pod, name)}: with traffic policy Cluster ${pod.name} sees a node, not the clients (${ranges}) that ${titles} names.`,
      places: [
        { at: service.at, what: 'externalTrafficPolicy: Cluster' },
        ...filters.map(({ policy, block }) => ({ at: block.at, what: policy.title })),
      ],
      evidence: [
        'externalTrafficPolicy: Cluster rewrites the source to a node address',
        ...filters.map(({ policy, block }) => `${policy.title}: ipBlock ${block.cidr}`),
      ],
      changes: [{ at: service.at, path: ['spec', 'externalTrafficPolicy'], to: 'Local' }],
    };
  },
});

export const KUBERNETES_POLICY_BLOCK_CHECKS: readonly Check[] = [
  services,
  podsOnCilium,
  exceptOutside,
  hostBits,
  clientRange,
];

function blocksOf(rules: Policy['ingress']): readonly BlockPeer[] {
  return (rules ?? []).flatMap(({ peers }) =>
    peers === 'any' ? [] : peers.filter((peer) => peer.kind === 'block'),
  );
}

function blockRules(policy: Policy): readonly { readonly peers: readonly Peer[] }[] {
  return [...(policy.ingress ?? []), ...(policy.egress ?? [])].flatMap(({ peers }) =>
    peers !== 'any' && peers.some(({ kind }) => kind === 'block') ? [{ peers }] : [],
  );
}

/** Peers that cannot be read may be blocks. */
function mayNameBlocks(policy: Policy, ...rules: readonly Policy['ingress'][]): boolean {
  return (
    policy.doubts.length > 0 ||
    rules.some((list) =>
      (list ?? []).some(
        ({ peers, doubts }) =>
          doubts.length > 0 ||
          (peers !== 'any' && peers.some(({ kind }) => kind === 'block' || kind === 'unreadable')),
      ),
    )
  );
}

function isEveryPod(peer: Peer): boolean {
  return (
    peer.kind === 'pods' &&
    peer.pods.requirements.length === 0 &&
    peer.namespaces.kind === 'selected' &&
    peer.namespaces.selector.requirements.length === 0
  );
}

/** Published Services with a backend whose ingress policies name addresses. The first backend that says most stands for all. */
function filteredServices(context: CheckContext): readonly FilteredService[] {
  const world = policyWorld(context);
  if (world === undefined || world.engine === 'none') return [];
  const { objects } = world.set;
  const index = policyIndex(world.set, world.engine === 'unknown' ? 'generic' : world.engine);
  const backends = backendFinder(objects.pods);
  return objects.services.flatMap((service): readonly FilteredService[] => {
    if (service.type !== 'LoadBalancer' && service.type !== 'NodePort') return [];
    const subjects = backends(service).flatMap((pod) => {
      if (pod.hostNetwork) return [];
      const covering = index
        .coverageOf(pod)
        .ingress.stages.flatMap(({ groups }) => groups.flat())
        .map(({ policy }) => policy);
      const filter = clientFilter(world, covering);
      return filter === undefined ? [] : [{ world, service, pod, ...filter }];
    });
    const first = subjects.find(({ filters }) => filters.length > 0) ?? subjects[0];
    if (first === undefined) return [];
    const isKept = service.externalTrafficPolicy === 'Local';
    return [isKept ? { ...first, filters: [], missing: undefined } : first];
  });
}

/** The blocks of these policies that certainly leave the nodes out; `undefined` without any block. */
function clientFilter(
  world: PolicyWorld,
  covering: readonly Policy[],
): Pick<FilteredService, 'filters' | 'missing'> | undefined {
  const { nodeAddresses, podAddresses } = world.set.ranges;
  const nodesKnown = !isEmptyAddressSet(nodeAddresses);
  // A block of pod addresses means callers in the cluster: they do not come this way.
  const blocks = covering.flatMap((policy) =>
    blocksOf(policy.ingress)
      .filter(({ addresses }) => !addressSetCovers(podAddresses, addresses))
      .map((block) => ({ policy, block })),
  );
  const filters = blocks.filter(
    ({ block }) => !addressSetsOverlap(block.addresses, nodesKnown ? nodeAddresses : PRIVATE_IPV4),
  );
  if (filters.length > 0) return { filters, missing: undefined };
  const unread = covering.map((policy) => unreadablePart(policy, ['peers']));
  const missing = unread.find((one) => one !== undefined);
  if (blocks.length === 0) return missing === undefined ? undefined : { filters, missing };
  const isWide = blocks.every(({ block }) => addressSetCovers(block.addresses, PRIVATE_IPV4));
  if (nodesKnown || isWide) return { filters, missing };
  const nodes = {
    missing: `the node addresses of ${world.placement.name}`,
    at: blocks[0]!.block.at,
  };
  return { filters, missing: missing ?? nodes };
}

/** What the engine makes of a connection that a node forwards. */
function fateOfClients(world: PolicyWorld, pod: PodClass, name: string): string {
  if (world.engine === 'azure-npm') return `Everybody the load balancer admits reaches ${name}`;
  const { nodeAddresses } = world.set.ranges;
  const port = pod.ports[0];
  const ofNode = evaluatePolicies(
    world.set,
    world.engine,
    {
      direction: 'ingress',
      subject: pod,
      peer: {
        kind: 'address',
        address: {
          kind: 'within',
          addresses: isEmptyAddressSet(nodeAddresses) ? PRIVATE_IPV4 : nodeAddresses,
          label: 'the node that took the connection',
        },
        isNode: 'other-node',
      },
      protocol: port?.protocol ?? 'tcp',
      ...(port === undefined ? {} : { port: port.port }),
    },
    { comparesEngines: false },
  ).verdict;
  if (ofNode.kind === 'allow') return `Everybody the load balancer admits reaches ${name}`;
  return ofNode.kind === 'deny' && world.engine === 'calico'
    ? `Clients of ${name} are turned away`
    : `Clients of ${name} get in or not by the node that takes the connection`;
}
