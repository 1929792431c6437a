import { describe, expect, it } from 'vitest';
import { formatAddressSet } from '../../src/net/index.ts';
import type { Network } from '../../src/network/index.ts';
import {
  deliverToGateway,
  type GatewayDelivery,
} from '../../src/semantics/application-gateway/concrete.ts';
import {
  canReachPods,
  flowToPod,
  ingressRoutes,
} from '../../src/semantics/application-gateway/ingress.ts';
import {
  gatewayRequirements,
  isolationOf,
  type Requirement,
} from '../../src/semantics/application-gateway/requirements.ts';
import { wafInForce } from '../../src/semantics/application-gateway/waf.ts';
import { selectRoute } from '../../src/semantics/routes/concrete.ts';
import {
  address,
  cluster,
  flow,
  id,
  keyOf,
  name,
  networkOf,
  ref,
  resource,
  routeTable,
  subnetId,
  subnetKey,
  vnet,
} from './aks-fixture.ts';

type Json = Record<string, unknown>;

// The addresses of the architecture guide: gateway subnet 192.168.200.0/24, server 192.168.1.4, client 203.0.113.50.
const GATEWAY = keyOf('Microsoft.Network/applicationGateways', 'agw');
const BASE = id('Microsoft.Network/applicationGateways', 'agw');
const FRONTEND = `${GATEWAY}/frontendipconfigurations/public`;
const WAF_TYPE = 'Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies';
const part = (kind: string, item: string) => ({ id: `${BASE}/${kind}/${item}` });

function gateway(
  properties: Json = {},
  rest: Json = {},
  listener: Json = {},
  rule: Json = {},
): Json {
  const named = (kind: string, item: string, content: Json) => ({
    ...part(kind, item),
    name: item,
    properties: content,
  });
  return resource(
    'Microsoft.Network/applicationGateways',
    'agw',
    {
      sku: { name: 'WAF_v2', tier: 'WAF_v2' },
      gatewayIPConfigurations: [
        named('gatewayIPConfigurations', 'ip', { subnet: { id: subnetId('net', 'gateway') } }),
      ],
      frontendIPConfigurations: [
        named('frontendIPConfigurations', 'public', {
          publicIPAddress: ref('Microsoft.Network/publicIPAddresses', 'pip-agw'),
        }),
      ],
      frontendPorts: [named('frontendPorts', 'p443', { port: 443 })],
      backendAddressPools: [
        named('backendAddressPools', 'pool', { backendAddresses: [{ ipAddress: '192.168.1.4' }] }),
      ],
      backendHttpSettingsCollection: [
        named('backendHttpSettingsCollection', 'http', { port: 8080, protocol: 'Http' }),
      ],
      httpListeners: [
        named('httpListeners', 'web', {
          frontendIPConfiguration: part('frontendIPConfigurations', 'public'),
          frontendPort: part('frontendPorts', 'p443'),
          protocol: 'Https',
          ...listener,
        }),
      ],
      requestRoutingRules: [
        named('requestRoutingRules', 'rule', {
          ruleType: 'Basic',
          priority: 10,
          httpListener: part('httpListeners', 'web'),
          backendAddressPool: part('backendAddressPools', 'pool'),
          backendHttpSettings: part('backendHttpSettingsCollection', 'http'),
          ...rule,
        }),
      ],
      ...properties,
    },
    rest,
  );
}

interface Setup {
  readonly subnet?: Json;
  readonly gateway?: Json;
  readonly rest?: Json[];
  readonly objects?: Json[];
}

function perimeter({ subnet = {}, gateway: own = gateway(), rest = [], objects = [] }: Setup = {}) {
  return networkOf(
    [
      vnet('net', '192.168.0.0/16', {
        gateway: { addressPrefix: '192.168.200.0/24', ...subnet },
        workload: { addressPrefix: '192.168.1.0/24' },
      }),
      own,
      ...rest,
    ],
    objects,
  );
}

const gatewayOf = (network: Network) => network.perimeter.applicationGateways.get(GATEWAY)!;

function request(network: Network, port = 443): GatewayDelivery {
  const arriving = flow('203.0.113.50', '20.2.2.2', port, {
    application: { kind: 'https', serverName: name('shop.example.com'), path: '/' },
  });
  return deliverToGateway(network, gatewayOf(network), FRONTEND, arriving);
}

describe('a request to an Application Gateway', () => {
  it('AZS-66: becomes a new connection from the gateway subnet, with the client in X-Forwarded-For', () => {
    const delivery = request(perimeter());
    expect(delivery.kind).toBe('proxied');
    if (delivery.kind !== 'proxied') return;
    const connection = delivery.flows[0]!;
    expect(connection.flow.destination).toMatchObject(address('192.168.1.4'));
    expect(connection.flow.destinationPort).toBe(8080);
    const { source } = connection.flow;
    expect(source.kind === 'within' && formatAddressSet(source.addresses)).toBe('192.168.200.0/24');
    expect(connection.forwardedFor).toMatchObject(address('203.0.113.50'));
    expect(connection.flow.application.kind).toBe('http');
  });

  it('AZS-81: behind a firewall the client in X-Forwarded-For is a firewall instance', () => {
    const network = perimeter();
    const translated = flow('192.168.100.7', '192.168.200.4', 443);
    const delivery = deliverToGateway(network, gatewayOf(network), FRONTEND, translated);
    expect(delivery.kind === 'proxied' && delivery.flows[0]?.forwardedFor).toMatchObject(
      address('192.168.100.7'),
    );
  });

  it('finds no listener on another port', () => {
    expect(request(perimeter(), 80).kind).toBe('no-listener');
  });

  it('AZS-80: the server’s answer to the gateway follows the network’s own route, not 0/0 to the firewall', () => {
    const routed = { routeTable: ref('Microsoft.Network/routeTables', 'rt') };
    const network = networkOf([
      vnet('net', '192.168.0.0/16', {
        AzureFirewallSubnet: { addressPrefix: '192.168.100.0/26' },
        gateway: { addressPrefix: '192.168.200.0/24' },
        workload: { addressPrefix: '192.168.1.0/24', ...routed },
      }),
      routeTable('rt', { '0.0.0.0/0': '192.168.100.4' }),
      gateway(),
    ]);
    const delivery = request(network);
    if (delivery.kind !== 'proxied') throw new Error('expected a backend connection');
    const client = delivery.flows[0]!.flow.source;
    const back = selectRoute(network, subnetKey('net', 'workload'), client);
    expect(back.kind === 'route' && back.route.nextHopType).toBe('VnetLocal');
    const out = selectRoute(network, subnetKey('net', 'workload'), address('1.1.1.1'));
    expect(out.kind === 'route' && out.route.nextHopType).toBe('VirtualAppliance');
  });
});

describe('the WAF in force', () => {
  const policy = (policyName: string, settings: Json) =>
    resource(WAF_TYPE, policyName, {
      policySettings: settings,
      managedRules: { managedRuleSets: [] },
    });

  function wafOf(own: Json, rest: Json[] = []) {
    const network = perimeter({ gateway: own, rest });
    const agw = gatewayOf(network);
    return wafInForce(network, agw, agw.listeners[0], agw.routes[0]);
  }

  it('AZS-68: the listener’s policy replaces the gateway’s', () => {
    const policies = [
      policy('strict', { state: 'Enabled', mode: 'Prevention' }),
      policy('lax', { state: 'Enabled', mode: 'Detection' }),
    ];
    const own = { firewallPolicy: ref(WAF_TYPE, 'strict') };
    expect(wafOf(gateway(own), policies).kind).toBe('prevention');
    const listener = { firewallPolicy: ref(WAF_TYPE, 'lax') };
    expect(wafOf(gateway(own, {}, listener), policies).kind).toBe('detection');
  });

  it('AZS-69: a disabled policy does nothing, one that is not in the input is undecided', () => {
    const own = gateway({ firewallPolicy: ref(WAF_TYPE, 'p') });
    expect(wafOf(own, [policy('p', { state: 'Disabled', mode: 'Prevention' })]).kind).toBe(
      'disabled',
    );
    expect(wafOf(own).kind).toBe('unknown');
  });

  it('AZS-69: configuration inside the gateway counts when there is no policy', () => {
    const inline = (settings: Json) =>
      gateway({
        webApplicationFirewallConfiguration: {
          ruleSetType: 'OWASP',
          ruleSetVersion: '3.2',
          ...settings,
        },
      });
    expect(wafOf(inline({ enabled: true, firewallMode: 'Prevention' })).kind).toBe('prevention');
    expect(wafOf(inline({ enabled: true, firewallMode: 'Detection' })).kind).toBe('detection');
    expect(wafOf(inline({ enabled: false, firewallMode: 'Prevention' })).kind).toBe('disabled');
    expect(wafOf(gateway()).kind).toBe('none');
  });
});

describe('what the gateway subnet must offer', () => {
  const rule = (
    ruleName: string,
    priority: number,
    access: string,
    source: string,
    ports: string,
    direction = 'Inbound',
  ): Json => ({
    name: ruleName,
    properties: {
      priority,
      direction,
      access,
      protocol: '*',
      sourceAddressPrefix: source,
      sourcePortRange: '*',
      destinationAddressPrefix: '*',
      destinationPortRange: ports,
    },
  });
  const group = (...securityRules: Json[]) =>
    resource('Microsoft.Network/networkSecurityGroups', 'nsg', { securityRules });
  const guarded = { networkSecurityGroup: ref('Microsoft.Network/networkSecurityGroups', 'nsg') };
  const routed = { routeTable: ref('Microsoft.Network/routeTables', 'rt') };
  const delegated = {
    delegations: [
      { name: 'd', properties: { serviceName: 'Microsoft.Network/applicationGateways' } },
    ],
  };
  const tagged = gateway({}, { tags: { EnhancedNetworkControl: 'True' } });

  function holds(which: Requirement['id'], setup: Setup) {
    const network = perimeter(setup);
    return gatewayRequirements(network, gatewayOf(network)).find((each) => each.id === which)?.holds
      .kind;
  }

  const MANAGER = rule('manager', 110, 'Allow', 'GatewayManager', '65200-65535');
  const DENY = rule('deny', 1000, 'Deny', '*', '*');
  const PROBES = rule('probes', 120, 'Allow', 'AzureLoadBalancer', '*');

  it('AZS-60: the control plane’s ports, by a rule or for lack of an NSG', () => {
    const check = (...rules: Json[]) =>
      holds('gateway-manager', { subnet: guarded, rest: [group(...rules)] });
    expect(holds('gateway-manager', {})).toBe('yes');
    expect(check(MANAGER, DENY)).toBe('yes');
    expect(check(DENY)).toBe('no');
    expect(check(rule('deny', 100, 'Deny', '*', '*'), MANAGER)).toBe('no');
    expect(check(rule('v1', 110, 'Allow', 'GatewayManager', '65503-65534'), DENY)).toBe('no');
    // Nothing written: the default rules deny what is neither network nor probe.
    expect(check()).toBe('no');
  });

  it('AZS-61: probes pass by the default rule unless a deny comes first', () => {
    const check = (...rules: Json[]) =>
      holds('load-balancer-probes', { subnet: guarded, rest: [group(...rules)] });
    expect(check(MANAGER)).toBe('yes');
    expect(check(MANAGER, DENY)).toBe('no');
    expect(check(MANAGER, PROBES, DENY)).toBe('yes');
  });

  it('AZS-62: outbound to the Internet must not be denied', () => {
    const check = (...rules: Json[]) =>
      holds('outbound-internet', { subnet: guarded, rest: [group(...rules)] });
    expect(check()).toBe('yes');
    expect(check(rule('deny', 1000, 'Deny', '*', '*', 'Outbound'))).toBe('no');
  });

  it.each([
    ['10.0.0.4', '0.0.0.0/0', 'no'],
    ['Internet', '0.0.0.0/0', 'yes'],
    ['None', '0.0.0.0/0', 'no'],
    ['10.0.0.4', '192.168.1.0/24', 'yes'],
  ])('AZS-63: next hop %s for %s is legal: %s', (hop, prefix, legal) => {
    const rest = [routeTable('rt', { [prefix]: hop })];
    expect(holds('default-route', { subnet: routed, rest })).toBe(legal);
  });

  it('AZS-64: network isolation lifts them, and half of its marks leaves them undecided', () => {
    const rest = [routeTable('rt', { '0.0.0.0/0': '10.0.0.4' })];
    const whole = { subnet: { ...routed, ...delegated }, gateway: tagged, rest };
    expect(holds('default-route', whole)).toBe('yes');
    expect(holds('default-route', { subnet: { ...routed, ...delegated }, rest })).toBe('unknown');
    expect(holds('default-route', { subnet: routed, gateway: tagged, rest })).toBe('unknown');
    const network = perimeter(whole);
    expect(isolationOf(network, gatewayOf(network))).toBe('isolated');
  });

  it('AZS-64: probes are asked for even then', () => {
    const rest = [group(DENY)];
    const setup = { subnet: { ...guarded, ...delegated }, gateway: tagged, rest };
    expect(holds('load-balancer-probes', setup)).toBe('no');
    expect(holds('gateway-manager', setup)).toBe('yes');
  });

  it('AZS-65: nothing but gateways in the subnet', () => {
    expect(holds('dedicated-subnet', {})).toBe('yes');
    const pools = cluster('aks', {}, { vnetSubnetID: subnetId('net', 'gateway') });
    expect(holds('dedicated-subnet', { rest: [pools] })).toBe('no');
  });
});

describe('the ingress controller of the gateway', () => {
  const pod = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            { name: 'web', image: 'web', ports: [{ name: 'http', containerPort: 8080 }] },
          ],
        },
      },
    },
  };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] },
  };
  const ingress = (spec: Json, annotations: Record<string, string> = {}) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'shop', namespace: 'shop', annotations },
    spec: {
      ...spec,
      rules: [
        {
          host: 'shop.example.com',
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name: 'web', port: { number: 80 } } },
              },
            ],
          },
        },
      ],
    },
  });
  const aks = (profile: Json = {}) =>
    cluster(
      'aks',
      { networkProfile: { networkPlugin: 'azure', ...profile } },
      { vnetSubnetID: subnetId('net', 'workload') },
    );
  const routes = (object: Json, profile?: Json) => {
    const network = perimeter({ rest: [aks(profile)], objects: [pod, service, object] });
    return { network, routes: ingressRoutes(network) };
  };

  it('AZS-72: takes its class and its annotation, and no other', () => {
    expect(routes(ingress({ ingressClassName: 'azure-application-gateway' })).routes).toHaveLength(
      1,
    );
    const annotation = { 'kubernetes.io/ingress.class': 'azure/application-gateway' };
    expect(routes(ingress({}, annotation)).routes).toHaveLength(1);
    expect(routes(ingress({ ingressClassName: 'nginx' })).routes).toHaveLength(0);
    expect(routes(ingress({})).routes).toHaveLength(0);
  });

  it('AZS-72: sends to the pod at its container port, past the Service', () => {
    const found = routes(ingress({ ingressClassName: 'azure-application-gateway' }));
    const route = found.routes[0]!;
    expect(route.host).toBe('shop.example.com');
    const { network } = found;
    const sent = flowToPod(network, gatewayOf(network), network.clusters[0]!, route.targets[0]!);
    expect(sent?.destinationPort).toBe(8080);
    expect(
      sent?.destination.kind === 'within' && formatAddressSet(sent.destination.addresses),
    ).toBe('192.168.1.0/24');
  });

  it('AZS-73: flat pod addresses are reachable, kubenet only with the nodes’ route table', () => {
    const match = (profile: Json) => {
      const network = perimeter({ rest: [aks(profile)] });
      return canReachPods(network, gatewayOf(network), network.clusters[0]!).match.kind;
    };
    expect(match({})).toBe('yes');
    expect(match({ networkPluginMode: 'overlay' })).toBe('unknown');
    expect(match({ networkPlugin: 'kubenet' })).toBe('no');
  });
});
