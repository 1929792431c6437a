import type { ManagedCluster } from '../../../model/index.ts';
import {
  ALL_IPV4,
  addressesOfPrefixes,
  addressSetsOverlap,
  formatAddressSet,
  intersectAddresses,
  isEmptyAddressSet,
  parsePrefix,
  prefixesOfAddressSet,
} from '../../../net/index.ts';
import {
  type ClusterPlacement,
  findOwner,
  type KnownAddress,
  type PoolPlacement,
  type SubnetPlacement,
} from '../../../network/index.ts';
import { poolDemand, usableAddresses } from '../../../semantics/address-plan/concrete.ts';
import { missingFromRanges } from '../../../semantics/api-server/concrete.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check, CheckContext, Profile } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import { undecided } from './firewall-settings.ts';
import { goesThroughAppliance } from './network-routing.ts';

const notFor =
  (...profiles: readonly Profile[]) =>
  (context: CheckContext) =>
    !profiles.includes(context.profile);
const production = notFor('dev', 'ephemeral');

const networkPlugin = eachSubject<ClusterPlacement>({
  id: 'cluster/network-plugin',
  severity: 'warning',
  title: 'The cluster uses Azure CNI with a network policy engine.',
  explanation:
    'kubenet is retired on 31 March 2028, and without a policy engine every NetworkPolicy is silently ignored. Azure CNI overlay with Cilium is what new clusters get.',
  fix: 'move to Azure CNI overlay powered by Cilium (az aks update --network-plugin-mode overlay --network-dataplane cilium)',
  facts: ['AZN-52', 'K8P-70'],
  covers: ['P1', 'F1'],
  subjects: (context) => (production(context) ? managed(context) : []),
  none: 'no managed cluster, or a profile that does not ask for it',
  key: ({ name }) => name,
  judge: (placement) => {
    const { network } = placement.cluster!;
    const unknown = [network.plugin, network.policy].find(isUnknown);
    if (unknown !== undefined)
      return undecided(`The network of ${placement.name} is not known.`, unknown);
    if (network.plugin === 'kubenet')
      return {
        kind: 'fails',
        message: `${placement.name} uses kubenet, which is retired on 31 March 2028.`,
        places: [{ at: network.at, what: 'networkPlugin: kubenet' }],
        evidence: ['networkPlugin: kubenet'],
      };
    if (placement.policyEngine === 'none')
      return {
        kind: 'fails',
        message: `${placement.name} has no network policy engine: every pod reaches every pod, and policies do nothing.`,
        places: [{ at: network.at, what: 'networkPolicy: none' }],
        evidence: [placement.policyEngineWhy],
      };
    return HOLDS;
  },
});

const policiesIgnored = eachSubject<ClusterPlacement>({
  id: 'policy/ignored-without-engine',
  severity: 'error',
  title: 'Network policies have an engine that enforces them.',
  explanation:
    'Without `networkPolicy` the API server accepts policy objects and nothing enforces them.',
  fix: 'enable an engine: az aks update --network-policy cilium (with the Cilium dataplane) or azure / calico',
  facts: ['K8P-70'],
  covers: ['P1', 'A1'],
  subjects: (context) =>
    managed(context).filter(() => context.perimeter.kubernetes.policies.length > 0),
  none: 'no cluster with network policies',
  key: ({ name }) => name,
  judge: (placement, context) => {
    const written = placement.cluster!.network.policy;
    if (isUnknown(written))
      return undecided(`Whether ${placement.name} enforces policies is not known.`, written);
    if (placement.policyEngine !== 'none') return HOLDS;
    const { policies } = context.perimeter.kubernetes;
    return {
      kind: 'fails',
      message: `${placement.name} ignores all ${policies.length} network policies.`,
      places: [
        { at: placement.cluster!.network.at, what: 'networkPolicy: none' },
        ...policies.slice(0, 2).map((policy) => ({
          at: policy.at,
          what: `${policy.kind} ${policy.namespace}/${policy.name}`,
        })),
      ],
      evidence: [placement.policyEngineWhy],
    };
  },
});

const outboundPath = eachSubject<PoolPlacement & { readonly of: ClusterPlacement }>({
  id: 'egress/not-through-firewall',
  severity: 'error',
  title: 'Every node and pod subnet sends its internet traffic to the firewall.',
  explanation:
    'Traffic of a subnet without the default route leaves by a load balancer, a NAT gateway or default outbound access, past every rule and every log of the firewall. Pod subnets need the route as well as node subnets.',
  fix: 'attach the route table with 0.0.0.0/0 to the firewall to the subnet, and set outboundType to userDefinedRouting',
  facts: ['AKS-21', 'AZN-06'],
  covers: ['P4', 'A1'],
  subjects: (context) =>
    notFor('dev', 'ephemeral', 'internal-only')(context) && context.network.firewalls.size > 0
      ? managed(context).flatMap((of) => of.pools.map((pool) => ({ ...pool, of })))
      : [],
  none: 'no cluster beside a firewall, or a profile that does not ask for it',
  key: ({ of, pool }) => `${of.name}/${pool.name}`,
  judge: (subject) => {
    const judgements = [subject.nodeSubnet, subject.podSubnet].flatMap(
      (link, index): Judgement[] => {
        if (link.kind === 'none')
          return index === 1
            ? []
            : [
                {
                  kind: 'fails',
                  message: `Pool ${subject.pool.name} of ${subject.of.name} is in a network that AKS manages: it leaves by ${String(subject.of.cluster!.network.outboundType ?? 'loadBalancer')}, not by the firewall.`,
                  places: [
                    { at: subject.pool.at, what: `pool ${subject.pool.name}: no vnetSubnetID` },
                  ],
                  evidence: ['no subnet of yours'],
                },
              ];
        if (link.kind === 'unknown')
          return [undecided(`The subnet of pool ${subject.pool.name} is not known.`, link.unknown)];
        if (link.kind === 'dangling')
          return [
            {
              kind: 'undecided',
              message: `The subnet of pool ${subject.pool.name} is not in the input.`,
              missing: `subnet \`${link.id.split('/').at(-1)}\``,
              at: link.at,
            },
          ];
        const { subnet, routeTable } = link.target;
        if (goesThroughAppliance(link.target) !== undefined) return [HOLDS];
        if (routeTable.kind === 'dangling' || routeTable.kind === 'unknown')
          return [
            {
              kind: 'undecided',
              message: `Where ${subnet.name} sends its traffic is not known.`,
              missing: `the route table of ${subnet.name}`,
              at: subnet.at,
            },
          ];
        const odd =
          routeTable.kind === 'found'
            ? routeTable.target.routes.find(
                (route) => isUnknown(route.destination) || isUnknown(route.nextHopType),
              )
            : undefined;
        if (odd !== undefined)
          return [
            {
              kind: 'undecided',
              message: `Where ${subnet.name} sends its traffic is not known.`,
              missing: `what route ${odd.name} does`,
              at: odd.at,
            },
          ];
        return [
          {
            kind: 'fails',
            message: `${index === 0 ? 'Nodes' : 'Pods'} in ${subnet.name} reach the internet without passing the firewall.`,
            places: [{ at: subnet.at, what: `subnet ${subnet.name}` }],
            evidence: [
              routeTable.kind === 'found'
                ? `route table ${routeTable.target.name} has no default route to an appliance`
                : 'no route table',
            ],
          },
        ];
      },
    );
    return judgements;
  },
});

const outboundType = eachSubject<ClusterPlacement>({
  id: 'egress/outbound-type',
  severity: 'warning',
  title: 'The outbound type says what the routes do.',
  explanation:
    'With a default route to a firewall and outboundType loadBalancer AKS still builds a public load balancer with an outbound address nobody uses. With userDefinedRouting and no default route to an appliance the cluster has no way out.',
  fix: 'az aks update --outbound-type userDefinedRouting',
  facts: ['AKS-20', 'AKS-21'],
  covers: ['P4', 'A1'],
  subjects: (context) =>
    managed(context).filter(({ pools }) =>
      pools.some(({ nodeSubnet }) => nodeSubnet.kind === 'found'),
    ),
  none: 'no cluster whose node subnet is in the input',
  key: ({ name }) => name,
  judge: (placement) => {
    const { network } = placement.cluster!;
    if (isUnknown(network.outboundType))
      return undecided(
        `The outbound type of ${placement.name} is not known.`,
        network.outboundType,
      );
    const type = network.outboundType ?? 'loadbalancer';
    const routed = placement.pools.some(
      ({ nodeSubnet }) =>
        nodeSubnet.kind === 'found' && goesThroughAppliance(nodeSubnet.target) !== undefined,
    );
    const open = placement.pools.some(
      ({ nodeSubnet }) => nodeSubnet.kind === 'found' && hasOpenRoutes(nodeSubnet.target),
    );
    if (open)
      return {
        kind: 'undecided',
        message: `Whether the outbound type of ${placement.name} fits its routes is not known.`,
        missing: `the route table of ${placement.name}'s nodes`,
        at: network.at,
      };
    if (routed && !['userdefinedrouting', 'none', 'block'].includes(type))
      return {
        kind: 'fails',
        message: `${placement.name} routes to an appliance and still has outboundType ${type}: it keeps a public way out.`,
        places: [{ at: network.at, what: `outboundType ${type}` }],
        evidence: [`outboundType: ${type}`],
      };
    if (!routed && type === 'userdefinedrouting')
      return {
        kind: 'fails',
        severity: 'error',
        message: `${placement.name} has outboundType userDefinedRouting and no default route to an appliance.`,
        places: [{ at: network.at, what: 'outboundType userDefinedRouting' }],
        evidence: ['no 0.0.0.0/0 route to a virtual appliance'],
      };
    return HOLDS;
  },
});

const nodePublicIp = eachSubject<PoolPlacement & { readonly of: ClusterPlacement }>({
  id: 'cluster/node-public-addresses',
  severity: 'error',
  title: 'Nodes have no public addresses.',
  explanation:
    'A node with a public address can be reached around the firewall. With the default route to the firewall its answers are lost there as well: the address is both exposed and broken.',
  fix: 'set enableNodePublicIP to false (a new pool is needed)',
  facts: ['AZS-03'],
  covers: ['F4', 'NET-12'],
  subjects: poolsOf,
  none: 'no node pool',
  key: ({ of, pool }) => `${of.name}/${pool.name}`,
  judge: ({ of, pool }) => {
    if (isUnknown(pool.enableNodePublicIp))
      return undecided(
        `Whether nodes of ${pool.name} have public addresses is not known.`,
        pool.enableNodePublicIp,
      );
    if (pool.enableNodePublicIp !== true) return HOLDS;
    return {
      kind: 'fails',
      message: `Nodes of pool ${pool.name} of ${of.name} have public addresses.`,
      places: [{ at: pool.at, what: 'enableNodePublicIP: true' }],
      evidence: ['enableNodePublicIP: true'],
    };
  },
});

const rangesMissFirewall = eachSubject<ManagedCluster>({
  id: 'api-server/authorized-ranges-miss-firewall',
  severity: 'error',
  title: 'The authorized IP ranges hold every address the cluster leaves by.',
  explanation:
    'Nodes reach the public API server through the firewall, with one of its public addresses chosen at random. A range list without all of them locks the nodes out: they go NotReady one by one. `az aks update --api-server-authorized-ip-ranges X` replaces the list, it does not add.',
  fix: 'set the ranges to the union of the administrators’ addresses and every public address (or the prefix) of the firewall; or make the cluster private',
  facts: ['AKS-56', 'AFW-E12'],
  covers: ['FW-12', 'AKS-API-01'],
  subjects: (context) =>
    [...context.perimeter.clusters.values()].filter(
      ({ apiServer }) => apiServer.authorizedRanges.length > 0,
    ),
  none: 'no cluster with authorized IP ranges',
  key: ({ key }) => key,
  judge: (cluster, context) => {
    const placement = context.network.clusters.find((one) => one.cluster === cluster);
    if (placement === undefined) return HOLDS;
    const { apiServer } = cluster;
    const egress = egressAddresses(context, placement);
    const missing = missingFromRanges(context.network, cluster, egress);
    if (missing.length === 0) return HOLDS;
    // An address that Azure picks at deployment is in no range that names single addresses only.
    const literal = apiServer.authorizedRanges.every(
      (term) => term.kind === 'range' && term.range.low === term.range.high,
    );
    const sure = missing.filter(
      ({ address, covered }) => covered === 'no' || (literal && !address.isExact),
    );
    const at = apiServer.authorizedRangesAt ?? apiServer.at;
    if (sure.length === 0) {
      return {
        kind: 'undecided',
        message: `Whether the authorized ranges of ${cluster.name} hold its own egress addresses is not known.`,
        missing: missing.map(({ address }) => `the ${address.label}`).join('; '),
        at,
      };
    }
    const names = [...new Set(sure.map(({ address }) => address.label))];
    return {
      kind: 'fails',
      message: `Nodes of ${cluster.name} are locked out of their own API server: the authorized ranges leave out the address they leave by (${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}).`,
      places: [
        {
          at,
          what: `authorizedIPRanges ${apiServer.authorizedRanges.map((term) => term.text).join(', ')}`,
        },
      ],
      evidence: names.slice(0, 5).map((name) => `${name} is in no range`),
    };
  },
});

const publicApi = eachSubject<ManagedCluster>({
  id: 'api-server/open-to-internet',
  severity: 'warning',
  title: 'The API server is private, or limited to named ranges.',
  explanation:
    'A public API server without ranges can be tried by everybody; only credentials stand between the internet and the cluster.',
  fix: 'make the cluster private, use API Server VNet Integration, or set authorized IP ranges',
  facts: ['AKS-50'],
  covers: ['A1', 'AKS-API-02', 'AKS-API-03'],
  subjects: (context) => (production(context) ? [...context.perimeter.clusters.values()] : []),
  none: 'no managed cluster, or a profile that does not ask for it',
  key: ({ key }) => key,
  judge: ({ name, apiServer }) => {
    if (isUnknown(apiServer.isPrivate))
      return undecided(
        `Whether the API server of ${name} is public is not known.`,
        apiServer.isPrivate,
      );
    if (apiServer.isPrivate === true || apiServer.publicNetworkAccess?.toLowerCase() === 'disabled')
      return HOLDS;
    const world = apiServer.authorizedRanges.find(
      (term) =>
        term.kind === 'range' &&
        term.range.family === 4 &&
        term.range.low === 0 &&
        term.range.high === 0xffff_ffff,
    );
    const at = apiServer.authorizedRangesAt ?? apiServer.at;
    if (world !== undefined)
      return {
        kind: 'fails',
        severity: 'error',
        message: `The authorized ranges of ${name} hold 0.0.0.0/0: everybody.`,
        places: [{ at: world.at, what: world.text }],
        evidence: ['0.0.0.0/0'],
      };
    if (apiServer.authorizedRanges.length > 0) return HOLDS;
    return {
      kind: 'fails',
      message: `The API server of ${name} is open to the whole internet.`,
      places: [{ at, what: 'apiServerAccessProfile' }],
      evidence: ['public, no authorizedIPRanges'],
    };
  },
});

const addressRoom = eachSubject<PoolPlacement & { readonly of: ClusterPlacement }>({
  id: 'cluster/subnet-too-small',
  severity: 'error',
  title: 'Subnets hold the nodes and pods that the pools may grow to.',
  explanation:
    'In node subnet mode every node reserves an address for each of its maxPods at start. The autoscaler’s maximum plus the surge nodes of an upgrade must fit, or scale-out and upgrades fail half way.',
  fix: 'enlarge the subnet, lower maxPods or maxCount, or move to overlay',
  facts: ['AKS-11', 'AKS-17', 'AKS-18'],
  covers: ['P2'],
  subjects: poolsOf,
  none: 'no node pool',
  key: ({ of, pool }) => `${of.name}/${pool.name}`,
  judge: ({ of, pool, nodeSubnet }) => {
    if (nodeSubnet.kind !== 'found')
      return nodeSubnet.kind === 'none'
        ? HOLDS
        : {
            kind: 'undecided',
            message: `Whether pool ${pool.name} fits its subnet is not known.`,
            missing: `the subnet of pool ${pool.name}`,
            at: pool.at,
          };
    const siblings = of.pools.filter(
      (other) =>
        other.nodeSubnet.kind === 'found' &&
        other.nodeSubnet.target.subnet.key === nodeSubnet.target.subnet.key,
    );
    if (siblings[0]?.pool !== pool) return HOLDS; // one judgement per subnet
    let wanted = 0;
    for (const sibling of siblings) {
      const demand = poolDemand(of, sibling.pool);
      if (demand.kind === 'unknown')
        return {
          kind: 'undecided',
          message: `Whether ${nodeSubnet.target.subnet.name} is large enough is not known.`,
          missing: demand.why.map((fact) => fact.missing).join('; '),
          at: sibling.pool.at,
        };
      wanted += demand.demand.nodeSubnet;
    }
    const room = prefixesOfAddressSet(nodeSubnet.target.addresses).reduce(
      (sum, prefix) => sum + (prefix.family === 4 ? usableAddresses(prefix.length) : 0),
      0,
    );
    if (wanted <= room) return HOLDS;
    return {
      kind: 'fails',
      message: `${nodeSubnet.target.subnet.name} has ${room} addresses and the pools may want ${wanted}.`,
      places: [
        { at: nodeSubnet.target.subnet.at, what: `subnet ${nodeSubnet.target.subnet.name}` },
        { at: pool.at, what: `pool ${pool.name}` },
      ],
      evidence: [`${wanted} wanted, ${room} usable`],
    };
  },
});

const FORBIDDEN = ['169.254.0.0/16', '172.30.0.0/16', '172.31.0.0/16', '192.0.2.0/24'];

const addressPlan = eachSubject<ClusterPlacement>({
  id: 'cluster/address-overlap',
  severity: 'error',
  title: 'Pod, service and network ranges do not overlap.',
  explanation:
    'Service addresses must not overlap anything that is routed; pod addresses of an overlay must not overlap the networks, on-premises ranges or services the pods call: packets for them never leave the overlay. AKS itself uses four ranges that nobody else may.',
  fix: 'choose ranges outside every routed network; 100.64.0.0/10 is usual for overlay pods',
  facts: ['AKS-01', 'AZN-51'],
  covers: ['F2', 'P2'],
  subjects: managed,
  none: 'no managed cluster',
  key: ({ name }) => name,
  judge: (placement, context) => {
    const own = placement.pools.flatMap(({ nodeSubnet }) =>
      nodeSubnet.kind === 'found' ? [nodeSubnet.target.vnet.key] : [],
    );
    const vnet = context.network.vnets.get(own[0] ?? '');
    const at = placement.cluster!.network.at;
    if (vnet === undefined)
      return own.length === 0 &&
        placement.pools.every(({ nodeSubnet }) => nodeSubnet.kind === 'none')
        ? HOLDS
        : {
            kind: 'undecided',
            message: `Whether the ranges of ${placement.name} overlap is not known.`,
            missing: `the virtual network of ${placement.name}`,
            at,
          };
    const routed = [
      { name: vnet.vnet.name, set: vnet.addresses },
      ...vnet.peers.map((peer) => ({
        name: peer.remote.kind === 'found' ? peer.remote.target.name : 'a peer',
        set: peer.remoteAddresses,
      })),
      ...vnet.gatewayPrefixes.map((one) => ({
        name: one.origin,
        set: addressesOfPrefixes([one.prefix]),
      })),
    ];
    const overlay = placement.addressing === 'overlay' || placement.addressing === 'kubenet';
    const ranges = [
      { name: 'service range', set: placement.serviceAddresses },
      ...(overlay ? [{ name: 'pod range', set: placement.podAddresses }] : []),
    ];
    const faults = [
      ...ranges.flatMap((range) =>
        routed
          .filter((other) => addressSetsOverlap(range.set, other.set))
          .map(
            (other) =>
              `the ${range.name} and ${other.name} share ${formatAddressSet(intersectAddresses(range.set, other.set))}`,
          ),
      ),
      ...(overlay && addressSetsOverlap(placement.podAddresses, placement.serviceAddresses)
        ? ['the pod range and the service range overlap']
        : []),
      ...[...ranges, routed[0]!].flatMap((range) =>
        FORBIDDEN.filter(
          (text) =>
            !isEmptyAddressSet(
              intersectAddresses(range.set, addressesOfPrefixes([parsePrefix(text)!])),
            ),
        ).map((text) => `the ${range.name} uses ${text}, which AKS keeps`),
      ),
    ];
    if (faults.length === 0) return HOLDS;
    return faults.map((fault) => ({
      kind: 'fails' as const,
      message: `In ${placement.name} ${fault}.`,
      places: [{ at, what: 'networkProfile' }],
      evidence: [fault],
    }));
  },
});

const ipv6Egress = eachSubject<ManagedCluster>({
  id: 'egress/ipv6-outside-firewall',
  severity: 'warning',
  title: 'IPv6 traffic does not leave around the firewall.',
  explanation:
    'Azure Firewall handles IPv6 only in a preview. The IPv6 half of a dual-stack cluster follows its own default route to the internet.',
  fix: 'remove the IPv6 range from the node subnet, or route ::/0 to an appliance that filters it',
  facts: ['AFW-36'],
  covers: ['F3'],
  subjects: (context) =>
    [...context.perimeter.clusters.values()].filter(({ network }) =>
      network.ipFamilies.some((family) => family.toLowerCase() === 'ipv6'),
    ),
  none: 'no dual-stack cluster',
  key: ({ key }) => key,
  judge: (cluster, context) => {
    const placement = context.network.clusters.find((one) => one.cluster === cluster);
    const subnets =
      placement?.pools.flatMap(({ nodeSubnet }) =>
        nodeSubnet.kind === 'found' ? [nodeSubnet.target] : [],
      ) ?? [];
    if (subnets.length === 0)
      return {
        kind: 'undecided',
        message: `Where IPv6 of ${cluster.name} leaves is not known.`,
        missing: `the node subnets of ${cluster.name}`,
        at: cluster.network.at,
      };
    const open = subnets.find(
      (subnet) =>
        subnet.addresses.v6.length > 0 &&
        !(
          subnet.routeTable.kind === 'found' &&
          subnet.routeTable.target.routes.some(
            (route) =>
              !isUnknown(route.destination) &&
              route.destination.kind === 'prefix' &&
              route.destination.prefix.family === 6 &&
              route.destination.prefix.length === 0,
          )
        ),
    );
    return open === undefined
      ? HOLDS
      : {
          kind: 'fails',
          message: `IPv6 of ${cluster.name} leaves ${open.subnet.name} without passing the firewall.`,
          places: [
            { at: open.subnet.at, what: `subnet ${open.subnet.name}` },
            { at: cluster.network.at, what: 'ipFamilies IPv6' },
          ],
          evidence: ['no ::/0 route'],
        };
  },
});

const sharedSubnet = eachSubject<ClusterPlacement>({
  id: 'cluster/subnets-not-separate',
  severity: 'warning',
  title: 'Nodes, pods and the firewall have subnets of their own.',
  explanation:
    'With pods in the node subnet no security group can treat them apart. The firewall’s subnet takes nothing else.',
  fix: 'use overlay with network policies, or a pod subnet',
  facts: ['AKS-02'],
  covers: ['A8', 'P2'],
  subjects: (context) => (production(context) ? managed(context) : []),
  none: 'no managed cluster, or a profile that does not ask for it',
  key: ({ name }) => name,
  judge: (placement) => {
    const { cluster } = placement;
    const unknown = [cluster!.network.plugin, cluster!.network.pluginMode].find(isUnknown);
    if (unknown !== undefined)
      return undecided(`How ${placement.name} gives addresses is not known.`, unknown);
    if (placement.addressing === 'node-subnet')
      return {
        kind: 'fails',
        severity: 'note',
        message: `Pods of ${placement.name} share the node subnet: no security group can tell them from nodes.`,
        places: [
          { at: cluster!.network.at, what: 'networkPlugin azure, no overlay, no podSubnetID' },
        ],
        evidence: ['node subnet mode'],
      };
    const shared = placement.pools.find(
      ({ nodeSubnet, podSubnet }) =>
        nodeSubnet.kind === 'found' &&
        podSubnet.kind === 'found' &&
        nodeSubnet.target === podSubnet.target,
    );
    return shared === undefined
      ? HOLDS
      : {
          kind: 'fails',
          message: `Pool ${shared.pool.name} uses one subnet for nodes and pods.`,
          places: [{ at: shared.pool.at, what: 'podSubnetID' }],
          evidence: ['podSubnetID equals vnetSubnetID'],
        };
  },
});

const azurePolicy = eachSubject<ManagedCluster>({
  id: 'guardrails/azure-policy-off',
  severity: 'note',
  title: 'Azure Policy watches the cluster.',
  explanation:
    'What was reviewed once changes by the next deployment. The Azure Policy add-on refuses, for example, public load balancers at admission. No built-in definition tests networkPolicy, outboundType or node public addresses: those need custom ones.',
  fix: 'enable addonProfiles.azurepolicy and assign the definitions you want, with effect deny',
  facts: ['AKS-95'],
  covers: ['P6', 'F4'],
  subjects: (context) => (production(context) ? [...context.perimeter.clusters.values()] : []),
  none: 'no managed cluster, or a profile that does not ask for it',
  key: ({ key }) => key,
  judge: (cluster, context) => {
    if (!cluster.addons.azurePolicy)
      return {
        kind: 'fails',
        message: `Nothing stops the next deployment from changing what was reviewed: the Azure Policy add-on of ${cluster.name} is off.`,
        places: [{ at: cluster.at, what: `cluster ${cluster.name}` }],
        evidence: ['addonProfiles.azurepolicy is not enabled'],
      };
    if (context.perimeter.policyAssignments.length === 0)
      return {
        kind: 'undecided',
        message: `Whether ${cluster.name} has policy assignments is not known.`,
        missing: 'policy assignments (az policy assignment list -o json)',
        at: cluster.at,
      };
    return HOLDS;
  },
});

const meshIsNotPolicy = eachSubject<ManagedCluster>({
  id: 'policy/mesh-instead-of-policy',
  severity: 'warning',
  title: 'A service mesh stands beside network policies, not in their place.',
  explanation:
    'mTLS authenticates; it neither opens nor closes a port. A pod outside the mesh, or one that bypasses its sidecar, meets no barrier.',
  fix: 'enable a network policy engine and write default-deny policies',
  facts: ['K8P-70'],
  covers: ['A9'],
  subjects: (context) =>
    [...context.perimeter.clusters.values()].filter(({ addons }) => addons.istio),
  none: 'no cluster with the Istio add-on',
  key: ({ key }) => key,
  judge: ({ name, network }) => {
    if (isUnknown(network.policy))
      return undecided(`Whether ${name} has a policy engine is not known.`, network.policy);
    if (network.policy !== undefined && network.policy !== 'none') return HOLDS;
    if (network.dataplane === 'cilium') return HOLDS;
    return {
      kind: 'fails',
      message: `${name} relies on Istio and has no network policy engine.`,
      places: [{ at: network.at, what: 'networkPolicy: none' }],
      evidence: ['serviceMeshProfile.mode Istio'],
    };
  },
});

const customZoneIdentity = eachSubject<ManagedCluster>({
  id: 'cluster/identity-for-own-network',
  severity: 'error',
  title: 'Clusters with their own routes or DNS zone have a user-assigned identity.',
  explanation:
    'kubenet with a route table of one’s own and a private DNS zone of one’s own both need a user-assigned identity: its roles must exist before the cluster does.',
  fix: 'create a user-assigned identity, give it Network Contributor (and Private DNS Zone Contributor) and use it',
  facts: ['AKS-53'],
  covers: ['F1'],
  subjects: (context) =>
    [...context.perimeter.clusters.values()].filter(
      ({ network, apiServer, pools }) =>
        (network.plugin === 'kubenet' && pools.some(({ subnet }) => subnet !== undefined)) ||
        isUnknown(apiServer.privateDnsZone) ||
        (apiServer.privateDnsZone ?? '').startsWith('/'),
    ),
  none: 'no cluster uses kubenet in a subnet of its own or a private DNS zone of its own',
  key: ({ key }) => key,
  judge: ({ name, identityType, at, apiServer, network }) => {
    if (isUnknown(apiServer.privateDnsZone) && network.plugin !== 'kubenet')
      return undecided(`Which DNS zone ${name} uses is not known.`, apiServer.privateDnsZone);
    if (identityType === undefined)
      return {
        kind: 'undecided',
        message: `Which identity ${name} has is not known.`,
        missing: `identity.type of ${name}`,
        at,
      };
    return identityType.toLowerCase().includes('userassigned')
      ? HOLDS
      : {
          kind: 'fails',
          message: `${name} cannot be created: ${network.plugin === 'kubenet' ? 'kubenet with a route table of its own' : 'a DNS zone of its own'} needs a user-assigned identity.`,
          places: [{ at, what: `identity ${identityType}` }],
          evidence: [`identity.type: ${identityType}`],
        };
  },
});

export const CLUSTER_CHECKS: readonly Check[] = [
  networkPlugin,
  policiesIgnored,
  outboundPath,
  outboundType,
  nodePublicIp,
  rangesMissFirewall,
  publicApi,
  addressRoom,
  addressPlan,
  ipv6Egress,
  sharedSubnet,
  azurePolicy,
  meshIsNotPolicy,
  customZoneIdentity,
];

/** The addresses the internet sees a cluster's nodes come from: those of the firewall its default route leads to. */
function egressAddresses(
  context: CheckContext,
  placement: ClusterPlacement,
): readonly KnownAddress[] {
  const { network } = context;
  return placement.pools.flatMap(({ nodeSubnet }) => {
    const route = nodeSubnet.kind === 'found' ? goesThroughAppliance(nodeSubnet.target) : undefined;
    const hop = route?.nextHopAddresses[0];
    if (hop === undefined || nodeSubnet.kind !== 'found') return [];
    const from = { vnetKey: nodeSubnet.target.vnet.key };
    const owners = isUnknown(hop)
      ? hop.symbol === undefined
        ? []
        : findOwner(network, { kind: 'within', addresses: ALL_IPV4, symbol: hop.symbol }, from)
      : findOwner(network, { kind: 'exact', ip: hop }, from);
    const owner = owners.find((found) => found.owner.kind === 'firewall-private')?.owner;
    if (owner?.kind !== 'firewall-private' || owner.firewall.natGateway.kind !== 'none') return [];
    return owner.firewall.publicAddresses.map(({ address }) => address);
  });
}

/** May the subnet have a default route that the input does not show? */
function hasOpenRoutes(subnet: SubnetPlacement): boolean {
  const { routeTable } = subnet;
  if (routeTable.kind === 'dangling' || routeTable.kind === 'unknown') return true;
  if (routeTable.kind === 'none' || goesThroughAppliance(subnet) !== undefined) return false;
  const { isReference, routes } = routeTable.target;
  return (
    isReference === true ||
    routes.some((route) => isUnknown(route.destination) || isUnknown(route.nextHopType))
  );
}

/** Placements of real cluster resources. */
export function managed(context: CheckContext): readonly ClusterPlacement[] {
  return context.network.clusters.filter(
    ({ cluster }) => cluster !== undefined && cluster.isReference !== true,
  );
}

export function poolsOf(
  context: CheckContext,
): readonly (PoolPlacement & { readonly of: ClusterPlacement })[] {
  return managed(context).flatMap((of) => of.pools.map((pool) => ({ ...pool, of })));
}
