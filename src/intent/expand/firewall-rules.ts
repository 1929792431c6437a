import type { RequiredEgress } from '../../facts/index.ts';
import type { ClusterPlan, EgressPlan, IngressPlan, Plan } from '../plan.ts';
import { isWeb, type Target, WEB_PORTS } from '../target.ts';
import type { Collection, FirewallRule, Group } from './firewall-collections.ts';
import { firewallIp, hostIn, prefixText, publicAddress } from './ids.ts';
import { agwSubnet } from './networks.ts';
import { requiredBesideTag } from './required-egress.ts';

/** All rules of the firewall: what is published, what AKS needs, what the intents allow. */
export function firewallGroups(plan: Plan, required: readonly RequiredEgress[]): readonly Group[] {
  const clusters = plan.clusters.filter(({ outbound }) => outbound === 'userDefinedRouting');
  const groups: readonly Group[] = [
    { name: 'rcg-ingress', priority: 200, collections: ingressCollections(plan) },
    {
      name: 'rcg-platform',
      priority: 300,
      collections: clusters.flatMap((cluster, index) =>
        platformCollections(plan, cluster, index, required),
      ),
    },
    {
      name: 'rcg-workloads',
      priority: 400,
      collections: workloadCollections(plan, clusters),
    },
  ];
  return groups.filter(({ collections }) => collections.length > 0);
}

/** Whose addresses the firewall sees: of the nodes, or of pods that have addresses of the network (aks 2.1). */
function sourcesOf(cluster: ClusterPlan, isNodes: boolean): readonly string[] {
  const { nodes, pods } = cluster;
  if (pods === undefined || isNodes) return [prefixText(nodes)];
  return [prefixText(pods)];
}

function platformCollections(
  plan: Plan,
  cluster: ClusterPlan,
  index: number,
  required: readonly RequiredEgress[],
): readonly Collection[] {
  const at = plan.at(cluster.path);
  const both = cluster.pods === undefined ? [] : [prefixText(cluster.pods)];
  const sources = [prefixText(cluster.nodes), ...both];
  const aks: FirewallRule = {
    name: 'aks',
    at,
    description: 'Everything AKS needs by name; kept current by Microsoft',
    sources,
    protocols: [
      { type: 'Http', port: 80 },
      { type: 'Https', port: 443 },
    ],
    nameTags: ['AzureKubernetesService'],
  };
  const names = new Map<string, RequiredEgress[]>();
  for (const entry of requiredBesideTag(plan, cluster, required)) {
    const key = `${entry.protocol}:${entry.ports.join(',')}`;
    names.set(key, [...(names.get(key) ?? []), entry]);
  }
  const beside = [...names.values()].map((list): FirewallRule => {
    const [first] = list;
    const type = first?.protocol === 'HTTP' ? 'Http' : 'Https';
    return {
      name: `aks-${type.toLowerCase()}`,
      at,
      description: 'Names of add-ons and images that the tag does not surely hold',
      sources,
      protocols: (first?.ports ?? []).map((port) => ({ type, port })),
      names: [...new Set(list.flatMap(({ fqdn }) => fqdn ?? []))].sort(),
    };
  });
  const images: readonly FirewallRule[] =
    cluster.imagesFrom.length === 0
      ? []
      : [
          {
            name: 'images',
            at: plan.at([...cluster.path, 'imagesFrom']),
            description: 'Registries that nodes pull from',
            sources: [prefixText(cluster.nodes)],
            protocols: [{ type: 'Https', port: 443 }],
            names: cluster.imagesFrom,
          },
        ];
  return [
    {
      kind: 'application',
      name: `${cluster.name}-platform`,
      priority: 200 + index * 10,
      rules: [aks, ...beside, ...images],
    },
  ];
}

/** Web ports are filtered by name in application rules, everything else in network rules. */
function workloadCollections(plan: Plan, clusters: readonly ClusterPlan[]): readonly Collection[] {
  const rules = (kind: 'network' | 'application'): readonly FirewallRule[] =>
    plan.egress.flatMap((intent) => {
      const sources = [
        ...new Set(clusters.flatMap((one) => sourcesOf(one, intent.from === 'nodes'))),
      ];
      return rulesOf(plan, intent, sources, kind);
    });
  const network = [...rules('network'), ...betweenGatewayAndFronts(plan)];
  const application = rules('application');
  return [
    ...(network.length === 0
      ? []
      : [{ kind: 'network' as const, name: 'workloads-network', priority: 300, rules: network }]),
    ...(application.length === 0
      ? []
      : [
          {
            kind: 'application' as const,
            name: 'workloads-application',
            priority: 400,
            rules: application,
          },
        ]),
  ];
}

function rulesOf(
  plan: Plan,
  intent: EgressPlan,
  sources: readonly string[],
  kind: 'network' | 'application',
): readonly FirewallRule[] {
  const mine = intent.targets.filter((target) => isWeb(target) === (kind === 'application'));
  const at = plan.at(intent.path);
  const shapes = new Map<string, Target[]>();
  for (const target of mine) {
    const ports = target.ports.map(({ port, protocol }) => `${port}/${protocol}`).join(',');
    const key = `${target.kind === 'name' ? 'name' : 'address'} ${ports}`;
    shapes.set(key, [...(shapes.get(key) ?? []), target]);
  }
  return [...shapes.values()].map((list, index): FirewallRule => {
    const [first] = list;
    const ports = first?.ports ?? [];
    const names = list.flatMap((target) => (target.kind === 'name' ? [target.name] : []));
    const addresses = list.flatMap((target) =>
      target.kind === 'range' ? [target.prefix] : target.kind === 'tag' ? [target.tag] : [],
    );
    const base = {
      name: index === 0 ? intent.name : `${intent.name}-${index + 1}`,
      at,
      description: intent.text,
      sources,
    };
    if (kind === 'application') {
      const protocols = ports.map(({ port }) => ({
        type: WEB_PORTS[port] ?? 'Https',
        port: Number(port),
      }));
      return { ...base, protocols, names };
    }
    return {
      ...base,
      protocols: [...new Set(ports.map(({ protocol }) => protocol))],
      ports: ports.map(({ port }) => port),
      ...(names.length > 0 ? { names } : { addresses }),
    };
  });
}

/** The gateway calls its backends through the firewall (azure-networking 10.4). */
function betweenGatewayAndFronts(plan: Plan): readonly FirewallRule[] {
  const gateway = agwSubnet(plan);
  if (gateway === undefined) return [];
  return plan.ingress
    .filter(({ via }) => via === 'waf-then-firewall')
    .map((ingress) => ({
      name: ingress.written.name,
      at: plan.at(ingress.path),
      description: 'From the gateway, after the WAF',
      sources: [prefixText(gateway)],
      protocols: ['TCP'],
      addresses: [ingress.address],
      ports: [ingress.port.port],
    }));
}

function ingressCollections(plan: Plan): readonly Collection[] {
  const rules = plan.ingress.flatMap((ingress): readonly FirewallRule[] => {
    const target = translation(plan, ingress);
    if (target === undefined) return [];
    const at = plan.at(ingress.path);
    return [
      {
        name: ingress.written.name,
        at,
        description: `To ${ingress.written.to.namespace}/${ingress.service}`,
        sources: ingress.written.from ?? [],
        protocols: [ingress.port.protocol],
        addresses: [publicAddress(plan, firewallIp(ingress.publicIp), at)],
        ports: [String(ingress.publicPort)],
        translatedAddress: target.address,
        translatedPort: target.port,
      },
    ];
  });
  return rules.length === 0 ? [] : [{ kind: 'dnat', name: 'published', priority: 100, rules }];
}

/** DNAT leads to the internal front end and the port of the Service, or to the private front end of the gateway. */
function translation(
  plan: Plan,
  ingress: IngressPlan,
): { readonly address: string; readonly port: string } | undefined {
  if (ingress.via === 'firewall') return { address: ingress.address, port: ingress.port.port };
  const gateway = agwSubnet(plan);
  if (ingress.via !== 'firewall-then-waf' || gateway === undefined) return undefined;
  return { address: privateFrontEnd(gateway), port: String(ingress.publicPort) };
}

/** Instances take addresses from the start of the subnet; the front end stands apart from them. */
export function privateFrontEnd(gateway: Parameters<typeof hostIn>[0]): string {
  return hostIn(gateway, 250);
}
