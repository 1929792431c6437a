import type { Place } from '../../diagnostics/index.ts';
import type { AzureResource } from '../../model/index.ts';
import type { DraftObject } from '../draft.ts';
import type { ClusterPlan, IngressPlan, Plan, SpokePlan } from '../plan.ts';
import { azureResource, NETWORK_API } from './azure-resource.ts';
import { prefixText } from './ids.ts';
import { agwSubnet } from './networks.ts';

/** Security groups of nodes, API server, gateway and private endpoints, as aks 8.5 sets them out. */
export function securityGroups(plan: Plan): readonly AzureResource[] {
  return [
    ...plan.clusters.flatMap((cluster) => [
      group(plan, cluster.name, plan.at(cluster.path), nodeRules(plan, cluster)),
      ...(cluster.api === undefined
        ? []
        : [group(plan, `${cluster.name}-api`, plan.at(cluster.path), apiRules(cluster))]),
    ]),
    ...gatewayGroup(plan),
    ...plan.spokes.flatMap((spoke) => endpointGroup(plan, spoke)),
  ];
}

interface Rule {
  readonly name: string;
  readonly priority: number;
  readonly access?: 'Deny';
  readonly direction?: 'Outbound';
  readonly protocol: '*' | 'Tcp' | 'Udp';
  readonly from: string | readonly string[];
  readonly to: string;
  readonly port: string | readonly string[];
  readonly at?: Place;
  readonly description?: string;
}

const DENY: Rule = {
  name: 'deny-the-rest',
  priority: 4096,
  access: 'Deny',
  protocol: '*',
  from: '*',
  to: '*',
  port: '*',
};
const PROBES: Rule = {
  name: 'allow-probes',
  priority: 4000,
  protocol: '*',
  from: 'AzureLoadBalancer',
  to: '*',
  port: '*',
};

function nodeRules(plan: Plan, cluster: ClusterPlan): readonly Rule[] {
  const nodes = prefixText(cluster.nodes);
  const pods = cluster.podRange ?? (cluster.pods === undefined ? nodes : prefixText(cluster.pods));
  const published = plan.ingress.filter((ingress) => ingress.cluster === cluster);
  const between: readonly Rule[] = [
    inside('allow-nodes', 200, nodes, nodes),
    ...(pods === nodes
      ? []
      : [
          inside('allow-nodes-to-pods', 201, nodes, pods),
          inside('allow-pods', 202, pods, pods),
          // Pods of a subnet keep their address on the way to nodes; in an overlay they have the node's.
          ...(cluster.pods === undefined ? [] : [inside('allow-pods-to-nodes', 203, pods, nodes)]),
        ]),
    ...(cluster.api === undefined
      ? []
      : [
          inside('allow-api-server', 210, prefixText(cluster.api), nodes),
          ...(pods === nodes
            ? []
            : [inside('allow-api-server-to-pods', 211, prefixText(cluster.api), pods)]),
        ]),
  ];
  const bastion = plan.hub.subnets.get('AzureBastionSubnet');
  return [
    ...published.flatMap((ingress, index) => publishedRule(plan, ingress, 100 + index)),
    ...between,
    ...(bastion === undefined
      ? []
      : [
          {
            name: 'allow-bastion',
            priority: 220,
            protocol: 'Tcp' as const,
            from: prefixText(bastion),
            to: nodes,
            port: '22',
          },
        ]),
    ...(cluster.outbound === 'none' && pods !== nodes ? outboundWithin(nodes, pods) : []),
    PROBES,
    DENY,
  ];
}

/** Without a default route the tag VirtualNetwork holds no pods of an overlay, and the last default rule denies them. */
function outboundWithin(nodes: string, pods: string): readonly Rule[] {
  return [
    { ...inside('allow-nodes-to-pods-out', 100, nodes, pods), direction: 'Outbound' },
    { ...inside('allow-pods-out', 101, pods, pods), direction: 'Outbound' },
  ];
}

/** With a floating address the front end stays the destination that the group of the nodes sees (aks 8.2). */
function publishedRule(plan: Plan, ingress: IngressPlan, priority: number): readonly Rule[] {
  const from = callersOf(plan, ingress);
  if (from.length === 0) return [];
  return [
    {
      name: `allow-${ingress.written.name}`,
      priority,
      protocol: ingress.port.protocol === 'UDP' ? 'Udp' : 'Tcp',
      from,
      to: ingress.address,
      port: ingress.port.port,
      at: plan.at(ingress.path),
      description: `Published by ingress ${ingress.written.name}`,
    },
  ];
}

/** Who the internal front end sees: the firewall's instances after DNAT, the gateway's after a WAF, or the clients. */
export function callersOf(plan: Plan, ingress: IngressPlan): readonly string[] {
  const firewall = plan.hub.subnets.get('AzureFirewallSubnet');
  const gateway = agwSubnet(plan);
  switch (ingress.via) {
    case 'firewall':
      return firewall === undefined ? [] : [prefixText(firewall)];
    case 'private':
      return ingress.written.from ?? plan.hub.gateway?.onPremises ?? [];
    default:
      return gateway === undefined ? [] : [prefixText(gateway)];
  }
}

function inside(name: string, priority: number, from: string, to: string): Rule {
  return { name, priority, protocol: '*', from, to, port: '*' };
}

function apiRules(cluster: ClusterPlan): readonly Rule[] {
  if (cluster.api === undefined) return [];
  const api = prefixText(cluster.api);
  const callers = [
    prefixText(cluster.nodes),
    ...(cluster.pods === undefined ? [] : [prefixText(cluster.pods)]),
  ];
  return [
    {
      name: 'allow-cluster',
      priority: 100,
      protocol: 'Tcp',
      from: callers,
      to: api,
      port: ['443', '4443'],
    },
    { ...PROBES, priority: 110, protocol: 'Tcp', to: api, port: '9988' },
    DENY,
  ];
}

function gatewayGroup(plan: Plan): readonly AzureResource[] {
  const subnet = agwSubnet(plan);
  if (subnet === undefined) return [];
  const prefix = prefixText(subnet);
  const firewall = plan.hub.subnets.get('AzureFirewallSubnet');
  const listening = plan.ingress.filter(({ via }) => via.includes('waf'));
  const rules = listening.map((ingress, index): Rule => {
    const clients =
      ingress.via === 'firewall-then-waf' && firewall !== undefined
        ? [prefixText(firewall)]
        : (ingress.written.from ?? ['Internet']);
    return {
      name: `allow-${ingress.written.name}`,
      priority: 200 + index,
      protocol: 'Tcp',
      from: clients,
      to: prefix,
      port: String(ingress.publicPort),
      at: plan.at(ingress.path),
    };
  });
  const manager: Rule = {
    name: 'allow-gateway-manager',
    priority: 100,
    protocol: 'Tcp',
    from: 'GatewayManager',
    to: '*',
    port: '65200-65535',
  };
  const all = [manager, { ...PROBES, priority: 110 }, ...rules, DENY];
  return [group(plan, 'agw', plan.at(['ingress']), all)];
}

/** The port of each kind of service. */
export const ENDPOINT_PORTS = {
  registry: '443',
  keyVault: '443',
  blob: '443',
  file: '445',
  sql: '1433',
  postgres: '5432',
  serviceBus: '5671',
} as const;

function endpointGroup(plan: Plan, spoke: SpokePlan): readonly AzureResource[] {
  const here = plan.endpoints.filter((endpoint) => endpoint.spoke === spoke);
  const [first] = here;
  if (first === undefined) return [];
  const callers = plan.clusters.flatMap(({ nodes, pods }) => [
    prefixText(nodes),
    ...(pods === undefined ? [] : [prefixText(pods)]),
  ]);
  const ports = [...new Set(here.map(({ written }) => ENDPOINT_PORTS[written.for]))].sort();
  const rule: Rule = {
    name: 'allow-clusters',
    priority: 100,
    protocol: 'Tcp',
    from: callers,
    to: prefixText(first.subnet),
    port: ports,
  };
  return [group(plan, `${spoke.part}-pep`, plan.at(['privateEndpoints']), [rule, PROBES, DENY])];
}

function group(plan: Plan, part: string, at: Place, rules: readonly Rule[]): AzureResource {
  return azureResource(plan, {
    type: 'Microsoft.Network/networkSecurityGroups',
    names: [plan.names.of('nsg', part)],
    api: NETWORK_API,
    at,
    body: { properties: { securityRules: rules.map(ruleDraft) } },
  });
}

function ruleDraft(rule: Rule): DraftObject {
  const { name, priority, access = 'Allow', direction = 'Inbound' } = rule;
  const { protocol, from, to, port, description } = rule;
  return {
    name,
    properties: {
      priority,
      direction,
      access,
      protocol,
      sourcePortRange: '*',
      ...oneOrMany('sourceAddressPrefix', 'sourceAddressPrefixes', from),
      destinationAddressPrefix: to,
      ...oneOrMany('destinationPortRange', 'destinationPortRanges', port),
      description,
    },
  };
}

function oneOrMany(one: string, many: string, list: string | readonly string[]): DraftObject {
  if (typeof list === 'string') return { [one]: list };
  return list.length === 1 ? { [one]: list[0] } : { [many]: list };
}
