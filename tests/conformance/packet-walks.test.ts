import { describe, expect, it } from 'vitest';
import { readPerimeter } from '../../src/model/index.ts';
import { formatAddressSet, formatIp } from '../../src/net/index.ts';
import { deriveNetwork } from '../../src/network/index.ts';
import type { FlowAddress } from '../../src/semantics/flow.ts';
import { answerTrace, type Trace } from '../../src/trace/index.ts';
import { type Json, snapshotOf } from '../support/snapshot-of.ts';

// The packet walks of the Azure architecture guide (azure-networking.md 10): AzureFirewallSubnet 192.168.100.0/26 with
// the firewall at 192.168.100.4, gateway subnet 192.168.200.0/24, workload 192.168.1.0/24 with server 192.168.1.4.

const SUB = '/subscriptions/00000000-0000-0000-0000-0000000000aa/resourceGroups/rg/providers';
const id = (type: string, name: string) => `${SUB}/Microsoft.Network/${type}/${name}`;
const FIREWALL_PUBLIC = '203.0.113.10';
const GATEWAY_PUBLIC = '203.0.113.20';
const CLIENT = '198.51.100.7';

interface Shape {
  readonly gatewayRoutes?: readonly Json[];
  readonly workloadRoutes?: readonly Json[];
  readonly networkRules?: readonly Json[];
  readonly natRules?: readonly Json[];
}

const route = (name: string, addressPrefix: string): Json => ({
  name,
  properties: { addressPrefix, nextHopType: 'VirtualAppliance', nextHopIpAddress: '192.168.100.4' },
});
const DEFAULT_ROUTE = route('default', '0.0.0.0/0');

function walks(shape: Shape): ReturnType<typeof deriveNetwork> {
  const subnet = (name: string, addressPrefix: string, table?: string): Json => ({
    name,
    properties: {
      addressPrefix,
      defaultOutboundAccess: false,
      ...(table === undefined ? {} : { routeTable: { id: id('routeTables', table) } }),
    },
  });
  const resources: Json[] = [
    {
      id: id('virtualNetworks', 'vnet'),
      type: 'Microsoft.Network/virtualNetworks',
      name: 'vnet',
      properties: {
        addressSpace: { addressPrefixes: ['192.168.0.0/16'] },
        subnets: [
          subnet('AzureFirewallSubnet', '192.168.100.0/26'),
          subnet('gateway', '192.168.200.0/24', 'rt-gateway'),
          subnet('workload', '192.168.1.0/24', 'rt-workload'),
        ],
      },
    },
    {
      id: id('routeTables', 'rt-gateway'),
      type: 'Microsoft.Network/routeTables',
      name: 'rt-gateway',
      properties: { routes: shape.gatewayRoutes ?? [] },
    },
    {
      id: id('routeTables', 'rt-workload'),
      type: 'Microsoft.Network/routeTables',
      name: 'rt-workload',
      properties: { routes: shape.workloadRoutes ?? [DEFAULT_ROUTE] },
    },
    publicIp('pip-fw', FIREWALL_PUBLIC),
    publicIp('pip-gw', GATEWAY_PUBLIC),
    {
      id: id('azureFirewalls', 'fw'),
      type: 'Microsoft.Network/azureFirewalls',
      name: 'fw',
      properties: {
        sku: { name: 'AZFW_VNet', tier: 'Standard' },
        threatIntelMode: 'Off',
        ipConfigurations: [
          {
            name: 'c',
            properties: {
              privateIPAddress: '192.168.100.4',
              subnet: { id: `${id('virtualNetworks', 'vnet')}/subnets/AzureFirewallSubnet` },
              publicIPAddress: { id: id('publicIPAddresses', 'pip-fw') },
            },
          },
        ],
        networkRuleCollections: [
          {
            name: 'net',
            properties: {
              priority: 200,
              action: { type: 'Allow' },
              rules: shape.networkRules ?? [],
            },
          },
        ],
        natRuleCollections: [
          {
            name: 'nat',
            properties: { priority: 100, action: { type: 'Dnat' }, rules: shape.natRules ?? [] },
          },
        ],
      },
    },
    {
      id: id('applicationGateways', 'agw'),
      type: 'Microsoft.Network/applicationGateways',
      name: 'agw',
      properties: {
        sku: { name: 'WAF_v2', tier: 'WAF_v2' },
        gatewayIPConfigurations: [
          {
            name: 's',
            properties: { subnet: { id: `${id('virtualNetworks', 'vnet')}/subnets/gateway` } },
          },
        ],
        frontendIPConfigurations: [
          {
            name: 'public',
            properties: { publicIPAddress: { id: id('publicIPAddresses', 'pip-gw') } },
          },
        ],
        frontendPorts: [{ name: 'p', properties: { port: 80 } }],
        backendAddressPools: [
          { name: 'b', properties: { backendAddresses: [{ ipAddress: '192.168.1.4' }] } },
        ],
        backendHttpSettingsCollection: [{ name: 'h', properties: { port: 80, protocol: 'Http' } }],
        httpListeners: [
          {
            name: 'l',
            properties: {
              frontendIPConfiguration: {
                id: `${id('applicationGateways', 'agw')}/frontendIPConfigurations/public`,
              },
              frontendPort: { id: `${id('applicationGateways', 'agw')}/frontendPorts/p` },
              protocol: 'Http',
            },
          },
        ],
        requestRoutingRules: [
          {
            name: 'r',
            properties: {
              ruleType: 'Basic',
              priority: 1,
              httpListener: { id: `${id('applicationGateways', 'agw')}/httpListeners/l` },
              backendAddressPool: {
                id: `${id('applicationGateways', 'agw')}/backendAddressPools/b`,
              },
              backendHttpSettings: {
                id: `${id('applicationGateways', 'agw')}/backendHttpSettingsCollection/h`,
              },
            },
          },
        ],
      },
    },
  ];
  return deriveNetwork(readPerimeter(snapshotOf(resources)));
}

function publicIp(name: string, ipAddress: string): Json {
  return {
    id: id('publicIPAddresses', name),
    type: 'Microsoft.Network/publicIPAddresses',
    name,
    sku: { name: 'Standard' },
    properties: { ipAddress, publicIPAllocationMethod: 'Static' },
  };
}

function only(network: ReturnType<typeof deriveNetwork>, from: string, to: string): Trace {
  const answer = answerTrace(network, { from, to });
  expect(answer.diagnostics).toEqual([]);
  expect(answer.traces.length).toBe(1);
  return answer.traces[0]!;
}

const addressOf = (address: FlowAddress): string =>
  address.kind === 'exact' ? formatIp(address.ip) : formatAddressSet(address.addresses, 4);
const lastFlow = (trace: Trace) => trace.forward.hops.at(-1)!.flow;
const boxes = (hops: Trace['forward']['hops']) => hops.map((hop) => hop.kind);

describe('10.1 firewall only', () => {
  const network = walks({
    natRules: [
      {
        name: 'web',
        protocols: ['TCP'],
        sourceAddresses: ['*'],
        destinationAddresses: [FIREWALL_PUBLIC],
        destinationPorts: ['443'],
        translatedAddress: '192.168.1.4',
        translatedPort: '443',
      },
    ],
  });
  const trace = only(network, CLIENT, `${FIREWALL_PUBLIC}:443`);

  it('AFW-67: DNAT sends the flow to the server with an instance address as its source', () => {
    expect(addressOf(lastFlow(trace).destination)).toBe('192.168.1.4');
    // An instance, "any of them, not the VIP": inside AzureFirewallSubnet without .4 and the reserved addresses.
    const source = lastFlow(trace).source;
    expect(source.kind).toBe('within');
    expect(addressOf(source)).not.toContain('192.168.100.4-');
  });

  it('the reply reaches the instance by the VNet route, whatever 0/0 says', () => {
    expect(trace.answer).toBe('allowed');
    expect(trace.back?.hops.some((hop) => hop.kind === 'firewall')).toBe(true);
  });
});

describe('10.3 gateway and firewall in parallel', () => {
  it('AZS-80: inbound web passes the gateway only, and the reply returns to it directly', () => {
    const trace = only(walks({}), CLIENT, `${GATEWAY_PUBLIC}:80`);
    expect(trace.answer).toBe('allowed');
    expect(boxes(trace.forward.hops)).not.toContain('firewall');
    expect(boxes(trace.back!.hops)).not.toContain('firewall');
    expect(addressOf(lastFlow(trace).source)).toBe('192.168.200.0/24');
  });

  it('outbound goes through the firewall and is translated to its public address', () => {
    const network = walks({
      networkRules: [
        {
          name: 'out',
          protocols: ['TCP'],
          sourceAddresses: ['192.168.1.0/24'],
          destinationAddresses: ['1.1.1.1'],
          destinationPorts: ['443'],
        },
      ],
    });
    const trace = only(network, '192.168.1.4', '1.1.1.1:443');
    expect(trace.answer).toBe('allowed');
    expect(addressOf(lastFlow(trace).source)).toBe(FIREWALL_PUBLIC);
  });
});

describe('10.4 gateway before firewall', () => {
  const networkRules = [
    {
      name: 'web',
      protocols: ['TCP'],
      sourceAddresses: ['192.168.200.0/24'],
      destinationAddresses: ['192.168.1.4'],
      destinationPorts: ['80'],
    },
  ];
  const toWorkload = route('to-workload', '192.168.1.0/24');
  const toGateway = route('to-gateway', '192.168.200.0/24');

  it('works with both routes, and private destinations are not translated', () => {
    const trace = only(
      walks({
        networkRules,
        gatewayRoutes: [toWorkload],
        workloadRoutes: [DEFAULT_ROUTE, toGateway],
      }),
      CLIENT,
      `${GATEWAY_PUBLIC}:80`,
    );
    expect(trace.answer).toBe('allowed');
    expect(boxes(trace.forward.hops)).toContain('firewall');
    expect(boxes(trace.back!.hops)).toContain('firewall');
    expect(addressOf(lastFlow(trace).source)).toBe('192.168.200.0/24');
  });

  it('AFW-E06: breaks when only the gateway’s route exists: the firewall never sees the reply', () => {
    const trace = only(
      walks({ networkRules, gatewayRoutes: [toWorkload] }),
      CLIENT,
      `${GATEWAY_PUBLIC}:80`,
    );
    expect(trace.answer).toBe('broken');
    expect(trace.back?.disposition.kind).toBe('no-session');
  });

  it('breaks when only the workload’s route exists: the firewall never saw the request', () => {
    const trace = only(
      walks({ networkRules, workloadRoutes: [DEFAULT_ROUTE, toGateway] }),
      CLIENT,
      `${GATEWAY_PUBLIC}:80`,
    );
    expect(trace.answer).toBe('broken');
    expect(trace.back?.disposition.kind).toBe('no-session');
  });

  it('without a rule for it the firewall denies', () => {
    const trace = only(
      walks({ gatewayRoutes: [toWorkload], workloadRoutes: [DEFAULT_ROUTE, toGateway] }),
      CLIENT,
      `${GATEWAY_PUBLIC}:80`,
    );
    expect(trace.answer).toBe('denied');
    expect(trace.forward.hops.at(-1)?.kind).toBe('firewall');
  });
});

describe('the internet and private addresses', () => {
  it('nothing on the internet reaches a private address directly', () => {
    expect(only(walks({}), CLIENT, '192.168.1.4:80').answer).toBe('denied');
  });

  it('a port without DNAT is denied at the firewall’s public address', () => {
    const trace = only(walks({}), CLIENT, `${FIREWALL_PUBLIC}:22`);
    expect(trace.answer).toBe('denied');
    expect(trace.forward.disposition.kind).toBe('denied');
  });
});
