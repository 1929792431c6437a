import { describe, expect, it } from 'vitest';
import type { NetworkSecurityGroup } from '../../src/model/index.ts';
import type { Network } from '../../src/network/index.ts';
import type { Flow } from '../../src/semantics/flow.ts';
import {
  type Direction,
  evaluateNsg,
  evaluateSubnetNsg,
  everyLevel,
  type NsgOptions,
  virtualNetworkTag,
} from '../../src/semantics/nsg/concrete.ts';
import { coveredRules } from '../../src/semantics/nsg/covered-rules.ts';
import type { Verdict } from '../../src/semantics/verdict.ts';
import {
  connection,
  flow,
  localGateway,
  networkInterface,
  networkOf,
  nsg,
  type PerimeterWords,
  peering,
  type RouteWords,
  type RuleWords,
  ref,
  routeTable,
  unknown,
  vnet,
  vpnGateway,
} from './network-fixture.ts';

const SUBNET = 'spoke/subnets/nodes';

function perimeter(more: PerimeterWords & { readonly access?: boolean } = {}): Network {
  return networkOf({
    vnets: [
      vnet('hub', {
        space: ['10.200.0.0/24'],
        subnets: { GatewaySubnet: '10.200.0.64/27' },
        peerings: [peering('hub', 'spoke', { allowGatewayTransit: true })],
      }),
      vnet('spoke', {
        space: ['10.240.0.0/16'],
        subnets: { nodes: { prefix: '10.240.0.0/22', table: 't' }, plain: '10.240.4.0/24' },
        peerings: [
          peering('spoke', 'hub', {
            useRemoteGateways: true,
            allowVirtualNetworkAccess: more.access ?? true,
          }),
        ],
      }),
    ],
    tables: [routeTable('t', [])],
    gateways: [vpnGateway('gw', 'hub')],
    localGateways: [localGateway('site', ['10.10.0.0/16'])],
    connections: [connection('c', 'gw', 'site')],
    ...more,
  });
}

function withRoutes(...routes: RouteWords[]): Network {
  return perimeter({ tables: [routeTable('t', routes)] });
}

function said(verdict: Verdict): string {
  if (verdict.kind !== 'unknown') return `${verdict.kind} ${verdict.by.name}`;
  return `unknown ${verdict.by.name}: ${verdict.why.map((fact) => fact.missing).join('; ')}`;
}

function ask(
  group: NetworkSecurityGroup,
  direction: Direction,
  asked: Flow,
  network = perimeter(),
  options: NsgOptions = {},
): string {
  return said(evaluateNsg(network, group, direction, asked, { subnetKey: SUBNET }, options));
}

const DEFAULTS = nsg('g', []);
const CLIENT = '198.51.100.7';
const NODE = '10.240.0.5';

describe('vectors N1 to N5 of the reference', () => {
  it('AZN-37: N1, a client of a public front end with floating IP meets only default rules and is denied', () => {
    expect(ask(DEFAULTS, 'Inbound', flow(CLIENT, '20.1.1.1', 80))).toBe(
      'deny g: DenyAllInBound 65500',
    );
  });
  it('AZN-34: N2, an allow from AzureLoadBalancer admits probes and no client', () => {
    const group = nsg('g', [
      {
        name: 'probes',
        priority: 100,
        access: 'Allow',
        direction: 'Inbound',
        protocol: 'tcp',
        from: ['AzureLoadBalancer'],
        ports: ['80', '443'],
      },
    ]);
    expect(ask(group, 'Inbound', flow(CLIENT, '20.1.1.1', 80))).toBe(
      'deny g: DenyAllInBound 65500',
    );
    expect(ask(group, 'Inbound', flow('168.63.129.16', NODE, 80))).toBe('allow g: probes 100');
    expect(ask(DEFAULTS, 'Inbound', flow('168.63.129.16', NODE, 80))).toBe(
      'allow g: AllowVnetInBound 65000',
    );
  });
  it('AZN-30: N3, a deny at 4096 comes before the defaults and stops VNet traffic and probes', () => {
    const group = nsg('g', [
      { name: 'deny', priority: 4096, access: 'Deny', direction: 'Inbound' },
    ]);
    expect(ask(group, 'Inbound', flow('10.240.0.6', NODE, 10250))).toBe('deny g: deny 4096');
    expect(ask(group, 'Inbound', flow('168.63.129.16', NODE, 10256))).toBe('deny g: deny 4096');
    expect(ask(DEFAULTS, 'Inbound', flow('10.240.0.6', NODE, 10250))).toBe(
      'allow g: AllowVnetInBound 65000',
    );
  });
  it('AZN-38: N4, admitting the firewall address does not admit what is routed through it', () => {
    const group = nsg('g', [
      {
        name: 'firewall',
        priority: 100,
        access: 'Allow',
        direction: 'Outbound',
        to: ['10.200.0.4'],
      },
      { name: 'deny', priority: 4096, access: 'Deny', direction: 'Outbound' },
    ]);
    const network = withRoutes(['0.0.0.0/0', 'VirtualAppliance', '10.200.0.4']);
    expect(ask(group, 'Outbound', flow(NODE, '8.8.8.8'), network)).toBe('deny g: deny 4096');
  });
  it('AZN-42: N5, a flow from a peered spoke passes the subnet rule and the defaults of the interface', () => {
    const subnetGroup = nsg('subnet', [
      {
        name: 'web',
        priority: 100,
        access: 'Allow',
        direction: 'Inbound',
        from: ['VirtualNetwork'],
        ports: ['443'],
      },
    ]);
    const network = perimeter();
    const at = { subnetKey: SUBNET };
    const asked = flow('10.200.0.9', NODE);
    const first = evaluateNsg(network, subnetGroup, 'Inbound', asked, at);
    const second = evaluateNsg(network, nsg('nic', []), 'Inbound', asked, at);
    expect([said(first), said(second)]).toEqual([
      'allow subnet: web 100',
      'allow nic: AllowVnetInBound 65000',
    ]);
    expect(everyLevel([first, second]).kind).toBe('allow');
    const closed = evaluateNsg(
      network,
      nsg('nic', [{ priority: 200, access: 'Deny', direction: 'Inbound' }]),
      'Inbound',
      asked,
      at,
    );
    expect(everyLevel([first, closed]).kind).toBe('deny');
  });
});

describe('default rules and tags', () => {
  it('AZN-31: out, the VNet and the internet are admitted and other private addresses are not', () => {
    expect(ask(DEFAULTS, 'Outbound', flow(NODE, '10.240.9.9'))).toBe(
      'allow g: AllowVnetOutBound 65000',
    );
    expect(ask(DEFAULTS, 'Outbound', flow(NODE, '8.8.8.8'))).toBe(
      'allow g: AllowInternetOutBound 65001',
    );
    expect(ask(DEFAULTS, 'Outbound', flow(NODE, '10.99.1.1'))).toBe(
      'deny g: DenyAllOutBound 65500',
    );
  });
  it('AZN-35: the tag Internet holds public addresses of Azure and nothing private', () => {
    const group = nsg('g', [
      { name: 'no', priority: 100, access: 'Deny', direction: 'Outbound', to: ['Internet'] },
    ]);
    expect(ask(group, 'Outbound', flow(NODE, '20.38.0.1'))).toBe('deny g: no 100');
    expect(ask(group, 'Outbound', flow(NODE, '10.200.0.4'))).toBe(
      'allow g: AllowVnetOutBound 65000',
    );
  });
  it('AZN-32: the tag VirtualNetwork holds VNet, peer, on-premises prefixes, the host and routed prefixes', () => {
    const network = withRoutes(['172.30.0.0/16', 'VirtualAppliance', '10.200.0.4']);
    for (const inside of [
      '10.240.200.1',
      '10.200.0.9',
      '10.10.1.1',
      '168.63.129.16',
      '172.30.1.1',
    ]) {
      expect(ask(DEFAULTS, 'Inbound', flow(inside, NODE), network), inside).toMatch(/^allow/);
    }
    expect(ask(DEFAULTS, 'Inbound', flow('172.31.1.1', NODE), network)).toMatch(/^deny/);
    expect(virtualNetworkTag(network, SUBNET).includesDefaultRoute).toBe(false);
  });
  it('AZN-39: without allowVirtualNetworkAccess the peer leaves the tag, and an explicit rule still admits it', () => {
    const network = perimeter({ access: false });
    expect(ask(DEFAULTS, 'Inbound', flow('10.200.0.9', NODE), network)).toMatch(/^deny/);
    const group = nsg('g', [
      {
        name: 'hub',
        priority: 100,
        access: 'Allow',
        direction: 'Inbound',
        from: ['10.200.0.0/24'],
      },
    ]);
    expect(ask(group, 'Inbound', flow('10.200.0.9', NODE), network)).toBe('allow g: hub 100');
  });
  it('AZN-33: a user default route makes VirtualNetwork everything, and the verdict says it rests on that', () => {
    const network = withRoutes(['0.0.0.0/0', 'VirtualAppliance', '10.200.0.4']);
    const tag = virtualNetworkTag(network, SUBNET);
    expect(tag.includesDefaultRoute).toBe(true);
    expect(tag.addresses.v4).toEqual([0, 0xffff_ffff]);
    const asked = flow(CLIENT, NODE, 80);
    const at = { subnetKey: SUBNET };
    const verdict = evaluateNsg(network, DEFAULTS, 'Inbound', asked, at);
    expect(said(verdict)).toBe('allow g: AllowVnetInBound 65000');
    expect(verdict.by.fact).toBe('AZN-33');
    expect(evaluateNsg(network, DEFAULTS, 'Inbound', flow('10.200.0.9', NODE), at).by.fact).toBe(
      'AZN-31',
    );
    expect(ask(DEFAULTS, 'Inbound', asked, network, { defaultRouteInTag: 'undecided' })).toBe(
      'unknown g: AllowVnetInBound 65000: whether the tag VirtualNetwork holds the default route of the subnet',
    );
    // Both readings admit the way out, so it stays decided.
    expect(
      ask(DEFAULTS, 'Outbound', flow(NODE, '8.8.8.8'), network, { defaultRouteInTag: 'undecided' }),
    ).toBe('allow g: AllowInternetOutBound 65001');
    expect(
      said(evaluateNsg(network, DEFAULTS, 'Inbound', asked, { subnetKey: 'spoke/subnets/plain' })),
    ).toBe('deny g: DenyAllInBound 65500');
  });
});

describe('first match', () => {
  const rule = (words: Partial<RuleWords>): RuleWords => ({
    priority: 100,
    access: 'Allow',
    direction: 'Outbound',
    ...words,
  });

  it('AZN-30: the lower number decides, however the rules are listed', () => {
    const group = nsg('g', [
      rule({ name: 'late', priority: 300, access: 'Deny' }),
      rule({ name: 'early', priority: 200, access: 'Allow', to: ['8.8.8.0/24'] }),
    ]);
    expect(ask(group, 'Outbound', flow(NODE, '8.8.8.8'))).toBe('allow g: early 200');
    expect(ask(group, 'Outbound', flow(NODE, '8.8.4.4'))).toBe('deny g: late 300');
  });
  it('AZN-40: ports are ignored for ICMP and protocol * includes it', () => {
    const group = nsg('g', [
      rule({ name: 'icmp', priority: 100, access: 'Deny', protocol: 'icmp', ports: ['443'] }),
    ]);
    const { destinationPort: _, ...ping } = flow(NODE, '8.8.8.8', 0, { protocol: 'icmp' });
    expect(ask(group, 'Outbound', ping)).toBe('deny g: icmp 100');
    expect(ask(nsg('g', []), 'Outbound', ping)).toBe('allow g: AllowInternetOutBound 65001');
  });
  it('a rule that may match and says the opposite makes the verdict unknown', () => {
    const group = nsg('g', [
      rule({ name: 'tag', priority: 100, access: 'Deny', to: ['Sql.EastUS'] }),
    ]);
    expect(ask(group, 'Outbound', flow(NODE, '8.8.8.8'))).toBe(
      'unknown g: tag 100: members of service tag Sql.EastUS',
    );
    expect(ask(group, 'Outbound', flow(NODE, '10.240.1.1'))).toBe(
      'allow g: AllowVnetOutBound 65000',
    );
  });
  it('a rule that may match and agrees leaves it decided', () => {
    const group = nsg('g', [
      rule({ name: 'tag', priority: 100, access: 'Allow', to: ['Sql.EastUS'] }),
      rule({ name: 'all', priority: 200, access: 'Allow' }),
    ]);
    expect(ask(group, 'Outbound', flow(NODE, '8.8.8.8'))).toBe('allow g: all 200');
  });
  it('a rule of unknown priority may come first', () => {
    const group = nsg('g', [
      rule({ name: 'p', priority: unknown('parameter priority'), access: 'Deny' }),
      rule({ name: 'all', priority: 200, access: 'Allow' }),
    ]);
    expect(ask(group, 'Outbound', flow(NODE, '8.8.8.8'))).toBe('unknown g: p: parameter priority');
  });
  it('a group that is only referred to, or not in the input, is unknown; none at all allows', () => {
    expect(ask(nsg('g', [], { isReference: true }), 'Outbound', flow(NODE, '8.8.8.8'))).toMatch(
      /^unknown/,
    );
    const attached = (group?: string) =>
      networkOf({
        vnets: [
          vnet('v', {
            space: ['10.0.0.0/16'],
            subnets: {
              s: { prefix: '10.0.0.0/24', ...(group === undefined ? {} : { nsg: group }) },
            },
          }),
        ],
      });
    const asked = flow('10.0.0.4', '8.8.8.8');
    const without = evaluateSubnetNsg(attached(), 'v/subnets/s', 'Outbound', asked);
    expect(without.kind).toBe('allow');
    expect(evaluateSubnetNsg(attached('gone'), 'v/subnets/s', 'Outbound', asked).kind).toBe(
      'unknown',
    );
  });
  it('a source that is one unknown member of a set matches a rule for all of them together', () => {
    const group = nsg('g', [
      rule({
        name: 'halves',
        from: ['10.240.0.0/23', '10.240.2.0/23'],
        to: ['8.8.8.8'],
        access: 'Deny',
      }),
      rule({ name: 'half', priority: 200, from: ['10.240.0.0/23'], access: 'Deny' }),
    ]);
    const network = perimeter();
    const nodes = network.subnets.get(SUBNET)!.addresses;
    const source = { kind: 'within', addresses: nodes, label: 'a node' } as const;
    expect(ask(group, 'Outbound', flow(NODE, '8.8.8.8', 443, { source }), network)).toBe(
      'deny g: halves 100',
    );
    expect(ask(group, 'Outbound', flow(NODE, '1.1.1.1', 443, { source }), network)).toBe(
      'unknown g: half 200: which address a node has',
    );
  });
});

describe('host services', () => {
  const denyAll: RuleWords = {
    name: 'deny',
    priority: 4096,
    access: 'Deny',
    direction: 'Outbound',
  };
  it('AZN-36: DNS and metadata pass a deny of everything', () => {
    const group = nsg('g', [denyAll]);
    for (const to of ['168.63.129.16', '169.254.169.254']) {
      expect(ask(group, 'Outbound', flow(NODE, to, 53))).toBe(
        'allow host service, not subject to rules',
      );
    }
  });
  it('AZN-36: a rule that names AzurePlatformDNS stops DNS and nothing else', () => {
    const group = nsg('g', [
      {
        name: 'nodns',
        priority: 100,
        access: 'Deny',
        direction: 'Outbound',
        to: ['AzurePlatformDNS'],
      },
    ]);
    expect(ask(group, 'Outbound', flow(NODE, '168.63.129.16', 53))).toBe('deny g: nodns 100');
    expect(ask(group, 'Outbound', flow(NODE, '168.63.129.16', 80))).toMatch(/^allow host/);
    expect(ask(group, 'Outbound', flow(NODE, '169.254.169.254', 80))).toMatch(/^allow host/);
  });
});

describe('application security groups', () => {
  it('AZN-41: interfaces are members, known others are not, and an unseen address may be', () => {
    const network = perimeter({
      interfaces: [
        networkInterface('web', SUBNET, '10.240.0.10', { groups: ['asg/web'] }),
        networkInterface('db', SUBNET, '10.240.0.11'),
      ],
    });
    const group = nsg('g', [
      {
        name: 'web',
        priority: 100,
        access: 'Deny',
        direction: 'Inbound',
        to: [],
        more: { destinationApplicationSecurityGroups: [ref('asg/web')] },
      },
    ]);
    const from = '10.240.0.99';
    expect(ask(group, 'Inbound', flow(from, '10.240.0.10'), network)).toBe('deny g: web 100');
    expect(ask(group, 'Inbound', flow(from, '10.240.0.11'), network)).toMatch(/^allow/);
    expect(ask(group, 'Inbound', flow(from, '10.240.0.12'), network)).toBe(
      'unknown g: web 100: the members of application security group web',
    );
  });
});

describe('covered rules', () => {
  const inbound = (priority: number, words: Partial<RuleWords>): RuleWords => ({
    name: `r${priority}`,
    priority,
    access: 'Allow',
    direction: 'Inbound',
    ...words,
  });
  const covered = (...rules: RuleWords[]) =>
    coveredRules(nsg('g', rules)).map(
      ({ rule, by, isRedundant }) =>
        `${rule.name} by ${by.map((other) => other.name).join('+')}${isRedundant ? ' redundant' : ''}`,
    );

  it('finds a rule that one earlier rule covers', () => {
    expect(
      covered(
        inbound(100, { access: 'Deny', from: ['10.0.0.0/8'] }),
        inbound(200, { from: ['10.1.0.0/16'], ports: ['443'], protocol: 'tcp' }),
      ),
    ).toEqual(['r200 by r100']);
  });
  it('finds a rule that several earlier rules cover together', () => {
    expect(
      covered(
        inbound(100, { from: ['10.0.0.0/9'] }),
        inbound(110, { from: ['10.128.0.0/9'], ports: ['0-1023'] }),
        inbound(120, { ports: ['1024-65535'] }),
        inbound(200, { from: ['10.0.0.0/8'] }),
      ),
    ).toEqual(['r200 by r100+r110+r120 redundant']);
  });
  it('does not claim what is not certain', () => {
    expect(covered(inbound(100, { from: ['VirtualNetwork'] }), inbound(200, {}))).toEqual([]);
    expect(
      covered(inbound(100, { from: ['VirtualNetwork'] }), inbound(200, { from: ['10.0.0.0/8'] })),
    ).toEqual([]);
    expect(covered(inbound(100, { protocol: 'tcp' }), inbound(200, {}))).toEqual([]);
    expect(covered(inbound(100, { direction: 'Outbound' }), inbound(200, {}))).toEqual([]);
    expect(
      covered(
        inbound(100, { more: { destinationPorts: unknown('ports') } }),
        inbound(200, { ports: ['80'] }),
      ),
    ).toEqual([]);
  });
  it('knows a tag by its name, and that everything covers it', () => {
    expect(
      covered(
        inbound(100, { from: ['internet'] }),
        inbound(200, { from: ['Internet'], ports: ['80'] }),
        inbound(300, {}),
        inbound(400, { from: ['AzureCloud'] }),
      ),
    ).toEqual(['r200 by r100 redundant', 'r400 by r300 redundant']);
  });
  it('AZN-36: a rule for everything does not cover one that names a host service', () => {
    expect(
      covered(
        inbound(100, { direction: 'Outbound' }),
        inbound(200, { direction: 'Outbound', access: 'Deny', to: ['AzurePlatformDNS'] }),
      ),
    ).toEqual([]);
  });
  it('AZN-40: ports do not tell ICMP rules apart', () => {
    expect(
      covered(
        inbound(100, { protocol: 'icmp', ports: ['80'] }),
        inbound(200, { protocol: 'icmp' }),
      ),
    ).toEqual(['r200 by r100 redundant']);
  });
});
