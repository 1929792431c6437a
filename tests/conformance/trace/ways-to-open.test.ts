import { describe, expect, it } from 'vitest';
import { cluster, publicIp, routeTable, subnetId } from '../aks-fixture.ts';
import {
  deployment,
  expectWalk,
  firewallWith,
  type Json,
  networkOf,
  nsg,
  nsgOf,
  policy,
  type Rules,
  type SecurityRuleWords,
  service,
  tableOf,
  traceOf,
  vnet,
} from './build.ts';

// What a trace proposes after a denial: the allow that was passed over by one dimension, and the smallest change. Each
// change that can be applied here is applied and traced again.

interface Shape {
  readonly rules?: Rules;
  readonly inbound?: readonly SecurityRuleWords[];
  readonly nodeRoutes?: Record<string, string>;
  readonly vmRoutes?: Record<string, string>;
  readonly isPolicyOn?: boolean;
  readonly objects?: readonly Json[];
}

function perimeter(shape: Shape) {
  const { rules = {}, inbound = [], nodeRoutes = { '0.0.0.0/0': '10.200.0.4' } } = shape;
  return networkOf(
    [
      vnet('net', '10.200.0.0/16', {
        AzureFirewallSubnet: { addressPrefix: '10.200.0.0/26' },
        nodes: {
          addressPrefix: '10.200.4.0/22',
          defaultOutboundAccess: false,
          ...tableOf('rt'),
        },
        vms: { addressPrefix: '10.200.8.0/24', ...tableOf('rt-vms'), ...nsgOf('nsg-vms') },
      }),
      routeTable('rt', nodeRoutes),
      routeTable('rt-vms', shape.vmRoutes ?? {}),
      nsg('nsg-vms', inbound),
      publicIp('pip-fw', '203.0.113.10'),
      firewallWith(
        'fw',
        { id: subnetId('net', 'AzureFirewallSubnet') },
        '10.200.0.4',
        ['pip-fw'],
        rules,
      ),
      cluster(
        'aks',
        {
          networkProfile: {
            networkPlugin: 'azure',
            networkPluginMode: 'overlay',
            networkPolicy: 'calico',
            outboundType: 'userDefinedRouting',
          },
        },
        { vnetSubnetID: subnetId('net', 'nodes') },
      ),
    ],
    [
      deployment('web'),
      ...(shape.isPolicyOn === true
        ? [policy('deny', { podSelector: {}, policyTypes: ['Egress'] })]
        : []),
      ...(shape.objects ?? []),
    ],
  );
}

const ways = (shape: Shape, to: string, from = 'node') =>
  traceOf(perimeter(shape), from, to).wouldOpen;
const opens = (shape: Shape, to: string, from = 'node') =>
  expectWalk(perimeter(shape), from, to, { answer: 'allowed' });

describe('at the firewall', () => {
  it('the nearest network rule, and in what alone it does not fit', () => {
    const rules = (ports: string): Rules => ({
      network: [
        ['10.99.0.0/16', '20.1.2.3', '443'],
        ['10.200.4.0/22', '20.1.2.3', ports],
      ],
    });
    expect(ways({ rules: rules('443') }, '20.1.2.3:5432')).toEqual([
      'nearest allow: net/net1, all fits but its ports',
      'add port 5432 to the ports of net/net1; or a network rule on fw: TCP 5432 from 10.200.4.0/22 to 20.1.2.3',
    ]);
    opens({ rules: rules('443,5432') }, '20.1.2.3:5432');
  });

  it('the nearest application rule, by name', () => {
    const rules = (names: string): Rules => ({
      application: [['10.200.4.0/22', names, 'Https:443']],
    });
    expect(ways({ rules: rules('a.example.com') }, 'b.example.com:443')).toEqual([
      'nearest allow: app/app0, all fits but its names',
      'add b.example.com to the names of app/app0; or an application rule on fw: https:443 from 10.200.4.0/22 to b.example.com',
    ]);
    opens({ rules: rules('a.example.com,b.example.com') }, 'b.example.com:443');
  });

  it('a rule that denies is named, not the default', () => {
    const said = ways({ rules: { networkDeny: [['*', '20.1.0.0/16', '*']] } }, '20.1.2.3:443');
    expect(said[0]).toBe('deny/deny0 denies: narrow it, or put an allow before it');
  });

  it('two dimensions off is not near', () => {
    const rules: Rules = { network: [['10.200.4.0/22', '20.9.9.9', '443']] };
    expect(ways({ rules }, '20.1.2.3:5432')).toEqual([
      'no rule matches; a network rule on fw: TCP 5432 from 10.200.4.0/22 to 20.1.2.3',
    ]);
  });

  it('AFW-45: a request by address names no host: a network rule, or the name', () => {
    const said = ways({ rules: { application: [['*', '*', 'Https:443']] } }, '20.1.2.3:443').join();
    expect(said).toContain('names no host');
    expect(said).toContain('a network rule on fw: TCP 443 from 10.200.4.0/22 to 20.1.2.3');
  });
});

describe('at other boxes', () => {
  const DENY: SecurityRuleWords = ['In', 200, 'Deny', '*', '*', '*'];

  it('a security group: the nearest allow of that direction, and a rule before the one that denied', () => {
    const allow = (port: string): SecurityRuleWords => [
      'In',
      100,
      'Allow',
      '10.200.4.0/22',
      '*',
      port,
    ];
    const base = { nodeRoutes: {} };
    expect(ways({ ...base, inbound: [allow('443'), DENY] }, '10.200.8.9:5432')).toEqual([
      'nearest allow: Allow100, all fits but its ports',
      'add port 5432 to the ports of Allow100; or an inbound rule before Deny200 in nsg-vms: allow TCP 5432 from 10.200.4.0/22 to 10.200.8.9',
    ]);
    opens({ ...base, inbound: [allow('5432'), DENY] }, '10.200.8.9:5432');
  });

  it('a network policy: which one covers the pod, and the rule that is missing', () => {
    expect(ways({ isPolicyOn: true }, '20.1.2.3:443', 'deploy:web')).toEqual([
      'NetworkPolicy shop/deny covers shop/web and no egress rule admits the flow',
      'an egress rule in it, or in another policy of shop/web: TCP 443 to 20.1.2.3',
    ]);
  });

  it('K8P-81: a Service without the port: one that it has, or this one more', () => {
    const inner = service('web', { clusterIP: '10.100.0.20' });
    expect(ways({ objects: [inner] }, '10.100.0.20:22', 'deploy:web')).toEqual([
      'call a port that the Service has, or add this one to it: Service shop/web has no such port',
    ]);
    const ports = [{ port: 80, targetPort: 'metrics' }];
    const lost = service('web', { clusterIP: '10.100.0.20', ports });
    expect(ways({ objects: [lost] }, 'service:shop/web:80', 'deploy:web')).toEqual([
      'declare the port in the pod, or let the Service name one that it has: shop/web declares no tcp port `metrics`, which Service shop/web sends to',
    ]);
  });

  it('AZS-07: no outbound method: a NAT gateway, or a firewall', () => {
    const said = ways({ nodeRoutes: {} }, '20.1.2.3:443').join();
    expect(said).toContain('a NAT gateway, or a route 0.0.0.0/0 to a firewall');
  });

  it('a route to nowhere is named', () => {
    const said = ways({ nodeRoutes: { '20.0.0.0/8': 'None' } }, '20.1.2.3:443').join();
    expect(said).toContain('give nodes a route to 20.1.2.3 (now: route r0 20.0.0.0/8)');
  });
});

describe('for an answer that gets lost', () => {
  const rules: Rules = { network: [['10.200.0.0/16', '10.200.0.0/16', '*']] };
  const TO = '10.200.8.9:5432';

  it('AFW-E06: the route that is missing on the way back, or none on the way there', () => {
    const shape = { rules, nodeRoutes: { '10.200.8.0/24': '10.200.0.4' } };
    const said = ways(shape, TO);
    expect(said[0]).toBe('a route in vms that leads the answer to fw too');
    expect(said[1]).toContain('without route r0 10.200.8.0/24');
    opens({ ...shape, vmRoutes: { '10.200.4.0/22': '10.200.0.4' } }, TO);
    opens({ ...shape, nodeRoutes: {} }, TO);
  });

  it('AFW-E06: the same, where only the answer meets the firewall', () => {
    const shape = { rules, nodeRoutes: {}, vmRoutes: { '10.200.4.0/22': '10.200.0.4' } };
    expect(ways(shape, TO)[0]).toBe('a route in nodes that leads the request to fw too');
    opens({ ...shape, nodeRoutes: { '10.200.8.0/24': '10.200.0.4' } }, TO);
  });
});
