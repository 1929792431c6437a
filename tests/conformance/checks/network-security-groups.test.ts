import { describe, expect, it } from 'vitest';
import { type CheckCase, outcomeOf, pinCheck } from '../../support/check-cases.ts';
import type { Json } from '../../support/snapshot-of.ts';
import {
  changed,
  net,
  type Perimeter,
  rule,
  soundPerimeter,
  unknown,
} from '../../support/sound-perimeter.ts';

// Expected outcomes: azure-networking 5 (rules, tags, test vectors), 8.1 (Bastion), 13 (NET-14 to NET-16); azure-firewall
// on the source of DNAT flows.

const sound = soundPerimeter();
const of = (perimeter: Perimeter, says?: string): CheckCase => ({
  resources: Object.values(perimeter),
  ...(says === undefined ? {} : { says }),
});
const RULES = 'nsg/properties/securityRules';
/** The sound perimeter whose node group holds just these rules, or one more. */
const rules = (...list: readonly Json[]): Perimeter => changed(sound, RULES, list);
const plus = (...list: readonly Json[]): Perimeter =>
  list.reduce((perimeter: Perimeter, one) => changed(perimeter, `${RULES}/-`, one), sound);
/** A rule with some of its properties written otherwise. */
const but = (one: Json, properties: Json): Json => ({
  ...one,
  properties: { ...(one['properties'] as Json), ...properties },
});
const kindOf = (id: string, perimeter: Perimeter) => outcomeOf(id, of(perimeter)).kind;

const web = (source: string, priority = 200) =>
  rule('web', priority, 'Allow', source, '10.1.3.10', '80');
const denyAll = rule('rest', 4096, 'Deny', '*', '*', '*', '*');
const probes = rule('probes', 4000, 'Allow', 'AzureLoadBalancer', '*', '*', '*');

describe('order of rules', () => {
  // NET-14, 5.1: lower numbers run first, the first match decides.
  pinCheck('nsg/rule-never-reached', {
    pass: of(plus(web('10.0.9.0/24', 4001))),
    fail: of(
      plus(rule('late', 4002, 'Allow', '10.1.0.0/24', '10.1.0.0/24', '443')),
      'Rule late of nsg never decides: nodes covers it.',
    ),
    unknown: of(
      plus(but(web('10.0.9.0/24'), { priority: unknown('the priority of web') })),
      'The order of the rules of nsg is not known. needs priority and action of rule web',
    ),
  });

  const port = (name: string, priority: number, ports: string, access = 'Allow') =>
    rule(name, priority, access, '10.0.9.0/24', '10.1.0.0/22', ports);
  it.each<[string, Perimeter, string, string?]>([
    [
      'several rules may cover one together',
      rules(port('low', 100, '0-1023'), port('high', 110, '1024-65535'), port('all', 120, '*')),
      'fail',
      'low, high cover it.',
    ],
    [
      'a gap of one port leaves it something to decide',
      rules(port('low', 100, '0-1022'), port('high', 110, '1024-65535'), port('all', 120, '*')),
      'pass',
    ],
    [
      'the opposite action is said',
      rules(port('closed', 100, '443', 'Deny'), port('open', 110, '443')),
      'fail',
      'with the opposite action',
    ],
    [
      'a rule of the other direction covers nothing',
      rules(port('in', 100, '443'), but(port('out', 110, '443'), { direction: 'Outbound' })),
      'pass',
    ],
    [
      'a rule whose source is not known may cover a later one',
      rules(
        but(port('first', 100, '443'), { sourceAddressPrefix: unknown('a prefix') }),
        port('second', 110, '443'),
      ),
      'unknown',
    ],
    [
      'a rule whose source is not known covers nothing on other ports',
      rules(
        but(port('first', 100, '443'), { sourceAddressPrefix: unknown('a prefix') }),
        port('second', 110, '80'),
      ),
      'pass',
    ],
    [
      'a direction that is not known leaves the order open',
      rules(but(port('first', 100, '443'), { direction: unknown('the direction') })),
      'unknown',
    ],
  ])('nsg/rule-never-reached: %s', (_, perimeter, kind, says) => {
    const outcome = outcomeOf('nsg/rule-never-reached', of(perimeter));
    expect(outcome.kind).toBe(kind);
    if (outcome.kind === 'fail') expect(outcome.findings[0]?.message).toContain(says);
  });
});

describe('tag AzureLoadBalancer', () => {
  // NET-15, N2: the tag is the probe source 168.63.129.16 and admits no client.
  pinCheck('nsg/load-balancer-tag-misread', {
    pass: of(plus(web('10.0.0.0/26'))),
    fail: of(
      plus(web('AzureLoadBalancer')),
      'Rule web of nsg looks as if it admitted clients; it admits health probes only.',
    ),
    unknown: of(
      plus(but(web('*'), { sourceAddressPrefix: unknown('the source') })),
      'The sources of nsg/web are not known. needs the source',
    ),
  });

  const bastion = (perimeter: Perimeter) =>
    changed(perimeter, 'hub/properties/subnets/-', {
      name: 'AzureBastionSubnet',
      properties: {
        addressPrefix: '10.0.3.0/26',
        networkSecurityGroup: { id: net('networkSecurityGroups', 'bastion') },
      },
    });
  const bastionGroup: Json = {
    id: net('networkSecurityGroups', 'bastion'),
    type: 'Microsoft.Network/networkSecurityGroups',
    name: 'bastion',
    properties: {
      securityRules: [rule('probes', 120, 'Allow', 'AzureLoadBalancer', '*', '443')],
    },
  };
  it.each<[string, Perimeter, string]>([
    ['the tag in small letters is the same', plus(web('azureloadbalancer')), 'fail'],
    ['all ports are for probes', rules(probes), 'pass'],
    [
      'Bastion wants 443 from the tag (8.1)',
      changed(bastion(sound), 'bastion', bastionGroup),
      'pass',
    ],
    ['the same rule elsewhere is a misreading', changed(sound, 'bastion', bastionGroup), 'fail'],
    [
      'an outbound rule has no clients',
      plus(but(web('AzureLoadBalancer'), { direction: 'Outbound' })),
      'pass',
    ],
    ['N3: a deny-all before 65001 drops probes', rules(denyAll), 'fail'],
    ['the same deny after an allow of the tag', rules(probes, denyAll), 'pass'],
    [
      'a probe allow behind the deny is too late',
      rules(denyAll, but(probes, { priority: 4095 + 1 })),
      'fail',
    ],
    ['an opening of one port is none for probes', rules(web('*', 100), denyAll), 'fail'],
    [
      'VirtualNetwork holds the probe address (5.4)',
      rules(rule('inside', 100, 'Allow', 'VirtualNetwork', '*', '*', '*'), denyAll),
      'pass',
    ],
    [
      'the probe address itself will do',
      rules(rule('host', 100, 'Allow', '168.63.129.16', '*', '*', '*'), denyAll),
      'pass',
    ],
    [
      'probes are TCP or HTTP: a deny of all TCP drops them',
      rules(rule('tcp', 4096, 'Deny', '*', '*', '*')),
      'fail',
    ],
    [
      'a deny of 0.0.0.0/0 is a deny of all',
      rules(rule('rest', 4096, 'Deny', '0.0.0.0/0', '*', '*', '*')),
      'fail',
    ],
    [
      'a source before the deny that is not known may be the tag',
      rules(but(probes, { sourceAddressPrefix: unknown('the source') }), denyAll),
      'unknown',
    ],
    [
      'an action that is not known may be the deny',
      rules(but(denyAll, { access: unknown('the action') })),
      'unknown',
    ],
  ])('nsg/load-balancer-tag-misread: %s', (_, perimeter, kind) => {
    expect(kindOf('nsg/load-balancer-tag-misread', perimeter)).toBe(kind);
  });
});

describe('tag VirtualNetwork', () => {
  // NET-16, 5.4: the node subnet of the sound perimeter has a route 0.0.0.0/0.
  pinCheck('nsg/virtual-network-tag-is-everything', {
    pass: of(rules(probes, denyAll)),
    fail: of(rules(probes), 'nsg on nodes admits every address that gets there'),
    unknown: of(
      changed(sound, 'nsg/$isReference', true),
      'The security group of nodes is not in the input.',
    ),
  });

  it.each<[string, Perimeter, string]>([
    [
      'without the route the tag is the network',
      changed(rules(probes), 'rt/properties/routes', []),
      'pass',
    ],
    [
      'a deny of one port is no deny-all',
      rules(rule('ssh', 100, 'Deny', '*', '*', '22', '*')),
      'fail',
    ],
    [
      'a deny for one destination is no deny-all',
      rules(rule('one', 100, 'Deny', '*', '10.1.3.10', '*', '*')),
      'fail',
    ],
    ['a deny of TCP leaves UDP', rules(rule('tcp', 4096, 'Deny', '*', '*', '*')), 'fail'],
    [
      'a deny for the whole subnet is enough',
      rules(rule('subnet', 4096, 'Deny', '*', '10.1.0.0/22', '*', '*')),
      'pass',
    ],
    [
      'a deny of Internet stops the internet',
      rules(rule('net', 4096, 'Deny', 'Internet', '*', '*', '*')),
      'pass',
    ],
    [
      'an outbound deny stops nothing that comes in',
      rules(but(denyAll, { direction: 'Outbound' })),
      'fail',
    ],
    [
      'a deny whose source is not known may be the one',
      rules(but(denyAll, { sourceAddressPrefix: unknown('the source') })),
      'unknown',
    ],
    [
      'a table that is not in the input may hold the route',
      changed(rules(probes), 'spoke/properties/subnets/0/properties/routeTable', {
        id: net('routeTables', 'elsewhere'),
      }),
      'unknown',
    ],
    [
      'a group that is not in the input',
      changed(sound, 'spoke/properties/subnets/0/properties/networkSecurityGroup', {
        id: net('networkSecurityGroups', 'elsewhere'),
      }),
      'unknown',
    ],
  ])('nsg/virtual-network-tag-is-everything: %s', (_, perimeter, kind) => {
    expect(kindOf('nsg/virtual-network-tag-is-everything', perimeter)).toBe(kind);
  });
});

describe('openings', () => {
  const ssh = (source: string, ports = '22', protocol = 'Tcp') =>
    rule('ssh', 200, 'Allow', source, '*', ports, protocol);
  pinCheck('nsg/management-open-to-internet', {
    pass: of(plus(ssh('10.0.3.0/26'))),
    fail: of(plus(ssh('Internet')), 'Rule ssh of nsg opens port 22 to the internet.'),
    unknown: of(
      plus(but(ssh('*'), { destinationPortRange: unknown('the port') })),
      'The ports of nsg/ssh are not known. needs the port',
    ),
  });

  it.each<[string, Perimeter, string]>([
    ['a range that holds 3389', plus(ssh('*', '3000-4000')), 'fail'],
    ['a range that ends before it', plus(ssh('*', '3000-3388')), 'pass'],
    [
      'a list of ports',
      plus(
        but(ssh('*'), { destinationPortRange: undefined, destinationPortRanges: ['80', '3389'] }),
      ),
      'fail',
    ],
    ['every IPv4 address', plus(ssh('0.0.0.0/0')), 'fail'],
    ['every IPv6 address', plus(ssh('::/0')), 'fail'],
    ['the tag in small letters', plus(ssh('internet')), 'fail'],
    [
      'one entry of several',
      plus(
        but(ssh('*'), {
          sourceAddressPrefix: undefined,
          sourceAddressPrefixes: ['10.0.3.0/26', '0.0.0.0/0'],
        }),
      ),
      'fail',
    ],
    ['UDP is no SSH', plus(ssh('*', '22', 'Udp')), 'pass'],
    ['all protocols hold TCP', plus(ssh('*', '*', '*')), 'fail'],
    ['a deny opens nothing', plus(but(ssh('*'), { access: 'Deny' })), 'pass'],
    [
      'an earlier deny decides first (5.1)',
      plus(rule('no-ssh', 150, 'Deny', '*', '*', '22'), ssh('*')),
      'pass',
    ],
    [
      'a source that is not known',
      plus(but(ssh('*'), { sourceAddressPrefix: unknown('the source') })),
      'unknown',
    ],
    [
      'an action that is not known',
      plus(but(ssh('*'), { access: unknown('the action') })),
      'unknown',
    ],
    [
      'unknown ports for a known neighbour do not matter',
      plus(but(ssh('10.0.3.0/26'), { destinationPortRange: unknown('the port') })),
      'pass',
    ],
  ])('nsg/management-open-to-internet: %s', (_, perimeter, kind) => {
    expect(kindOf('nsg/management-open-to-internet', perimeter)).toBe(kind);
  });

  // P3: the sources of published services are AzureFirewallSubnet or the gateway subnet.
  pinCheck('nsg/node-subnet-open-to-internet', {
    pass: of(plus(web('10.0.0.0/26'))),
    fail: of(plus(web('Internet')), 'Rule web of nsg admits Internet to node subnet nodes.'),
    unknown: of(
      plus(but(web('Internet'), { access: unknown('the action of web') })),
      'What nsg/web does is not known. needs the action of web',
    ),
  });

  it.each<[string, Perimeter, string]>([
    ['any source is the internet too', plus(web('*')), 'fail'],
    ['a public client range is one (P3)', plus(web('198.51.100.0/24')), 'fail'],
    ['a deny admits nobody', plus(but(web('*'), { access: 'Deny' })), 'pass'],
    [
      'a source that is not known',
      plus(but(web('*'), { sourceAddressPrefix: unknown('the source') })),
      'unknown',
    ],
    [
      'an action that is not known does not matter for a neighbour',
      plus(but(web('10.0.0.0/26'), { access: unknown('the action') })),
      'pass',
    ],
    [
      'a rule that an earlier deny covers admits nobody',
      plus(rule('no-web', 150, 'Deny', '*', '*', '*', '*'), web('*')),
      'pass',
    ],
    ['a group that is not in the input', changed(sound, 'nsg/$isReference', true), 'unknown'],
  ])('nsg/node-subnet-open-to-internet: %s', (_, perimeter, kind) => {
    expect(kindOf('nsg/node-subnet-open-to-internet', perimeter)).toBe(kind);
  });
});

describe('client filters behind DNAT', () => {
  // The rule `mail` of the sound perimeter translates to 10.1.3.10; sources become addresses of 10.0.0.0/26.
  const mail = (ranges: readonly unknown[], address = '10.1.3.10'): Json => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'mail',
      namespace: 'shop',
      annotations: {
        'service.beta.kubernetes.io/azure-load-balancer-internal': 'true',
        'service.beta.kubernetes.io/azure-load-balancer-ipv4': address,
      },
    },
    spec: {
      type: 'LoadBalancer',
      selector: { app: 'mail' },
      ports: [{ port: 8883 }],
      loadBalancerSourceRanges: ranges,
    },
  });
  const beside = (service: Json, perimeter = sound, says?: string): CheckCase => ({
    ...of(perimeter, says),
    objects: [service],
  });
  const CLIENTS = '198.51.100.0/24';
  pinCheck('ingress/client-address-lost', {
    pass: beside(mail([CLIENTS, '10.0.0.0/26'])),
    fail: beside(
      mail([CLIENTS]),
      sound,
      'shop/mail admits only client addresses, which a DNAT rule',
    ),
    unknown: beside(
      mail([CLIENTS]),
      changed(sound, 'fw/properties/ipConfigurations/0/properties/subnet', {
        id: unknown('the subnet of the firewall'),
      }),
      'Whether mail admits the firewall is not known.',
    ),
  });

  it.each<[string, CheckCase, string]>([
    [
      'the shared address is not the source: all instances are',
      beside(mail([CLIENTS, '10.0.0.4/32'])),
      'fail',
    ],
    ['everybody holds the firewall', beside(mail(['0.0.0.0/0'])), 'pass'],
    ['private clients come without the firewall', beside(mail(['10.1.0.0/16'])), 'pass'],
    ['no DNAT rule leads to it', beside(mail([CLIENTS], '10.1.3.99')), 'pass'],
    [
      'without DNAT nothing is replaced',
      beside(mail([CLIENTS]), changed(sound, 'rules/properties/ruleCollections/0/rules', [])),
      'pass',
    ],
    [
      'a policy that is not in the input may translate to it',
      beside(
        mail([CLIENTS]),
        changed(sound, 'fw/properties/firewallPolicy', { id: net('firewallPolicies', 'other') }),
      ),
      'unknown',
    ],
  ])('ingress/client-address-lost: %s', (_, input, kind) => {
    expect(outcomeOf('ingress/client-address-lost', input).kind).toBe(kind);
  });
});
