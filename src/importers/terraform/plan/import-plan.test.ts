import { describe, expect, it } from 'vitest';
import {
  fromPlan,
  located,
  plainOf,
  plainValue,
  snapshotOfPart,
} from '../../../../tests/support/terraform-samples.ts';
import type { ImportedPart } from '../../imported-part.ts';
import { importTerraformPlan } from './import-plan.ts';

/** Small plans as `terraform show -json` of 1.11 writes them. */

const GROUP = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g';
const SUBNETS = `${GROUP}/providers/Microsoft.Network/virtualNetworks/net/subnets`;

interface Planned {
  readonly type: string;
  readonly name: string;
  readonly index?: string | number;
  readonly values?: object;
  readonly unknown?: object;
  readonly sensitive?: object;
  readonly expressions?: object;
  readonly actions?: readonly string[];
  readonly before?: object;
}

const refs = (...references: readonly string[]) => ({ references });
const addressOf = ({ type, name, index }: Planned) =>
  `${type}.${name}${index === undefined ? '' : `[${JSON.stringify(index)}]`}`;

function planOf(resources: readonly Planned[], more: object = {}): object {
  const isThere = ({ actions }: Planned) =>
    actions === undefined || !['delete', 'forget'].includes(actions.join());
  const entry = (one: Planned) => ({
    address: addressOf(one),
    mode: 'managed',
    type: one.type,
    name: one.name,
    ...(one.index === undefined ? {} : { index: one.index }),
  });
  return {
    format_version: '1.2',
    planned_values: {
      root_module: {
        resources: resources.filter(isThere).map((one) => ({
          ...entry(one),
          values: { resource_group_name: 'g', ...one.values },
          sensitive_values: one.sensitive ?? {},
        })),
      },
    },
    resource_changes: resources.map((one) => ({
      ...entry(one),
      change: {
        actions: one.actions ?? ['create'],
        before: one.before ?? null,
        after: one.values ?? null,
        after_unknown: one.unknown ?? {},
        after_sensitive: one.sensitive ?? {},
      },
    })),
    configuration: {
      root_module: {
        resources: resources.map((one) => ({
          address: `${one.type}.${one.name}`,
          mode: 'managed',
          type: one.type,
          name: one.name,
          expressions: one.expressions ?? {},
        })),
      },
    },
    ...more,
  };
}

function subnet(name: string, index?: string | number): Planned {
  return {
    type: 'azurerm_subnet',
    name,
    ...(index === undefined ? {} : { index }),
    values: { name: `snet-${index ?? name}`, virtual_network_name: 'net' },
    unknown: { id: true },
  };
}

const TABLE: Planned = {
  type: 'azurerm_route_table',
  name: 'rt',
  values: { name: 'rt' },
  unknown: { id: true },
};

function association(subnetReferences: readonly string[], index?: string | number): Planned {
  return {
    type: 'azurerm_subnet_route_table_association',
    name: 'a',
    ...(index === undefined ? {} : { index }),
    unknown: { id: true, subnet_id: true, route_table_id: true },
    expressions: {
      subnet_id: refs(...subnetReferences),
      route_table_id: refs('azurerm_route_table.rt.id', 'azurerm_route_table.rt'),
    },
  };
}

/** Names of the subnets that have the route table. */
function routed(part: ImportedPart): readonly string[] {
  return part.resources
    .filter(({ body }) => JSON.stringify(plainValue(body)).includes('routetable'))
    .map(({ name }) => name);
}

function bodyOf(part: ImportedPart, name: string): unknown {
  const found = part.resources.find((one) => one.name === name);
  return found === undefined ? undefined : plainValue(found.body);
}

describe('references of a plan', () => {
  it('lead an association to its subnet', () => {
    const part = fromPlan(
      planOf([
        subnet('a'),
        subnet('b'),
        TABLE,
        association(['azurerm_subnet.b.id', 'azurerm_subnet.b']),
      ]),
    );
    expect(routed(part)).toEqual(['snet-b']);
  });

  it.each([
    ['each.key', ['x', 'y']],
    ['count.index', [0, 1]],
  ] as const)('by %s mean the instance of the same key', (by, keys) => {
    const part = fromPlan(
      planOf([
        ...keys.map((key) => subnet('s', key)),
        TABLE,
        association(['azurerm_subnet.s', by], keys[1]),
      ]),
    );
    expect(routed(part)).toEqual([`snet-${keys[1]}`]);
  });

  it('to one of several instances, without a key, are not followed', () => {
    const part = fromPlan(
      planOf([
        subnet('s', 'x'),
        subnet('s', 'y'),
        TABLE,
        association(['azurerm_subnet.s', 'var.which']),
      ]),
    );
    expect(routed(part)).toEqual([]);
    expect(part.gaps.map(({ what }) => what)).toContain('azurerm_subnet_route_table_association.a');
  });

  it('of a choice between two are not followed', () => {
    const choice = [
      'azurerm_subnet.a.id',
      'azurerm_subnet.a',
      'azurerm_subnet.b.id',
      'azurerm_subnet.b',
    ];
    const part = fromPlan(planOf([subnet('a'), subnet('b'), TABLE, association(choice)]));
    expect(routed(part)).toEqual([]);
  });

  it('to a thing of another type are parts of a text, not the id', () => {
    const hub: Planned = {
      type: 'azurerm_virtual_hub',
      name: 'h',
      values: { name: 'h' },
      unknown: { id: true },
    };
    const connection: Planned = {
      type: 'azurerm_virtual_hub_connection',
      name: 'c',
      values: { name: 'c', virtual_hub_id: `${GROUP}/providers/Microsoft.Network/virtualHubs/h` },
      unknown: { remote_virtual_network_id: true },
      expressions: {
        remote_virtual_network_id: refs('azurerm_virtual_hub.h.id', 'azurerm_virtual_hub.h'),
      },
    };
    const body = JSON.stringify(bodyOf(fromPlan(planOf([hub, connection])), 'c'));
    expect(body).toContain('"remotevirtualnetwork":{"id":"?');
  });

  it('of names made from random texts do not make two names one', () => {
    const made = (name: string): Planned => ({
      type: 'azurerm_virtual_network',
      name,
      values: { address_space: ['10.0.0.0/16'] },
      unknown: { id: true, name: true },
      expressions: { name: refs('random_pet.x.id', 'random_pet.x'), address_space: refs() },
    });
    const { resources } = fromPlan(planOf([made('a'), made('b')]));
    expect(new Set(resources.map(({ key }) => key)).size).toBe(2);
  });

  it('of Terraform 0.13, which name the resource only, are followed too', () => {
    const part = fromPlan(planOf([subnet('a'), TABLE, association(['azurerm_subnet.a'])]));
    expect(routed(part)).toEqual(['snet-a']);
  });
});

describe('what only the apply tells', () => {
  it('an attribute nobody wrote is left to the service', () => {
    const network: Planned = {
      type: 'azurerm_virtual_network',
      name: 'n',
      values: { name: 'net', address_space: ['10.0.0.0/16'] },
      unknown: { id: true, dns_servers: true, subnet: true, guid: true },
      expressions: {
        name: { constant_value: 'net' },
        address_space: { constant_value: ['10.0.0.0/16'] },
      },
    };
    expect(bodyOf(fromPlan(planOf([network])), 'net')).toEqual({
      name: 'net',
      type: 'Microsoft.Network/virtualNetworks',
      properties: { addressspace: { addressprefixes: ['10.0.0.0/16'] } },
    });
  });

  it('rules that a dynamic block may make are unknown, never none', () => {
    const group: Planned = {
      type: 'azurerm_network_security_group',
      name: 'g',
      values: { name: 'nsg' },
      unknown: { id: true, security_rule: true },
      expressions: { name: { constant_value: 'nsg' } },
    };
    const rule: Planned = {
      type: 'azurerm_network_security_rule',
      name: 'r',
      values: { name: 'r', network_security_group_name: 'nsg', priority: 100 },
    };
    expect(JSON.stringify(bodyOf(fromPlan(planOf([group])), 'nsg'))).toContain(
      '"securityrules":["?',
    );
    // Rules written on their own: the list inside is the service's.
    expect(bodyOf(fromPlan(planOf([group, rule])), 'nsg')).not.toHaveProperty('properties');
  });

  it('an address inside a block that plans do not spell out stays unknown', () => {
    const table: Planned = {
      ...TABLE,
      values: {
        name: 'rt',
        route: [
          { name: 'default', address_prefix: '0.0.0.0/0', next_hop_type: 'VirtualAppliance' },
        ],
      },
      unknown: { id: true, route: [{ next_hop_in_ip_address: true }] },
      expressions: { name: { constant_value: 'rt' } },
    };
    expect(JSON.stringify(bodyOf(fromPlan(planOf([table])), 'rt'))).toMatch(
      /"nexthopipaddress":"\?attribute:[^"]*routes\[0\]\.properties\.nextHopIpAddress"|"nexthopipaddress":"\?/i,
    );
  });

  describe('the next hop of a route inside its table', () => {
    const firewall: Planned = {
      type: 'azurerm_firewall',
      name: 'f',
      values: { name: 'fw', ip_configuration: [{ name: 'c' }] },
      unknown: { id: true, ip_configuration: [{ private_ip_address: true }] },
    };
    const table: Planned = {
      ...TABLE,
      values: { name: 'rt', route: [{ name: 'default', next_hop_type: 'VirtualAppliance' }] },
      unknown: { id: true, route: [{ next_hop_in_ip_address: true }] },
      expressions: { name: { constant_value: 'rt' } },
    };
    const address = {
      resource: 'azurerm_firewall.f',
      attribute: ['ip_configuration', 0, 'private_ip_address'],
    };
    const hop = (relevant: readonly object[]) => {
      const part = fromPlan(planOf([firewall, table], { relevant_attributes: relevant }));
      return /"nexthopipaddress":"\?([^"]*)"/.exec(JSON.stringify(bodyOf(part, 'rt')))?.[1];
    };
    const known = `private-address:${GROUP.toLowerCase()}/providers/microsoft.network/azurefirewalls/fw`;

    it('is the only private address that anything in the plan is made of', () => {
      const others = [
        { resource: 'azurerm_subnet.s', attribute: ['id'] },
        { resource: 'azurerm_public_ip.p', attribute: ['ip_address'] },
        { resource: 'azurerm_virtual_network.n', attribute: [] },
        { resource: 'random_pet.x', attribute: ['id'] },
      ];
      expect(hop([address, ...others])).toBe(known);
    });

    it.each([
      ['another address', { resource: 'azurerm_lb.l', attribute: ['private_ip_address'] }],
      ['a whole resource that has one', { resource: 'azurerm_network_interface.n', attribute: [] }],
      ['the answer of something else', { resource: 'data.http.me', attribute: ['response_body'] }],
    ])('is not told beside %s', (_, other) => {
      expect(hop([address, other])).not.toBe(known);
      expect(hop([])).not.toBe(known);
    });
  });

  it('a firewall lies in the one subnet that Azure lets it lie in, whatever block says so', () => {
    const subnetOf = (...names: readonly string[]) => {
      const firewall: Planned = {
        type: 'azurerm_firewall',
        name: 'f',
        values: { name: 'fw', ip_configuration: [{ name: 'c' }] },
        unknown: { ip_configuration: [{ subnet_id: true, public_ip_address_id: true }] },
        expressions: { name: { constant_value: 'fw' } },
      };
      const subnets = names.map((name, index) => ({
        ...subnet('s', index),
        values: { name, virtual_network_name: `net${index}` },
      }));
      const part = fromPlan(planOf([...subnets, firewall]));
      return /"subnet":\{"id":"([^"]*)"/.exec(JSON.stringify(bodyOf(part, 'fw')))?.[1];
    };
    const id = `${GROUP}/providers/Microsoft.Network/virtualNetworks/net1/subnets/AzureFirewallSubnet`;
    expect(subnetOf('nodes', 'AzureFirewallSubnet')).toBe(id);
    expect(subnetOf('AzureFirewallSubnet', 'AzureFirewallSubnet')).toMatch(/^\?/);
    expect(subnetOf('nodes')).toMatch(/^\?/);
  });

  it('rules made by dynamic inside a collection that is written keep what is not known', () => {
    const group = (unknown: object, rule: object): Planned => ({
      type: 'azurerm_firewall_policy_rule_collection_group',
      name: 'g',
      values: {
        name: 'rcg',
        firewall_policy_id: `${GROUP}/providers/Microsoft.Network/firewallPolicies/p`,
        network_rule_collection: [{ name: 'c', ...rule }],
      },
      unknown: { network_rule_collection: [unknown] },
      expressions: { network_rule_collection: [{ name: { constant_value: 'c' } }] },
    });
    const known = group({ rule: [{ destination_addresses: true }] }, { rule: [{ name: 'r' }] });
    const whole = group({ rule: true }, {});
    expect(JSON.stringify(bodyOf(fromPlan(planOf([known])), 'rcg'))).toContain(
      '"destinationaddresses":"?',
    );
    expect(JSON.stringify(bodyOf(fromPlan(planOf([whole])), 'rcg'))).toContain('"rules":["?');
  });

  it('a block made by dynamic does not take the reference of the one written beside it', () => {
    const firewall = (count: number): Planned => ({
      type: 'azurerm_firewall',
      name: 'f',
      values: {
        name: 'fw',
        ip_configuration: Array.from({ length: count }, (_, index) => ({ name: `c${index}` })),
      },
      unknown: { ip_configuration: Array.from({ length: count }, () => ({ subnet_id: true })) },
      expressions: {
        ip_configuration: [
          {
            name: { constant_value: 'c0' },
            subnet_id: refs('azurerm_subnet.a.id', 'azurerm_subnet.a'),
          },
        ],
      },
    });
    const ids = (count: number) =>
      JSON.stringify(bodyOf(fromPlan(planOf([subnet('a'), firewall(count)])), 'fw')).match(
        /"subnet":\{"id":"[^"]*"/g,
      );
    expect(ids(1)).toEqual([`"subnet":{"id":"${SUBNETS}/snet-a"`]);
    expect(ids(2)?.[0]).toContain(`${SUBNETS}/snet-a`);
    expect(ids(2)?.[1]).toContain('"?');
  });
});

describe('what a plan changes', () => {
  const known = (name: string, values: object = {}) => ({
    name,
    id: `${SUBNETS}/${name}`,
    virtual_network_name: 'net',
    resource_group_name: 'g',
    ...values,
  });

  it('what goes is not there, not even where its parent still lists it', () => {
    const network: Planned = {
      type: 'azurerm_virtual_network',
      name: 'n',
      actions: ['no-op'],
      values: { name: 'net', subnet: [{ name: 'old' }, { name: 'kept' }] },
    };
    const old: Planned = { ...subnet('old'), actions: ['delete'], before: known('old') };
    const snapshot = snapshotOfPart(fromPlan(planOf([network, old])));
    const keys = Object.keys(plainOf(snapshot)).map((key) => key.split('/').at(-1));
    expect(keys).toEqual(['net', 'kept']);
  });

  it('an association that goes takes its table off the subnet, whatever the subnet still shows', () => {
    const stays: Planned = {
      ...subnet('s'),
      actions: ['no-op'],
      values: known('snet-s', {
        route_table_id: `${GROUP}/providers/Microsoft.Network/routeTables/rt`,
      }),
      unknown: {},
    };
    const goes: Planned = {
      ...association([]),
      actions: ['delete'],
      before: { subnet_id: `${SUBNETS}/snet-s`, id: `${SUBNETS}/snet-s` },
    };
    expect(routed(fromPlan(planOf([stays])))).toEqual(['snet-s']);
    expect(routed(fromPlan(planOf([stays, goes])))).toEqual([]);
  });

  it('what Terraform only forgets stays', () => {
    const forgotten: Planned = { ...subnet('s'), actions: ['forget'], before: known('s') };
    expect(fromPlan(planOf([forgotten])).resources.map(({ name }) => name)).toEqual(['s']);
  });

  it('a deposed object is not there beside the one that replaces it', () => {
    const plan = planOf([subnet('s')]) as { resource_changes: object[] };
    plan.resource_changes.push({
      address: 'azurerm_subnet.s',
      mode: 'managed',
      type: 'azurerm_subnet',
      name: 's',
      deposed: '1a2b3c',
      change: { actions: ['delete'], before: known('older'), after: null, after_unknown: {} },
    });
    expect(fromPlan(plan).resources.map(({ name }) => name)).toEqual(['snet-s']);
  });

  it('the side before the apply is what the prior state shows', () => {
    const prior = {
      prior_state: {
        values: {
          root_module: {
            resources: [
              {
                address: 'azurerm_subnet.s',
                mode: 'managed',
                type: 'azurerm_subnet',
                name: 's',
                values: known('s', { address_prefixes: ['10.0.0.0/24'] }),
              },
            ],
          },
        },
      },
    };
    const after: Planned = {
      ...subnet('s'),
      values: known('s', { address_prefixes: ['10.0.1.0/24'] }),
    };
    const plan = located(planOf([after], prior));
    const prefixOn = (side: 'after' | 'before') =>
      JSON.stringify(bodyOf(importTerraformPlan(plan, {}, side), 's'));
    expect(prefixOn('before')).toContain('10.0.0.0/24');
    expect(prefixOn('after')).toContain('10.0.1.0/24');
  });
});

describe('what a plan says of itself', () => {
  it.each([
    [{ errored: true }, 'terraform/plan-incomplete'],
    [{ complete: false }, 'terraform/plan-incomplete'],
    [{ resource_drift: [{ address: 'azurerm_subnet.s' }, {}] }, 'terraform/drift'],
  ])('%j is told', (more, code) => {
    const { diagnostics } = fromPlan(planOf([], more));
    expect(diagnostics.map((one) => one.code)).toEqual([code]);
  });

  it('changes that wait for another apply are a gap', () => {
    const { gaps } = fromPlan(
      planOf([], { deferred_changes: [{ reason: 'instance_count_unknown' }] }),
    );
    expect(gaps.map(({ what }) => what)).toEqual(['deferred changes']);
  });

  it('a plan without changes leaves unknown what it does not show', () => {
    const {
      resource_changes: _,
      configuration: __,
      ...cut
    } = planOf([
      { type: 'azurerm_subnet', name: 's', values: { name: 's', virtual_network_name: 'net' } },
      { ...TABLE, values: { name: 'rt', bgp_route_propagation_enabled: true, route: [] } },
    ]) as Record<string, unknown>;
    const part = fromPlan(cut);
    expect(bodyOf(part, 's')).toMatchObject({
      properties: { addressprefixes: expect.stringMatching(/^\?/) },
    });
    expect(bodyOf(part, 'rt')).toMatchObject({ properties: { disablebgproutepropagation: false } });
    expect(bodyOf(part, 'rt')).not.toHaveProperty('properties.routes');
  });

  it('an entry that is no resource is told, and the rest is read', () => {
    const plan = planOf([subnet('s')]) as {
      planned_values: { root_module: { resources: unknown[] } };
    };
    plan.planned_values.root_module.resources.push(17, { type: 'x' });
    const { diagnostics, resources } = fromPlan(plan);
    expect(diagnostics.map((one) => one.code)).toEqual([
      'terraform/malformed-resource',
      'terraform/malformed-resource',
    ]);
    expect(resources).toHaveLength(1);
  });
});

describe('secrets and places', () => {
  it('a sensitive value is unknown, and its text is nowhere', () => {
    const group: Planned = {
      type: 'azurerm_ip_group',
      name: 'g',
      values: { name: 'ipg', cidrs: ['198.51.100.77'] },
      sensitive: { cidrs: true },
    };
    const part = fromPlan(planOf([group]));
    expect(JSON.stringify(part.resources.map(({ body }) => plainValue(body)))).not.toContain(
      '198.51',
    );
    expect(bodyOf(part, 'ipg')).toMatchObject({ properties: { ipaddresses: '?cidrs' } });
  });

  it('values are placed in the file, through the address of their resource', () => {
    const [read] = fromPlan(planOf([subnet('s', 'x')])).resources;
    expect(read?.at.via).toEqual(['azurerm_subnet.s["x"]']);
    const name = read?.body.members.get('name')?.value;
    expect(name?.at.via).toEqual(['azurerm_subnet.s["x"]']);
  });
});
