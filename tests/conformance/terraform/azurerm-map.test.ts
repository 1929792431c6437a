import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type Attribute,
  AZURERM_TYPES,
  armResourcesOf,
} from '../../../src/importers/terraform/azurerm/index.ts';
import type { TerraformResource } from '../../../src/importers/terraform/index.ts';
import type { ObjectValue } from '../../../src/values/index.ts';
import { projectRoot } from '../../support/source-tree.ts';
import { located, plainValue } from '../../support/terraform-samples.ts';

/**
 * The published map (data/terraform-azurerm/arm-map.json, made from the documents of provider and ARM, not from our
 * tables): every argument of it lands where it says. 59 types.
 */

interface Row {
  readonly arm: string;
  readonly kind?: string;
  readonly element?: string;
  readonly target?: string;
  readonly attributes: Readonly<Record<string, string>>;
}
interface Argument {
  readonly type: string;
  readonly computed?: boolean;
  readonly optional?: boolean;
  readonly elem?: { readonly type?: string; readonly schema?: Readonly<Record<string, Argument>> };
}

const data = (name: string) =>
  JSON.parse(readFileSync(join(projectRoot, 'data', 'terraform-azurerm', name), 'utf8'));
const map: Readonly<Record<string, Row>> = data('arm-map.json').resources;
const schema: Readonly<Record<string, { schema: Readonly<Record<string, Argument>> }>> = data(
  'schema-5.2.0.subset.json',
).resources;

const ID = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/things/one';

/** Arguments that say what a resource belongs to: each type is given all it may want. */
const WHERE = {
  name: 'one',
  resource_group_name: 'g',
  virtual_network_name: 'net',
  route_table_name: 'table',
  network_security_group_name: 'group',
  network_watcher_name: 'watcher',
  azure_firewall_name: 'fw',
  subnet_id: `${ID}/subnets/a`,
  nat_gateway_id: ID,
  network_interface_id: ID,
  virtual_network_id: ID,
  ip_group_id: ID,
  loadbalancer_id: ID,
  target_resource_id: ID,
  scope: ID,
  firewall_policy_id: ID,
  kubernetes_cluster_id: ID,
  private_dns_zone_id: ID,
  private_dns_resolver_id: ID,
  dns_forwarding_ruleset_id: ID,
  virtual_hub_id: ID,
};

/** Rows of the map that name no single argument, or none that plain values can show; each is tested below. */
const BY_HAND: ReadonlySet<string> = new Set([
  'azurerm_firewall_policy_rule_collection_group.nat_rule_collection',
  'azurerm_firewall_policy_rule_collection_group.network_rule_collection',
  'azurerm_firewall_policy_rule_collection_group.application_rule_collection',
  'azurerm_private_endpoint.private_service_connection.is_manual_connection',
  'azurerm_private_endpoint.private_dns_zone_group.private_dns_zone_ids',
  'azurerm_route_server.subnet_id',
]);

const rows = Object.entries(map).flatMap(([type, row]) =>
  Object.entries(row.attributes).map(([argument, path]) => ({ type, row, argument, path })),
);

describe('the published map of azurerm to ARM', () => {
  it('is covered: every type of it is in our table, under the same ARM type', () => {
    const wrong = Object.entries(map).filter(([type, { arm }]) => {
      const ours = AZURERM_TYPES.get(type);
      return ours?.arm.toLowerCase() !== arm.replace(/ \(.*/, '').toLowerCase();
    });
    expect(wrong.map(([type]) => type)).toEqual([]);
  });

  it.each(rows.filter(({ type, argument }) => !BY_HAND.has(`${type}.${argument}`)))(
    '$type: $argument is $path',
    ({ type, row, argument, path }) => {
      const { wanted, written } = sampleOf(type, argument, path);
      const [found] = armOf(type, nested(argument.split('.'), written));
      expect(at(found, armPath(row, path))).toEqual(wanted);
    },
  );
});

describe('rows that need more than one value', () => {
  it('a manual connection is in the list of manual ones', () => {
    const connection = { name: 'c', private_connection_resource_id: ID };
    const of = (isManual: boolean) =>
      armOf('azurerm_private_endpoint', {
        private_service_connection: [{ ...connection, is_manual_connection: isManual }],
      })[0];
    expect(at(of(true), 'properties.manualPrivateLinkServiceConnections[0].name')).toBe('c');
    expect(at(of(true), 'properties.privateLinkServiceConnections')).toBeUndefined();
    expect(at(of(false), 'properties.privateLinkServiceConnections[0].name')).toBe('c');
  });

  it('a zone group is a child of its endpoint, with a configuration for each zone', () => {
    const zone = `${ID}/../privateDnsZones/privatelink.azurecr.io`;
    const [, child] = armOf('azurerm_private_endpoint', {
      private_dns_zone_group: [{ name: 'default', private_dns_zone_ids: [zone] }],
    });
    expect(child).toMatchObject({
      type: 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups',
      name: 'default',
      properties: {
        privatednszoneconfigs: [
          { name: 'privatelink.azurecr.io', properties: { privatednszoneid: zone } },
        ],
      },
    });
  });

  it('a route server has its subnet in a child', () => {
    const [server, child] = armOf('azurerm_route_server', { subnet_id: ID });
    expect(server).toMatchObject({ kind: 'RouteServer' });
    expect(at(child, 'properties.subnet.id')).toBe(ID);
  });

  it('three lists of collections become one, told apart by their kind', () => {
    const collection = (action: string, protocols: unknown) => [
      { name: 'c', priority: 100, action, rule: [{ name: 'r', protocols }] },
    ];
    const [group] = armOf('azurerm_firewall_policy_rule_collection_group', {
      nat_rule_collection: collection('Dnat', ['TCP']),
      network_rule_collection: collection('Allow', ['UDP']),
      application_rule_collection: collection('Deny', [{ type: 'Https', port: 443 }]),
    });
    expect(at(group, 'properties.ruleCollections')).toEqual([
      {
        rulecollectiontype: 'FirewallPolicyNatRuleCollection',
        name: 'c',
        priority: 100,
        action: { type: 'DNAT' },
        rules: [{ ruletype: 'NatRule', name: 'r', ipprotocols: ['TCP'] }],
      },
      {
        rulecollectiontype: 'FirewallPolicyFilterRuleCollection',
        name: 'c',
        priority: 100,
        action: { type: 'Allow' },
        rules: [{ ruletype: 'NetworkRule', name: 'r', ipprotocols: ['UDP'] }],
      },
      {
        rulecollectiontype: 'FirewallPolicyFilterRuleCollection',
        name: 'c',
        priority: 100,
        action: { type: 'Deny' },
        rules: [
          {
            ruletype: 'ApplicationRule',
            name: 'r',
            protocols: [{ protocoltype: 'Https', port: 443 }],
          },
        ],
      },
    ]);
  });
});

describe('the table against the schema of provider 5.2', () => {
  it('every argument of today is one the provider has', () => {
    const wrong: string[] = [];
    for (const type of AZURERM_TYPES.values()) {
      const known = schema[type.terraform]?.schema;
      if (known !== undefined) collectUnknown(type.attributes, known, type.terraform, wrong);
    }
    expect(wrong).toEqual([]);
  });

  it('every argument of the provider is read, or known to change no flow', () => {
    const silent: string[] = [];
    for (const type of AZURERM_TYPES.values()) {
      const { terraform, attributes, harmless = [], isNarrow, identity } = type;
      if (isNarrow === true) continue;
      const used = JSON.stringify([identity, type.parts ?? []]);
      for (const [name, argument] of Object.entries(schema[terraform]?.schema ?? {})) {
        const isRead = attributes.some((one) => one.name === name || hasSwitch(one, name));
        const isKnown = isRead || harmless.includes(name) || used.includes(`"${name}"`);
        const isTold = argument.computed === true && argument.optional !== true;
        if (!isKnown && !isTold && !PLACE.has(name)) silent.push(`${terraform}.${name}`);
      }
    }
    expect(silent).toEqual(NOT_READ);
  });
});

/** Arguments that are not read and would be told as a gap, each for want of a view that could use it. */
const NOT_READ: readonly string[] = [
  'azurerm_virtual_network.ip_address_pool',
  'azurerm_subnet.ip_address_pool',
  'azurerm_application_gateway.backend',
  'azurerm_application_gateway.listener',
  'azurerm_application_gateway.routing_rule',
  'azurerm_lb_backend_address_pool.tunnel_interface',
];

const PLACE: ReadonlySet<string> = new Set(['name', 'location', 'tags', 'resource_group_name']);

function hasSwitch(attribute: Attribute, name: string): boolean {
  return attribute.kind === 'block' && attribute.onlyIf?.name === name;
}

function collectUnknown(
  attributes: readonly Attribute[],
  known: Readonly<Record<string, Argument>>,
  path: string,
  wrong: string[],
): void {
  for (const attribute of attributes) {
    if (attribute.until !== undefined) continue;
    const argument = known[attribute.name];
    if (argument === undefined) wrong.push(`${path}.${attribute.name}`);
    else if (attribute.kind === 'block') {
      const inner = argument.elem?.schema;
      if (inner === undefined) wrong.push(`${path}.${attribute.name} is no block`);
      else collectUnknown(attribute.attributes, inner, `${path}.${attribute.name}`, wrong);
    }
  }
}

/** The bodies of what one resource becomes, in plain words with names in lower case. */
function armOf(type: string, values: object): readonly Readonly<Record<string, unknown>>[] {
  const root = located({ ...WHERE, ...values }) as ObjectValue;
  const resource: TerraformResource = {
    address: `${type}.one`,
    mode: 'managed',
    type,
    values: root,
    at: root.at,
  };
  return armResourcesOf([resource]).resources.map(
    ({ body }) => plainValue(body) as object,
  ) as never;
}

/** What the argument is given, and what ARM has then: by the type in the schema and the words behind the path. */
function sampleOf(
  type: string,
  argument: string,
  path: string,
): { wanted: unknown; written: unknown } {
  const declared = argumentOf(type, argument.split('.'));
  const isList = /List|Set/.test(declared.type);
  const text = /\.id$|_id$|_ids$|^id$|next_hop$|scope$/.test(argument) ? ID : 'a-text';
  if (declared.elem?.schema !== undefined)
    return { written: [{ name: 'inner' }], wanted: expect.anything() };
  if (declared.type === 'TypeMap') return { written: { a: 'b' }, wanted: { a: 'b' } };
  if (declared.type === 'TypeBool') {
    if (path.startsWith('!')) return { written: true, wanted: false };
    const isWord = /publicNetworkAccess|Enabled\|Disabled/.test(path);
    return { written: true, wanted: isWord ? 'Enabled' : /EnableProxy/.test(path) ? 'true' : true };
  }
  if (declared.type === 'TypeInt') return { written: 7, wanted: /\(string\)/.test(path) ? '7' : 7 };
  if (!isList) return { written: text, wanted: text };
  const items = declared.elem?.type === 'TypeInt' ? [7] : [text];
  if (/comma list/.test(path)) return { written: items, wanted: text };
  return { written: items, wanted: items[0] };
}

function argumentOf(type: string, names: readonly string[]): Argument {
  let here = schema[type]?.schema;
  let found: Argument = { type: 'TypeString' };
  for (const name of names) {
    found = here?.[name] ?? { type: 'TypeString' };
    here = found.elem?.schema;
  }
  return found;
}

/** `a.b.c`: blocks are lists of one object. */
function nested([first = '', ...rest]: readonly string[], value: unknown): object {
  return { [first]: rest.length === 0 ? value : [{ name: 'inner', ...nested(rest, value) }] };
}

/** The path of the map in full: some rows of it start at the rule or the element. */
function armPath(row: Row, path: string): string {
  const plain = path
    .replace(/^!/, '')
    .replace(/ \(.*$/, '')
    .replace('(value)', '')
    .replaceAll('[]', '[0]');
  if (plain.startsWith('rules[0]')) {
    const owner = row.element?.replace('[]', '[0].properties') ?? 'properties.ruleCollections[0]';
    return `${owner}.${plain}`;
  }
  if (row.element !== undefined)
    return [row.element.replace('[]', '[0]'), plain].filter((part) => part !== '').join('.');
  return plain;
}

function at(value: unknown, path: string): unknown {
  let here = value;
  for (const match of path.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([^.[\]]+)/g)) {
    const step = (match[1] ?? match[2] ?? match[3] ?? '').toLowerCase();
    here = (here as Record<string, unknown> | undefined)?.[step];
  }
  return here;
}
