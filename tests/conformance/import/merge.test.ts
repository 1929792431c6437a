import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itemsOf, member, path } from '../../../src/values/index.ts';
import {
  bodyOf,
  codes,
  contentOf,
  importFiles,
  type Json,
  manifest,
  sampleFiles,
} from './import-files.ts';

const GROUP = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg';
const HUB = `${GROUP}/providers/Microsoft.Network/virtualNetworks/hub`;
const keyOf = (id: string) => id.toLowerCase();

function template(...resources: Json[]): string {
  return JSON.stringify(
    {
      $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
      contentVersion: '1.0.0.0',
      resources,
    },
    undefined,
    1,
  );
}

const vnet = (properties: Json, rest: Json = {}): Json => ({
  type: 'Microsoft.Network/virtualNetworks',
  apiVersion: '2024-05-01',
  name: 'hub',
  ...rest,
  properties,
});
const subnet = (prefix: string): Json => ({ name: 'aks', properties: { addressPrefix: prefix } });
const separate = (prefix: string): Json => ({
  type: 'Microsoft.Network/virtualNetworks/subnets',
  apiVersion: '2024-05-01',
  name: 'hub/aks',
  properties: { addressPrefix: prefix },
});

describe('children inside and beside their parent', () => {
  it('ARM-79: any mixture of inline and separate children gives the same children', async () => {
    const prefixes = { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } };
    const inline = await importFiles({
      't.json': template(vnet({ ...prefixes, subnets: [subnet('10.0.1.0/24')] })),
    });
    const apart = await importFiles({
      't.json': template(vnet(prefixes), separate('10.0.1.0/24')),
    });
    const both = await importFiles({
      't.json': template(
        vnet({ ...prefixes, subnets: [subnet('10.0.1.0/24')] }),
        separate('10.0.1.0/24'),
      ),
    });
    for (const snapshot of [inline, apart, both]) {
      expect([...snapshot.resources.keys()]).toEqual([keyOf(HUB), keyOf(`${HUB}/subnets/aks`)]);
      expect(bodyOf(snapshot.resources.get(keyOf(`${HUB}/subnets/aks`)))).toMatchObject({
        name: 'aks',
        properties: { addressprefix: '10.0.1.0/24' },
      });
      expect(snapshot.diagnostics).toEqual([]);
    }
  });

  it('ARM-79: a child that differs is named at both places, and the separate one counts', async () => {
    const snapshot = await importFiles({
      't.json': template(vnet({ subnets: [subnet('10.0.1.0/24')] }), separate('10.0.2.0/24')),
    });
    const [only, ...others] = snapshot.diagnostics;
    expect(others).toEqual([]);
    expect(only).toMatchObject({ code: 'snapshot/defined-twice', severity: 'warning' });
    expect(only?.message).toBe(
      '`virtualNetworks/hub/subnets/aks` is written inside its parent at t.json:11 and, differently, on its own at t.json:20 (`properties.addressPrefix`); the one on its own counts, as it is deployed after its parent',
    );
    expect(bodyOf(snapshot.resources.get(keyOf(`${HUB}/subnets/aks`)))).toMatchObject({
      properties: { addressprefix: '10.0.2.0/24' },
    });
  });

  it('ARM-79: node pools are wrapped in properties, and a reference to a child is no child', async () => {
    const snapshot = await importFiles({
      't.json': template(
        {
          type: 'Microsoft.ContainerService/managedClusters',
          apiVersion: '2024-09-01',
          name: 'aks',
          properties: {
            agentPoolProfiles: [{ name: 'system', count: 3, type: 'AvailabilitySet' }],
          },
        },
        {
          type: 'Microsoft.Network/firewallPolicies',
          apiVersion: '2024-05-01',
          name: 'p',
          properties: { ruleCollectionGroups: [{ id: `${GROUP}/…/ruleCollectionGroups/g` }] },
        },
      ),
    });
    const pool = `${GROUP}/providers/Microsoft.ContainerService/managedClusters/aks/agentPools/system`;
    expect(bodyOf(snapshot.resources.get(keyOf(pool)))).toEqual({
      id: pool,
      name: 'system',
      type: 'Microsoft.ContainerService/managedClusters/agentPools',
      properties: { count: 3, type: 'AvailabilitySet' },
    });
    expect(snapshot.resources.size).toBe(3);
  });

  it('a route table, a security group and their parts', async () => {
    const snapshot = await importFiles({
      't.json': template(
        {
          type: 'Microsoft.Network/routeTables',
          apiVersion: '2024-05-01',
          name: 'rt',
          properties: { routes: [{ name: 'r', properties: { addressPrefix: '0.0.0.0/0' } }] },
        },
        {
          type: 'Microsoft.Network/networkSecurityGroups',
          apiVersion: '2024-05-01',
          name: 'nsg',
          properties: { securityRules: [{ name: 'allow', properties: { access: 'Allow' } }] },
        },
      ),
    });
    expect([...snapshot.resources.values()].map(({ type, name }) => `${type} ${name}`)).toEqual([
      'microsoft.network/networksecuritygroups nsg',
      'microsoft.network/networksecuritygroups/securityrules allow',
      'microsoft.network/routetables rt',
      'microsoft.network/routetables/routes r',
    ]);
  });
});

describe('copies of one resource', () => {
  const address = { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } };

  it('identical copies in two files count once, in silence', async () => {
    const snapshot = await importFiles({
      'a.json': template(vnet(address)),
      'b/c.json': template(vnet(address)),
    });
    expect(snapshot.resources.size).toBe(1);
    expect(snapshot.diagnostics).toEqual([]);
  });

  it('ARM-77: what Azure adds to an export is no difference, nor are null, empty lists and case', async () => {
    const exported = (properties: Json, rest: Json = {}) =>
      JSON.stringify({ id: HUB, name: 'hub', ...vnet(properties, rest) });
    const snapshot = await importFiles({
      'a.json': exported(address),
      'b.json': exported(
        {
          ...address,
          provisioningState: 'Succeeded',
          resourceGuid: 'x',
          enableDdosProtection: null,
          virtualNetworkPeerings: [],
        },
        { etag: 'W/"1"', type: 'microsoft.network/VIRTUALNETWORKS', location: 'East US' },
      ),
      'c.json': exported(address, { location: 'eastus' }).replaceAll(
        'addressSpace',
        'ADDRESSSPACE',
      ),
    });
    expect(snapshot.diagnostics.map(({ message }) => message)).toEqual([]);
  });

  it('contradicting copies are named at both places, and what they disagree on is unknown', async () => {
    const rule = (access: string, port: string) => ({
      type: 'Microsoft.Network/networkSecurityGroups',
      apiVersion: '2024-05-01',
      name: 'nsg',
      properties: {
        securityRules: [
          { name: 'x', properties: { access, destinationPortRange: port, priority: 100 } },
        ],
      },
    });
    const files = {
      'a.json': template(rule('Allow', '443')),
      'b.json': template(rule('Deny', '443')),
    };
    const snapshot = await importFiles(files);
    expect(codes(snapshot.diagnostics)).toEqual(['snapshot/defined-twice b.json:11']);
    expect(snapshot.diagnostics[0]?.message).toContain('a.json:11');
    const child = [...snapshot.resources.values()].find(({ name }) => name === 'x');
    const properties = member(child?.body, 'properties');
    expect(member(properties, 'access')).toMatchObject({
      kind: 'unknown',
      missing: 'which of a.json:14 and b.json:14 counts',
    });
    expect(member(properties, 'destinationPortRange')).toMatchObject({ value: '443' });
  });

  it('a list that does not pair up is unknown as a whole', async () => {
    const files = {
      'a.json': template(vnet({ dhcpOptions: { dnsServers: ['10.0.0.4'] } })),
      'b.json': template(vnet({ dhcpOptions: { dnsServers: ['10.0.0.4', '8.8.8.8'] } })),
    };
    const snapshot = await importFiles(files);
    const servers = path(
      snapshot.resources.get(keyOf(HUB))?.body,
      'properties',
      'dhcpOptions',
      'dnsServers',
    );
    expect(servers?.kind).toBe('unknown');
  });

  it('what is deployed counts before what a template says, with a note where they differ', async () => {
    const snapshot = await importFiles({
      'live.json': JSON.stringify({
        id: HUB,
        name: 'hub',
        type: 'Microsoft.Network/virtualNetworks',
        location: 'eastus',
        properties: { addressSpace: { addressPrefixes: ['10.9.0.0/16'] }, subnets: [] },
      }),
      'main.json': template(vnet(address)),
    });
    expect(snapshot.diagnostics).toMatchObject([
      { code: 'snapshot/export-kept', severity: 'note' },
    ]);
    expect(bodyOf(snapshot.resources.get(keyOf(HUB)))).toMatchObject({
      properties: { addressspace: { addressprefixes: ['10.9.0.0/16'] } },
    });
  });

  it('a template that agrees with what is deployed needs no note, although the export says more', async () => {
    const snapshot = await importFiles({
      'live.json': JSON.stringify({
        id: HUB,
        name: 'hub',
        type: 'Microsoft.Network/virtualNetworks',
        properties: { ...address, enableDdosProtection: false, provisioningState: 'Succeeded' },
      }),
      'main.json': template(vnet(address)),
    });
    expect(snapshot.diagnostics).toEqual([]);
  });

  it('a reference that points elsewhere is a difference', async () => {
    const withTable = (name: string) =>
      vnet({ subnets: [{ name: 'a', properties: { routeTable: { id: `${GROUP}/${name}` } } }] });
    const snapshot = await importFiles({
      'a.json': template(withTable('rt1')),
      'b.json': template(withTable('rt2')),
    });
    expect(snapshot.diagnostics[0]?.message).toContain('`properties.routeTable.id`');
  });

  it('a copy under a condition leaves the field to the one that surely is there', async () => {
    const conditional = {
      ...vnet(address),
      condition: "[equals(parameters('x'), 'y')]",
    };
    const text = JSON.parse(template(conditional));
    text.parameters = { x: { type: 'string' } };
    const snapshot = await importFiles({
      'a.json': JSON.stringify(text),
      'b.json': template(vnet(address)),
    });
    expect(snapshot.resources.get(keyOf(HUB))?.exists).toBeUndefined();
    const alone = await importFiles({ 'a.json': JSON.stringify(text) });
    expect(alone.resources.get(keyOf(HUB))?.exists?.kind).toBe('unknown');
  });
});

describe('copies of one Kubernetes object', () => {
  const service = (spec: Json, metadata: Json = {}): Json => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', ...metadata },
    spec,
  });

  it('identical copies count once; other kinds, namespaces and groups are other objects', async () => {
    const snapshot = await importFiles({
      'a.yaml': manifest(service({ type: 'ClusterIP' })),
      'b.yaml': manifest(
        service({ type: 'ClusterIP' }),
        service({ type: 'ClusterIP' }, { namespace: 'other' }),
        { ...service({}), apiVersion: 'serving.knative.dev/v1' },
      ),
    });
    expect([...snapshot.objects.keys()]).toEqual([
      '/Service/default/web',
      '/Service/other/web',
      'serving.knative.dev/Service/default/web',
    ]);
    expect(snapshot.diagnostics).toEqual([]);
  });

  it('contradicting manifests are named at both places, and what they disagree on is unknown', async () => {
    const snapshot = await importFiles({
      'a.yaml': manifest(service({ type: 'ClusterIP', selector: { app: 'web' } })),
      'b.yaml': manifest(service({ type: 'LoadBalancer', selector: { app: 'web' } })),
    });
    expect(codes(snapshot.diagnostics)).toEqual(['snapshot/defined-twice b.yaml:2']);
    const spec = member(snapshot.objects.get('/Service/default/web')?.body, 'spec');
    expect(member(spec, 'type')?.kind).toBe('unknown');
    expect(path(spec, 'selector', 'app')).toMatchObject({ value: 'web' });
  });

  it('an empty selector is not the same as none', async () => {
    const policy = (peer: Json) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'np' },
      spec: { podSelector: {}, ingress: [{ from: [peer] }] },
    });
    const selector = { podSelector: { matchLabels: { app: 'a' } } };
    const snapshot = await importFiles({
      'a.yaml': manifest(policy(selector)),
      'b.yaml': manifest(policy({ ...selector, namespaceSelector: {} })),
    });
    expect(snapshot.diagnostics.map(({ message }) => message)).toEqual([
      expect.stringContaining('`spec.ingress.0.from.0.namespaceSelector`'),
    ]);
  });

  it('an object read from the cluster counts before its manifest', async () => {
    const live = service(
      { type: 'LoadBalancer', clusterIP: '10.0.0.7', sessionAffinity: 'None' },
      { namespace: 'default', uid: 'u', resourceVersion: '1', creationTimestamp: 'x' },
    );
    const kept = await importFiles({
      'live.json': JSON.stringify({
        apiVersion: 'v1',
        kind: 'List',
        items: [{ ...live, status: {} }],
      }),
      'web.yaml': manifest(service({ type: 'ClusterIP' })),
    });
    expect(kept.diagnostics).toMatchObject([{ code: 'snapshot/export-kept', severity: 'note' }]);
    const same = await importFiles({
      'live.json': JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [live] }),
      'web.yaml': manifest(service({ type: 'LoadBalancer' })),
    });
    expect(same.diagnostics).toEqual([]);
  });
});

describe('order', () => {
  it('the same files give the same snapshot, in whatever order they are listed and named', async () => {
    const files = Object.entries({
      ...sampleFiles('arm-shapes'),
      ...sampleFiles('kubernetes/aks-store-demo'),
    });
    const wanted = await importFiles(Object.fromEntries(files));
    const describeAll = (value: typeof wanted) =>
      JSON.stringify([contentOf(value), codes(value.diagnostics), value.gaps, value.files]);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(files, { minLength: files.length }),
        async (shuffled) => {
          const paths = shuffled.map(([name]) => name);
          const snapshot = await importFiles(Object.fromEntries(shuffled), {}, paths);
          expect(describeAll(snapshot) === describeAll(wanted)).toBe(true);
        },
      ),
      { numRuns: 6 },
    );
  });

  it('three copies that disagree leave the same unknown in any order', async () => {
    const text = (prefix: string) =>
      template(vnet({ addressSpace: { addressPrefixes: [prefix] } }));
    const names = ['a.json', 'b.json', 'c.json'];
    const seen = new Set<string>();
    for (const order of [names, [...names].reverse()]) {
      const files = Object.fromEntries(
        order.map((name) => [name, text(`10.${names.indexOf(name)}.0.0/16`)]),
      );
      const snapshot = await importFiles(files, {}, order);
      const body = snapshot.resources.get(keyOf(HUB))?.body;
      const prefixes = path(body, 'properties', 'addressSpace', 'addressPrefixes');
      seen.add(
        itemsOf(prefixes)
          .map((item) => item.kind)
          .join(),
      );
      expect(snapshot.diagnostics).toHaveLength(2);
    }
    expect([...seen]).toEqual(['unknown']);
  });
});

describe('a template beside an export', () => {
  it('without a subscription it is kept apart, and what to say is said once; told, they are one', async () => {
    const id =
      '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/hub';
    const files = {
      'live.json': JSON.stringify({
        id,
        name: 'hub',
        properties: { subnets: [subnet('10.0.1.0/24')] },
      }),
      'main.json': template(vnet({}), separate('10.0.1.0/24')),
    };
    const apart = await importFiles(files);
    expect(apart.diagnostics.map(({ code }) => code)).toEqual(['snapshot/two-scopes']);
    expect(apart.diagnostics[0]?.hint).toBe(
      'say where the template is deployed: --subscription 11111111-2222-3333-4444-555555555555 --resource-group net',
    );
    const told = await importFiles(files, {
      subscriptionId: '11111111-2222-3333-4444-555555555555',
      resourceGroup: 'net',
    });
    expect(told.diagnostics).toEqual([]);
    expect([...told.resources.keys()]).toEqual([
      id.toLowerCase(),
      `${id}/subnets/aks`.toLowerCase(),
    ]);
  });

  it('a password written in a template is no more kept than one in an export', async () => {
    const snapshot = await importFiles({
      'a.json': template({
        type: 'Microsoft.ContainerService/managedClusters',
        apiVersion: '2024-09-01',
        name: 'aks',
        properties: { windowsProfile: { adminPassword: 'hunter2' } },
      }),
    });
    expect(JSON.stringify(contentOf(snapshot))).not.toContain('hunter2');
  });
});

describe('lists of children that differ', () => {
  const rule = (name: string) => ({ name, properties: { access: 'Allow', priority: 100 } });
  const NSG = `${GROUP}/providers/Microsoft.Network/networkSecurityGroups/nsg`;
  const group = (...names: string[]) => ({
    type: 'Microsoft.Network/networkSecurityGroups',
    apiVersion: '2024-05-01',
    name: 'nsg',
    properties: { securityRules: names.map(rule) },
  });
  const ruleOf = (snapshot: Awaited<ReturnType<typeof importFiles>>, name: string) =>
    snapshot.resources.get(keyOf(`${NSG}/securityRules/${name}`));

  it('a rule only one of two templates has is there in some worlds', async () => {
    const files = { 'a.json': template(group('one')), 'b.json': template(group('one', 'two')) };
    const snapshot = await importFiles(files);
    expect(ruleOf(snapshot, 'one')?.exists).toBeUndefined();
    expect(ruleOf(snapshot, 'two')?.exists?.missing).toBe(
      'which of b.json:18 and a.json:10 counts',
    );
    expect(codes(snapshot.diagnostics)).toEqual(['snapshot/defined-twice b.json:18']);
  });

  it('a rule that is declared and not deployed is not used; one that is deployed and not declared is', async () => {
    const live = JSON.stringify({ id: NSG, ...group('one', 'manual') });
    const main = template(group('one'), {
      type: 'Microsoft.Network/networkSecurityGroups/securityRules',
      apiVersion: '2024-05-01',
      name: 'nsg/new',
      properties: { access: 'Allow', priority: 200 },
    });
    const snapshot = await importFiles({ 'live.json': live, 'main.json': main });
    expect(ruleOf(snapshot, 'new')).toBeUndefined();
    expect(ruleOf(snapshot, 'manual')).toBeDefined();
    expect(ruleOf(snapshot, 'one')?.exists).toBeUndefined();
    expect(snapshot.diagnostics.map(({ message }) => message)).toEqual([
      '`networkSecurityGroups/nsg/securityRules/new` is declared at main.json:21 and not deployed as of live.json:1; it is not used',
    ]);
  });

  it('a template without a list says nothing about children written elsewhere', async () => {
    const snapshot = await importFiles({
      'a.json': template({ ...group(), properties: {} }),
      'b.json': template(group('one')),
    });
    expect(ruleOf(snapshot, 'one')?.exists).toBeUndefined();
    expect(snapshot.diagnostics).toEqual([]);
  });
});
