import { describe, expect, it } from 'vitest';
import { pinCheck } from '../../support/check-cases.ts';
import { asking, resourcesOf as of, without } from '../../support/outcome-words.ts';
import type { Json } from '../../support/snapshot-of.ts';
import {
  changed,
  net,
  type Perimeter,
  rule,
  soundPerimeter,
  unknown,
} from '../../support/sound-perimeter.ts';
import { LISTENING, named, publishing } from './gateway-world.ts';

/** Expected values: azure-networking.md 9.1, 10 and 13 (NET-05, NET-13); aks.md 11.3 A12. */
const sound = soundPerimeter();
const SUBNET = 'hub/properties/subnets/1/properties';
const own = (type: string, name: string, properties: Json): Json => ({
  id: net(type, name),
  type: `Microsoft.Network/${type}`,
  name,
  properties,
});

describe('NET-05, A12: what a gateway subnet must offer', () => {
  const id = 'gateway/subnet-requirements';
  const ask = asking(id);
  const outbound = (name: string, priority: number, access: string): Json => {
    const one = rule(name, priority, access, '*', 'Internet', '*', '*');
    return { ...one, properties: { ...(one['properties'] as Json), direction: 'Outbound' } };
  };
  /** The gateway subnet with a group of these rules. */
  const guarded = (...securityRules: readonly Json[]): Perimeter => ({
    ...changed(sound, `${SUBNET}/networkSecurityGroup`, { id: net('networkSecurityGroups', 'g') }),
    g: own('networkSecurityGroups', 'g', { securityRules }),
  });
  const MANAGER = rule('manager', 110, 'Allow', 'GatewayManager', '*', '65200-65535');
  const PROBES = rule('probes', 120, 'Allow', 'AzureLoadBalancer', '*', '*', '*');
  const DENY = rule('rest', 1000, 'Deny', '*', '*', '*', '*');
  const routed = (nextHopType: unknown, addressPrefix: unknown = '0.0.0.0/0'): Perimeter => ({
    ...changed(sound, `${SUBNET}/routeTable`, { id: net('routeTables', 'own') }),
    own: own('routeTables', 'own', {
      routes: [
        { name: 'd', properties: { addressPrefix, nextHopType, nextHopIpAddress: '10.0.0.4' } },
      ],
    }),
  });
  pinCheck('gateway/subnet-requirements', {
    pass: of(guarded(MANAGER, PROBES, DENY)),
    fail: of(guarded(PROBES, DENY), {
      says: 'agw lacks: TCP 65200-65535 from GatewayManager.',
    }),
    unknown: of(without(guarded(MANAGER, PROBES, DENY), 'g'), { says: 'group of gateway' }),
  });

  // The table of 9.1; the default rule 65001 admits probes unless a deny precedes.
  it.each([
    ['no group at all', sound, 'pass'],
    ['a deny of everything and the manager alone', guarded(MANAGER, DENY), 'fail'],
    [
      'the manager on a part of the ports',
      guarded(rule('m', 110, 'Allow', 'GatewayManager', '*', '65200-65400'), PROBES, DENY),
      'fail',
    ],
    ['everything allowed in', guarded(rule('all', 100, 'Allow', '*', '*', '*', '*')), 'pass'],
    [
      'the manager after the deny',
      guarded(rule('m', 1100, 'Allow', 'GatewayManager', '*', '65200-65535'), PROBES, DENY),
      'fail',
    ],
    [
      'outbound to Internet denied',
      guarded(MANAGER, PROBES, DENY, outbound('out', 100, 'Deny')),
      'fail',
    ],
    [
      'an unknown access',
      guarded(
        { ...MANAGER, properties: { ...(MANAGER['properties'] as Json), access: unknown('it') } },
        PROBES,
        DENY,
      ),
      'unknown',
    ],
  ] as const)(`${id}: %s`, (_, perimeter, kind) => {
    expect(ask.kind(perimeter)).toBe(kind);
  });

  it(`${id}: 0.0.0.0/0 only to the Internet; narrower routes to the firewall are supported`, () => {
    expect(ask.messages(routed('VirtualAppliance'))).toEqual(['agw lacks: route d 0.0.0.0/0.']);
    expect(ask.kind(routed('Internet'))).toBe('pass');
    expect(ask.kind(routed('VirtualAppliance', '10.1.0.0/22'))).toBe('pass');
    expect(ask.kind(routed(unknown('the next hop')))).toBe('unknown');
    expect(ask.kind(without(routed('Internet'), 'own'))).toBe('unknown');
  });

  it(`AZS-64: an isolated gateway needs neither manager nor Internet; one mark alone decides nothing`, () => {
    const TAGS = { EnhancedNetworkControl: 'True' };
    const delegations = [
      { name: 'd', properties: { serviceName: 'Microsoft.Network/applicationGateways' } },
    ];
    const tagged = changed(guarded(PROBES, DENY), 'agw/tags', TAGS);
    expect(ask.kind(tagged)).toBe('unknown');
    expect(ask.kind(changed(tagged, `${SUBNET}/delegations`, delegations))).toBe('pass');
    const blind = changed(
      changed(guarded(DENY), 'agw/tags', TAGS),
      `${SUBNET}/delegations`,
      delegations,
    );
    expect(ask.messages(blind)).toEqual(['agw lacks: probes from AzureLoadBalancer.']);
  });

  it(`${id}: nothing but gateways in it, and without a known subnet nothing is known`, () => {
    const nic = own('networkInterfaces', 'vm', {
      ipConfigurations: [
        {
          name: 'i',
          properties: { subnet: { id: `${net('virtualNetworks', 'hub')}/subnets/gateway` } },
        },
      ],
    });
    expect(ask.messages({ ...sound, nic })).toEqual(['agw lacks: gateway of agw also holds vm.']);
    const second = {
      ...sound,
      second: { ...sound['agw']!, id: net('applicationGateways', 'b'), name: 'b' },
    };
    expect(ask.kind(second)).toBe('pass');
    expect(ask.kind(changed(sound, 'agw/properties/gatewayIPConfigurations', []))).toBe('unknown');
    expect(ask.kind(without(sound, 'agw'))).toBe('not-applicable');
  });
});

describe('A12: gateway and nodes', () => {
  const id = 'gateway/on-cluster-subnet';
  const ask = asking(id);
  const NODES = `${net('virtualNetworks', 'spoke')}/subnets/nodes`;
  const GATEWAY = 'agw/properties/gatewayIPConfigurations/0/properties/subnet';
  const POOL = 'aks/properties/agentPoolProfiles/0';
  const agic = (subnetId: unknown) =>
    changed(
      without(sound, 'agw', 'waf'),
      'aks/properties/addonProfiles/ingressApplicationGateway',
      {
        enabled: true,
        config: { subnetId },
      },
    );
  pinCheck('gateway/on-cluster-subnet', {
    pass: of(sound),
    fail: of(changed(sound, GATEWAY, { id: NODES }), {
      says: 'agw shares the subnet of node pool system.',
    }),
    unknown: of(changed(sound, GATEWAY, { id: unknown('the subnet') }), { says: 'the subnet' }),
  });

  it(`${id}: the AGIC add-on given the node subnet, as in the guide (9.1)`, () => {
    expect(ask.messages(agic(NODES))).toEqual([
      'the AGIC add-on of aks shares the subnet of node pool system.',
    ]);
    expect(ask.kind(agic(NODES.toUpperCase()))).toBe('fail');
    expect(ask.kind(agic(`${net('virtualNetworks', 'hub')}/subnets/gateway`))).toBe('pass');
    expect(ask.kind(agic(unknown('the subnet of the add-on')))).toBe('unknown');
    expect(ask.kind(agic(undefined))).toBe('not-applicable');
  });

  it(`${id}: pod subnets, subnets outside the input, pools nobody knows the subnet of`, () => {
    const elsewhere = `${net('virtualNetworks', 'far')}/subnets/one`;
    const both = (subnet: string, path = 'vnetSubnetID') =>
      changed(changed(sound, GATEWAY, { id: subnet }), `${POOL}/${path}`, subnet);
    expect(ask.kind(both(elsewhere))).toBe('fail');
    expect(ask.kind(both(elsewhere, 'podSubnetID'))).toBe('fail');
    expect(ask.kind(changed(sound, `${POOL}/vnetSubnetID`, unknown('the subnet')))).toBe('unknown');
    expect(ask.kind(without(changed(sound, GATEWAY, { id: unknown('it') }), 'aks'))).toBe('pass');
  });
});

describe('NET-13, A12: what a gateway publishes', () => {
  const id = 'gateway/backend-unreachable';
  const ask = asking(id);
  const GUARD = 'nsg/properties/securityRules/0/properties';
  const listener = (properties: Json): Perimeter => {
    const [web] = LISTENING['httpListeners'] as Json[];
    const all = { ...(web!['properties'] as Json), ...properties };
    return publishing({ httpListeners: [named('httpListeners', 'web', all)] });
  };
  // The group of the node subnet admits 10.0.1.0/24 to 10.1.3.10 port 80 (rule from-gateway).
  pinCheck('gateway/backend-unreachable', {
    pass: of(publishing()),
    fail: of(changed(publishing(), `${GUARD}/access`, 'Deny'), {
      says: 'What agw/web publishes does not work',
    }),
    unknown: of(changed(publishing(), `${GUARD}/access`, unknown('the access of the rule')), {
      says: 'the access of the rule',
    }),
  });

  it(`AZS-80: a route for the gateway subnet on one side only breaks the answer`, () => {
    const back: Json = {
      name: 'back',
      properties: {
        addressPrefix: '10.0.1.0/24',
        nextHopType: 'VirtualAppliance',
        nextHopIpAddress: '10.0.0.4',
      },
    };
    expect(ask.messages(changed(publishing(), 'rt/properties/routes/-', back))[0]).toContain(
      'What agw/web publishes does not work',
    );
  });

  it(`${id}: the port of the backend settings counts, not the one of the listener`, () => {
    expect(ask.kind(changed(publishing(), `${GUARD}/destinationPortRange`, '443'))).toBe('fail');
  });

  it(`${id}: a backend address nobody has, an unknown port or front end, a host name`, () => {
    expect(ask.kind(without(publishing(), 'server'))).toBe('unknown');
    expect(ask.kind(listener({ frontendPort: unknown('the port') }))).toBe('unknown');
    expect(ask.kind(listener({ frontendIPConfiguration: unknown('the front end') }))).toBe(
      'unknown',
    );
    expect(ask.kind(listener({ hostNames: ['shop.example.com'] }))).toBe('pass');
    expect(ask.kind(listener({ hostNames: ['*.example.com'] }))).toBe('pass');
  });

  it(`${id}: who calls a private front end is in no file`, () => {
    const frontend = named('frontendIPConfigurations', 'public', {
      privateIPAddress: '10.0.1.10',
      subnet: { id: `${net('virtualNetworks', 'hub')}/subnets/gateway` },
    });
    expect(ask.kind(publishing({ frontendIPConfigurations: [frontend] }))).toBe('not-applicable');
    expect(ask.kind(sound)).toBe('not-applicable');
  });
});
