import { describe, expect, it } from 'vitest';
import type { ImportedPart } from '../../../src/importers/imported-part.ts';
import type { TerraformResource } from '../../../src/importers/terraform/index.ts';
import { armResourcesOf, terraformAttribute } from '../../../src/importers/terraform/index.ts';
import { type ObjectValue, objectValue, type Unknown } from '../../../src/values/index.ts';
import {
  fromState,
  located,
  plainOf,
  plainValue,
  snapshotOfPart,
} from '../../support/terraform-samples.ts';

/** iac-formats 4.2: resources of Terraform that are parts of resources of ARM, and what is not understood. */

const GROUP = '/subscriptions/s/resourceGroups/g';
const NETWORK = `${GROUP}/providers/Microsoft.Network`;
const SUBNET = `${NETWORK}/virtualNetworks/net/subnets/nodes`;

function resource(
  type: string,
  values: object,
  more: Partial<TerraformResource> & { readonly unknown?: Readonly<Record<string, Unknown>> } = {},
): TerraformResource {
  const { unknown = {}, ...rest } = more;
  const root = located({ resource_group_name: 'g', ...values }) as ObjectValue;
  const members = Object.entries(unknown).map(([name, value]) => ({ name, value, at: root.at }));
  return {
    address: `${type}.one`,
    mode: 'managed',
    type,
    values: objectValue(root.at, [...root.members.values(), ...members]),
    at: root.at,
    ...rest,
  };
}

function runTime(symbol: string): Unknown {
  const { at } = located({});
  return { kind: 'unknown', reason: 'run-time', text: symbol, missing: symbol, symbol, at };
}

const read = (...resources: readonly TerraformResource[]): ImportedPart =>
  armResourcesOf(resources, { subscriptionId: 's' });
const bodies = (part: ImportedPart): readonly unknown[] =>
  part.resources.map(({ body }) => plainValue(body));

describe('associations', () => {
  it('of a subnet in the input become its properties', () => {
    const part = read(
      resource('azurerm_subnet', { name: 'nodes', virtual_network_name: 'net' }),
      resource('azurerm_subnet_route_table_association', {
        subnet_id: SUBNET,
        route_table_id: `${NETWORK}/routeTables/rt`,
      }),
      resource('azurerm_subnet_nat_gateway_association', {
        subnet_id: SUBNET.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions'),
        nat_gateway_id: `${NETWORK}/natGateways/ng`,
      }),
    );
    expect(bodies(part)).toHaveLength(1);
    expect(bodies(part)[0]).toMatchObject({
      properties: {
        routetable: { id: `${NETWORK}/routeTables/rt` },
        natgateway: { id: `${NETWORK}/natGateways/ng` },
      },
    });
  });

  it('of a subnet elsewhere make a mention of it that says just that', () => {
    const part = read(
      resource('azurerm_subnet_network_security_group_association', {
        subnet_id: SUBNET,
        network_security_group_id: `${NETWORK}/networkSecurityGroups/nsg`,
      }),
    );
    expect(part.resources[0]).toMatchObject({ id: SUBNET, isReference: true });
  });

  it('that may not be there leave the property unknown', () => {
    const part = read(
      resource('azurerm_subnet', { name: 'nodes', virtual_network_name: 'net' }),
      resource(
        'azurerm_subnet_route_table_association',
        { subnet_id: SUBNET, route_table_id: `${NETWORK}/routeTables/rt` },
        { exists: runTime('var.routed') },
      ),
    );
    expect(bodies(part)[0]).toMatchObject({ properties: { routetable: '?var.routed' } });
  });

  it('of a NAT gateway add up', () => {
    const association = (name: string) =>
      resource(
        'azurerm_nat_gateway_public_ip_association',
        {
          nat_gateway_id: `${NETWORK}/natGateways/ng`,
          public_ip_address_id: `${NETWORK}/publicIPAddresses/${name}`,
        },
        { address: `azurerm_nat_gateway_public_ip_association.${name}` },
      );
    const part = read(
      resource('azurerm_nat_gateway', { name: 'ng' }),
      association('a'),
      association('b'),
    );
    expect(bodies(part)[0]).toMatchObject({
      properties: {
        publicipaddresses: ['a', 'b'].map((name) => ({
          id: `${NETWORK}/publicIPAddresses/${name}`,
        })),
      },
    });
  });

  it('whose subnet nobody knows are a gap', () => {
    const part = read(
      resource(
        'azurerm_subnet_route_table_association',
        { route_table_id: `${NETWORK}/routeTables/rt` },
        { unknown: { subnet_id: runTime('local.subnet') } },
      ),
    );
    expect(part.gaps[0]?.what).toBe('azurerm_subnet_route_table_association.one');
    expect(part.gaps[0]?.why).not.toBe('');
  });
});

describe('elements', () => {
  it('rule collections of a classic firewall are lists of it', () => {
    const collection = (kind: string, rule: object) =>
      resource(`azurerm_firewall_${kind}_rule_collection`, {
        name: kind,
        azure_firewall_name: 'fw',
        priority: 100,
        action: kind === 'nat' ? 'Dnat' : 'Allow',
        rule: [{ name: 'r', ...rule }],
      });
    const part = read(
      resource('azurerm_firewall', {
        name: 'fw',
        dns_proxy_enabled: true,
        dns_servers: ['10.0.0.4', '10.0.0.5'],
      }),
      collection('network', { protocols: ['TCP'], destination_ports: ['443'] }),
      collection('application', {
        target_fqdns: ['a.example'],
        protocol: [{ type: 'Https', port: 443 }],
      }),
      collection('nat', { translated_address: '10.0.0.9', translated_port: '8443' }),
    );
    expect(bodies(part)).toEqual([
      {
        name: 'fw',
        type: 'Microsoft.Network/azureFirewalls',
        properties: {
          additionalproperties: {
            'network.dns.enableproxy': 'true',
            'network.dns.servers': '10.0.0.4,10.0.0.5',
          },
          networkrulecollections: [
            {
              name: 'network',
              properties: {
                priority: 100,
                action: { type: 'Allow' },
                rules: [{ name: 'r', protocols: ['TCP'], destinationports: ['443'] }],
              },
            },
          ],
          applicationrulecollections: [
            {
              name: 'application',
              properties: {
                priority: 100,
                action: { type: 'Allow' },
                rules: [
                  {
                    name: 'r',
                    targetfqdns: ['a.example'],
                    protocols: [{ protocoltype: 'Https', port: 443 }],
                  },
                ],
              },
            },
          ],
          natrulecollections: [
            {
              name: 'nat',
              properties: {
                priority: 100,
                action: { type: 'Dnat' },
                rules: [{ name: 'r', translatedaddress: '10.0.0.9', translatedport: '8443' }],
              },
            },
          ],
        },
      },
    ]);
  });

  it('parts of a load balancer are referred to by ids below it', () => {
    const id = `${NETWORK}/loadBalancers/lb`;
    const part = read(
      resource('azurerm_lb', { name: 'lb', frontend_ip_configuration: [{ name: 'front' }] }),
      resource('azurerm_lb_backend_address_pool', { name: 'pool', loadbalancer_id: id }),
      resource(
        'azurerm_lb_rule',
        {
          name: 'web',
          loadbalancer_id: id,
          frontend_ip_configuration_name: 'front',
          frontend_port: 443,
        },
        {
          unknown: {
            probe_id: runTime(terraformAttribute('azurerm_lb_probe.one', 'id')),
          },
        },
      ),
      resource('azurerm_lb_probe', { name: 'alive', loadbalancer_id: id, port: 443 }),
    );
    expect(bodies(part)[0]).toMatchObject({
      properties: {
        backendaddresspools: [{ name: 'pool' }],
        loadbalancingrules: [
          {
            name: 'web',
            properties: {
              frontendipconfiguration: { id: `${id}/frontendIPConfigurations/front` },
              probe: { id: `${id}/probes/alive` },
            },
          },
        ],
      },
    });
  });

  it('inline children that are written apart too count once', () => {
    const part = read(
      resource('azurerm_network_security_group', {
        name: 'nsg',
        security_rule: [
          { name: 'apart', priority: 4000 },
          { name: 'inline', priority: 200 },
        ],
      }),
      resource('azurerm_network_security_rule', {
        name: 'Apart',
        network_security_group_name: 'nsg',
        priority: 100,
      }),
    );
    const snapshot = snapshotOfPart(part);
    const priorities = Object.entries(plainOf(snapshot)).flatMap(([key, body]) =>
      key.includes('/securityrules/') ? [[key.split('/').at(-1), body]] : [],
    );
    expect(snapshot.diagnostics).toEqual([]);
    expect(priorities).toMatchObject([
      ['apart', { properties: { priority: 100 } }],
      ['inline', { properties: { priority: 200 } }],
    ]);
  });
});

describe('unknowns', () => {
  const anything = runTime('var.anything');

  it('of a list as a whole stay one, whatever form the list has in ARM', () => {
    const part = read(
      resource(
        'azurerm_private_dns_a_record',
        { name: 'a', private_dns_zone_id: `${NETWORK}/privateDnsZones/z` },
        { unknown: { records: anything } },
      ),
    );
    expect(bodies(part)[0]).toMatchObject({
      properties: { arecords: expect.stringMatching(/^\?/) },
    });
  });

  it('keep their identity where ARM has the same value, and lose it where it has the opposite', () => {
    const part = read(
      resource(
        'azurerm_route_table',
        { name: 'rt' },
        { unknown: { bgp_route_propagation_enabled: anything } },
      ),
      resource(
        'azurerm_route',
        { name: 'r', route_table_name: 'rt' },
        { unknown: { next_hop_in_ip_address: anything } },
      ),
    );
    expect(bodies(part)[1]).toMatchObject({ properties: { nexthopipaddress: '?var.anything' } });
    const table = part.resources[0]?.body.members.get('properties')?.value as ObjectValue;
    expect(table.members.get('disablebgproutepropagation')?.value).not.toHaveProperty('symbol');
  });

  it('of an attribute of another resource go by the name ARM gives it', () => {
    const nic = (values: object) =>
      resource('azurerm_network_interface', { name: 'nic', ...values });
    const route = (path: string) =>
      resource(
        'azurerm_route',
        { name: 'r', route_table_name: 'rt' },
        {
          unknown: {
            next_hop_in_ip_address: runTime(
              terraformAttribute('azurerm_network_interface.one', path),
            ),
          },
        },
      );
    const hop = (path: string) =>
      bodies(read(nic({ ip_configuration: [{ name: 'a' }] }), route(path)))[1];
    const symbol = `?attribute:${NETWORK.toLowerCase()}/networkinterfaces/nic:ipconfigurations[0].properties.privateipaddress`;
    for (const path of ['private_ip_address', 'ip_configuration[0].private_ip_address']) {
      expect(hop(path)).toMatchObject({ properties: { nexthopipaddress: symbol } });
    }
  });

  it('that are written where they are referred to are known after all', () => {
    const part = read(
      resource('azurerm_public_ip', { name: 'p', ip_address: '203.0.113.7' }),
      resource(
        'azurerm_ip_group_cidr',
        { ip_group_id: `${NETWORK}/ipGroups/g` },
        { unknown: { cidr: runTime(terraformAttribute('azurerm_public_ip.one', 'ip_address')) } },
      ),
    );
    expect(bodies(part)[1]).toMatchObject({ properties: { ipaddresses: ['203.0.113.7'] } });
  });
});

describe('AzAPI', () => {
  it.each([
    ['an object', { properties: { ipAddresses: ['10.0.0.0/24'] } }],
    ['a text, before version 2', JSON.stringify({ properties: { ipAddresses: ['10.0.0.0/24'] } })],
  ])('a resource whose body is %s is ARM as it stands', (_, body) => {
    const part = read(
      resource('azapi_resource', {
        type: 'Microsoft.Network/ipGroups@2024-05-01',
        name: 'ipg',
        parent_id: GROUP,
        location: 'westeurope',
        body,
      }),
    );
    expect(part.resources[0]).toMatchObject({
      id: `${NETWORK}/ipGroups/ipg`,
      apiVersion: '2024-05-01',
      location: 'westeurope',
    });
    expect(bodies(part)[0]).toMatchObject({ properties: { ipaddresses: ['10.0.0.0/24'] } });
  });

  it('an update changes the resource that another one makes', () => {
    const part = read(
      resource('azurerm_virtual_network', { name: 'net', address_space: ['10.0.0.0/16'] }),
      resource('azapi_update_resource', {
        type: 'Microsoft.Network/virtualNetworks@2024-05-01',
        resource_id: `${NETWORK}/virtualNetworks/net`,
        body: { properties: { flowTimeoutInMinutes: 10 } },
      }),
    );
    expect(bodies(part)).toHaveLength(1);
    expect(bodies(part)[0]).toMatchObject({
      properties: { addressspace: { addressprefixes: ['10.0.0.0/16'] }, flowtimeoutinminutes: 10 },
    });
  });

  it('a child lies below the resource its parent id names', () => {
    const part = read(
      resource('azapi_resource', {
        type: 'Microsoft.Network/virtualNetworks/subnets@2024-05-01',
        name: 'nodes',
        parent_id: `${NETWORK}/virtualNetworks/net`,
      }),
    );
    expect(part.resources[0]?.id).toBe(SUBNET);
  });
});

describe('what is not understood', () => {
  it('a type is one gap, with how often it was seen and one address', () => {
    const { gaps } = read(
      resource('azurerm_frontdoor', {}, { address: 'azurerm_frontdoor.a' }),
      resource('azurerm_frontdoor', {}, { address: 'azurerm_frontdoor.b' }),
      resource('random_pet', {}),
    );
    expect(gaps).toMatchObject([
      { what: 'azurerm_frontdoor', count: 2, why: expect.stringContaining('azurerm_frontdoor.a') },
      { what: 'random_pet', why: '' },
    ]);
  });

  it('an argument that says something is a gap, one that cannot matter a quiet one', () => {
    const { gaps } = read(
      resource('azurerm_subnet', {
        name: 'a',
        virtual_network_name: 'net',
        ip_address_pool: [{ id: 'x', number_of_ip_addresses: '256' }],
        not_an_argument: false,
      }),
      resource('azurerm_virtual_network', { name: 'net', edge_zone: 'zone', bgp_community: '' }),
    );
    expect(gaps).toMatchObject([
      { what: 'azurerm_subnet.ip_address_pool', why: 'what this argument does is not read' },
      { what: 'azurerm_virtual_network: edge_zone', why: '' },
    ]);
  });
});

describe('states', () => {
  it('a state of another version is refused with what to do', () => {
    const { diagnostics, gaps, resources } = fromState({ version: 3, lineage: 'x', modules: [] });
    expect(diagnostics).toMatchObject([{ code: 'terraform/state-version', severity: 'error' }]);
    expect(diagnostics[0]?.hint).toContain('terraform show -json');
    expect(gaps).toHaveLength(1);
    expect(resources).toEqual([]);
  });

  it('keys of instances are part of their address, deposed ones are left out', () => {
    const instance = (key: string, more: object = {}) => ({
      index_key: key,
      attributes: { id: `${SUBNET}-${key}`, name: `nodes-${key}` },
      ...more,
    });
    const { resources } = fromState({
      version: 4,
      resources: [
        {
          module: 'module.net',
          mode: 'managed',
          type: 'azurerm_subnet',
          name: 's',
          instances: [instance('a'), instance('b', { deposed: '1f' })],
        },
      ],
    });
    expect(resources.map(({ at }) => at.via)).toEqual([['module.net.azurerm_subnet.s["a"]']]);
  });

  it('what is looked up is there, and known as far as it was shown', () => {
    const { resources } = fromState({
      version: 4,
      resources: [
        {
          mode: 'data',
          type: 'azurerm_subnet',
          name: 's',
          instances: [
            {
              attributes: {
                id: SUBNET,
                name: 'nodes',
                route_table_id: `${NETWORK}/routeTables/rt`,
              },
            },
          ],
        },
      ],
    });
    expect(resources).toMatchObject([{ id: SUBNET, isReference: true }]);
    expect(plainValue(resources[0]!.body)).toMatchObject({
      properties: { routetable: { id: `${NETWORK}/routeTables/rt` } },
    });
  });

  it('sensitive attributes stay out', () => {
    const part = fromState({
      version: 4,
      resources: [
        {
          mode: 'managed',
          type: 'azurerm_ip_group',
          name: 'g',
          instances: [
            {
              attributes: { id: `${NETWORK}/ipGroups/g`, name: 'g', cidrs: ['198.51.100.77'] },
              sensitive_attributes: [[{ type: 'get_attr', value: 'cidrs' }]],
            },
          ],
        },
      ],
    });
    expect(JSON.stringify(bodies(part))).not.toContain('198.51');
  });
});
