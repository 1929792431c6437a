import { describe, expect, it } from 'vitest';
import { TYPES } from '../../../tests/support/same-snapshot.ts';
import { type Json, snapshotOf } from '../../../tests/support/snapshot-of.ts';
import {
  FIREWALL,
  firewallAddress,
  HUB,
  idIn,
  TWO_GROUPS,
} from '../../../tests/support/two-groups.ts';
import type { Snapshot } from '../../model/index.ts';
import type { ObjectValue, Value } from '../../values/index.ts';
import type { DeploymentPlan, PlanResource } from './plan.ts';
import { planDeployment } from './plan-deployment.ts';
import { valuesOf } from './walk-values.ts';

const planOf = (resources: readonly Json[]): DeploymentPlan =>
  planDeployment(snapshotOf(resources), { tool: 'sallyport 0.0.0', types: TYPES });
const named = (plan: DeploymentPlan, symbol: string): PlanResource => {
  const found = plan.resources.find((each) => each.symbol === symbol);
  if (found === undefined)
    throw new Error(`no ${symbol} among ${plan.resources.map((each) => each.symbol).join(', ')}`);
  return found;
};
const N = 'Microsoft.Network';
const network = (name: string, properties: Json): Json => ({
  type: `${N}/virtualNetworks`,
  name,
  location: 'westeurope',
  properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] }, ...properties },
});

/** As importers hide a secret. */
function withSecret(snapshot: Snapshot): Snapshot {
  const hide = (value: Value): Value => {
    if (value.kind === 'string' && value.value === 'SECRET') {
      const { at } = value;
      return { kind: 'unknown', reason: 'secret', text: 'key', missing: 'the secret in key', at };
    }
    if (value.kind === 'array') return { ...value, items: value.items.map(hide) };
    if (value.kind !== 'object') return value;
    const members = [...value.members].map(
      ([key, entry]) => [key, { ...entry, value: hide(entry.value) }] as const,
    );
    return { ...value, members: new Map(members) };
  };
  const resources = [...snapshot.resources].map(
    ([key, resource]) => [key, { ...resource, body: hide(resource.body) as ObjectValue }] as const,
  );
  return { ...snapshot, resources: new Map(resources) };
}

describe('a plan', () => {
  const plan = planOf(TWO_GROUPS);

  it('names resources by their role', () => {
    const symbols = plan.resources.map(({ symbol }) => symbol);
    for (const symbol of [
      'firewall',
      'policy',
      'rcgBFirst',
      'hub',
      'spoke',
      'cluster',
      'identity',
      'diagnostics',
    ]) {
      expect(symbols).toContain(symbol);
    }
    expect(new Set(symbols.map((symbol) => symbol.toLowerCase())).size).toBe(symbols.length);
  });

  it('lists what a resource needs before it', () => {
    const seen = new Set<string>();
    for (const resource of plan.resources) {
      expect(
        resource.needs.filter((key) => !seen.has(key)),
        resource.symbol,
      ).toEqual([]);
      seen.add(resource.key);
    }
  });

  it('modules are listed after what they wait for, and need nothing that they do not wait for', () => {
    const before = new Map<string, ReadonlySet<string>>();
    const byKey = new Map(plan.resources.map((each) => [each.key, each]));
    for (const { name, after, resources } of plan.modules) {
      expect(
        after.filter((each) => !before.has(each)),
        name,
      ).toEqual([]);
      const allowed = new Set([
        name,
        ...after,
        ...after.flatMap((each) => [...(before.get(each) ?? [])]),
      ]);
      const needed = resources.flatMap((key) => byKey.get(key)?.needs ?? []);
      const modules = needed.flatMap((key) => byKey.get(key)?.module ?? []);
      expect(
        modules.filter((each) => !allowed.has(each)),
        name,
      ).toEqual([]);
      before.set(name, allowed);
    }
    expect(plan.modules.map(({ name, after }) => [name, ...after].join(' ← '))).toEqual([
      'hub',
      'spoke ← hub',
      'hub2 ← spoke',
      'spoke2 ← hub2',
    ]);
  });

  it('chains the rule collection groups of a policy by priority, and puts the firewall behind them', () => {
    expect(named(plan, 'rcgASecond').after).toEqual([named(plan, 'rcgBFirst').key]);
    expect(named(plan, 'rcgCThird').after).toEqual([named(plan, 'rcgASecond').key]);
    expect(named(plan, 'firewall').after).toEqual([named(plan, 'rcgCThird').key]);
  });

  it('takes the routes to a firewall out of a table that the firewall waits for, and no others', () => {
    const route = named(plan, 'route');
    expect(route.parent).toBe(named(plan, 'routeTableJump').key);
    expect(route.needs).toContain(FIREWALL.toLowerCase());
    const inside = [...valuesOf(named(plan, 'routeTableJump').body)];
    expect(inside.some((value) => value.kind === 'literal' && value.value === 'stop')).toBe(true);
    expect(inside.some((value) => value.kind === 'attribute')).toBe(false);
    // The spoke's table is in no cycle: it keeps its routes.
    expect(
      [...valuesOf(named(plan, 'routeTableSpoke').body)].some(({ kind }) => kind === 'attribute'),
    ).toBe(true);
  });

  it('an address that only Azure knows is an attribute of the firewall', () => {
    const value = [...valuesOf(named(plan, 'spoke').body)].find(({ kind }) => kind === 'attribute');
    expect(value).toMatchObject({
      resource: FIREWALL.toLowerCase(),
      path: ['properties', 'ipConfigurations', 0, 'properties', 'privateIPAddress'],
    });
  });

  it('a cluster comes after its ways out', () => {
    const before = plan.resources
      .slice(0, plan.resources.indexOf(named(plan, 'cluster')))
      .map(({ symbol }) => symbol);
    for (const way of ['firewall', 'rcgCThird', 'peeringHub', 'peeringSpoke', 'routeTableSpoke']) {
      expect(before).toContain(way);
    }
  });

  it('has no id of a subscription, a group or a resource as a literal', () => {
    for (const resource of plan.resources) {
      const literals = [...valuesOf(resource.body)].filter(
        (value) => value.kind === 'literal' && String(value.value).includes('/subscriptions/'),
      );
      expect(literals, resource.symbol).toEqual([]);
    }
  });

  it('leaves out what only Azure writes, and says so', () => {
    expect(plan.dropped).toEqual([
      { resource: FIREWALL.toLowerCase(), path: 'properties.provisioningState', why: 'read-only' },
    ]);
  });

  it('is the same whatever the order of the input', () => {
    const shuffled = planOf([...TWO_GROUPS].reverse());
    const shown = ({ resources, parameters, modules, inputHash }: DeploymentPlan) =>
      JSON.stringify({ resources, parameters, modules, inputHash }, (key, value) =>
        key === 'at' ? undefined : value,
      );
    expect(shown(shuffled)).toBe(shown(plan));
  });
});

describe('what nobody knows', () => {
  it('is a parameter named by what is missing, of the type that belongs there, without a default', () => {
    const plan = planOf([
      network('net', {
        enableDdosProtection: {
          $unknown: '[parameters(…)]',
          missing: 'a value for parameter protectMe',
        },
        addressSpace: { addressPrefixes: { $unknown: '[variables(…)]', missing: 'the ranges' } },
      }),
    ]);
    const open = plan.parameters.filter(({ role }) => role === 'unknown');
    expect(open.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'networkAddressPrefixes array',
      'protectMe bool',
    ]);
    expect(open.every((each) => each.default === undefined && each.value === undefined)).toBe(true);
  });

  it('unknowns share a parameter only when they are one fact', () => {
    const dns = (symbol?: string) => ({
      $unknown: 'x',
      missing: 'a server',
      ...(symbol === undefined ? {} : { symbol }),
    });
    const servers = (...list: unknown[]) =>
      planOf([network('net', { dhcpOptions: { dnsServers: list } })]).parameters.filter(
        ({ role }) => role === 'unknown',
      ).length;
    expect(servers(dns('a'), dns('a'))).toBe(1);
    expect(servers(dns('a'), dns('b'))).toBe(2);
    expect(servers(dns(), dns())).toBe(2);
  });

  it('a condition that could not be decided is a parameter too', () => {
    const plan = planOf([
      { ...network('net', {}), $exists: { $unknown: 'x', missing: 'whether it is wanted' } },
    ]);
    expect(named(plan, 'network').condition).toMatchObject({
      kind: 'parameter',
      name: 'deployNetwork',
    });
    expect(plan.parameters.find(({ name }) => name === 'deployNetwork')?.type).toBe('bool');
  });

  it('the address a network waits for itself is asked for, and the loss is told', () => {
    const hub = network('hub', {
      dhcpOptions: { dnsServers: [firewallAddress] },
      subnets: [{ name: 'AzureFirewallSubnet', properties: { addressPrefix: '10.0.0.0/26' } }],
    });
    const hubId = idIn(HUB, `${N}/virtualNetworks`, 'hub');
    const plan = planOf([
      { ...hub, id: hubId },
      {
        id: FIREWALL,
        type: `${N}/azureFirewalls`,
        name: 'afw-hub',
        properties: {
          ipConfigurations: [
            { name: 'a', properties: { subnet: { id: `${hubId}/subnets/AzureFirewallSubnet` } } },
          ],
        },
      },
    ]);
    expect(plan.losses.map(({ what }) => what)).toEqual(['hub: privateIPAddress of afw-hub']);
    expect(plan.resources.map(({ symbol }) => symbol)).toEqual(['network', 'firewall']);
  });

  it('a resource that refers to another that is not in the input finds it there as existing', () => {
    const plan = planOf([
      network('net', {
        subnets: [
          {
            name: 'a',
            properties: { routeTable: { id: idIn(HUB, `${N}/routeTables`, 'rt-other') } },
          },
        ],
      }),
    ]);
    const other = plan.resources.find(({ isExisting }) => isExisting);
    expect(other).toMatchObject({
      type: `${N}/routeTables`,
      title: 'rt-other',
      needs: [],
      body: [],
    });
    expect(named(plan, 'network').needs).toEqual([other?.key]);
  });
});

describe('references', () => {
  const withHop = (subnet: string) => {
    const base = `/subscriptions/s/resourceGroups/g/providers/${N}`;
    return planOf([
      {
        ...network('net', {
          subnets: [{ name: 'nodes', properties: { addressPrefix: '10.0.0.0/24' } }],
        }),
        id: `${base}/virtualNetworks/net`,
      },
      {
        id: `${base}/privateEndpoints/pe`,
        type: `${N}/privateEndpoints`,
        name: 'pe',
        location: 'westeurope',
        properties: { subnet: { id: `${base}/virtualNetworks/net/subnets/${subnet}` } },
      },
    ]);
  };

  it('a part that is there is found without case, one that is not is an error', () => {
    expect(withHop('NODES').diagnostics).toEqual([]);
    expect(withHop('noods').diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'plan/reference-unresolved `pe` refers to `net/subnets/noods`, which is not there',
    ]);
  });
});

describe('scopes', () => {
  it('a network belongs into a group, a lock anywhere', () => {
    const codes = (id: string, type: string, properties: Json) =>
      planOf([{ id, type, name: 'x', properties }]).diagnostics.map(({ code }) => code);
    const network = `${N}/virtualNetworks`;
    expect(codes(`/subscriptions/s/providers/${network}/net`, network, {})).toEqual(['plan/scope']);
    const lock = 'Microsoft.Authorization/locks';
    expect(codes(`/subscriptions/s/providers/${lock}/x`, lock, { level: 'CanNotDelete' })).toEqual(
      [],
    );
    const inGroup = `/subscriptions/s/resourceGroups/g/providers/${lock}/x`;
    expect(codes(inGroup, lock, { level: 'CanNotDelete' })).toEqual([]);
  });
});

describe('hostile input', () => {
  it('a chain of 2,000 rule collection groups is planned without recursion', () => {
    const groups = Array.from({ length: 2_000 }, (_, index) => ({
      type: `${N}/firewallPolicies/ruleCollectionGroups`,
      name: `p/g${index}`,
      properties: { priority: 100 + index },
    }));
    const plan = planOf([{ type: `${N}/firewallPolicies`, name: 'p', properties: {} }, ...groups]);
    expect(plan.resources).toHaveLength(2_001);
    expect(plan.diagnostics.map(({ code }) => code)).toContain('plan/too-large');
  });

  it('two resources that refer to each other are both deployed, one of them without waiting', () => {
    const pip = (name: string, other: string): Json => ({
      type: `${N}/publicIPAddresses`,
      name,
      properties: {
        linkedPublicIPAddress: {
          id: `/subscriptions/s/resourceGroups/g/providers/${N}/publicIPAddresses/${other}`,
        },
      },
      id: `/subscriptions/s/resourceGroups/g/providers/${N}/publicIPAddresses/${name}`,
    });
    const plan = planOf([pip('a', 'b'), pip('b', 'a')]);
    expect(plan.resources).toHaveLength(2);
    expect(plan.diagnostics.map(({ code }) => code)).toEqual(['plan/cycle']);
  });

  it('values nested 500 deep are a parameter where they go too deep', () => {
    let value: unknown = 'x';
    for (let depth = 0; depth < 500; depth += 1) value = { inner: [value] };
    const plan = planOf([network('net', { deep: value })]);
    expect(plan.parameters.map(({ role }) => role)).toContain('unknown');
  });

  it('a secret is a secure parameter without a default', () => {
    const snapshot = snapshotOf([network('net', { dhcpOptions: { dnsServers: ['SECRET'] } })]);
    const hidden = planDeployment(withSecret(snapshot), { tool: 'sallyport 0.0.0', types: TYPES });
    const [secret] = hidden.parameters.filter(({ role }) => role === 'unknown');
    expect(secret).toMatchObject({ isSecure: true, type: 'string' });
    expect(secret?.default).toBeUndefined();
  });

  it('ids that are none stay texts, and nothing throws', () => {
    const ids = [
      '/subscriptions/',
      '/subscriptions//resourceGroups/x',
      '/providers',
      '/subscriptions/s/providers/a',
      '«',
      '«»',
      '«a',
      '/subscriptions/«x»/resourceGroups/«y»/providers/a/b/«z»',
    ];
    const plan = planOf([network('net', { dhcpOptions: { dnsServers: ids } })]);
    expect(named(plan, 'network').isExisting).toBe(false);
  });
});
