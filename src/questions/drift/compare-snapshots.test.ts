import { describe, expect, it } from 'vitest';
import { type Json, snapshotOf } from '../../../tests/support/snapshot-of.ts';
import { compareSnapshots } from './index.ts';

/** Expected differences are worked out by hand. */

const REAL = '/subscriptions/8d6f0bd3-4f9a-4d43-8a6e-1e2a3b4c5d6e/resourceGroups/rg-live';
const network = (
  scope: string | undefined,
  type: string,
  name: string,
  properties: Json,
): Json => ({
  type: `Microsoft.Network/${type}`,
  name,
  ...(scope === undefined ? {} : { id: `${scope}/providers/Microsoft.Network/${type}/${name}` }),
  properties,
});
const firewall = (scope: string | undefined, properties: Json) =>
  network(scope, 'azureFirewalls', 'fw', properties);

function drift(approved: readonly Json[], live: readonly Json[]) {
  const { changed, come, gone } = compareSnapshots(snapshotOf(approved), snapshotOf(live));
  return {
    changed: changed.map(({ name, differences }) => [
      name,
      ...differences.map(({ path, approved: was, live: is }) => `${path}: ${was} → ${is}`),
    ]),
    come: come.map(({ name }) => name),
    gone: gone.map(({ name }) => name),
  };
}

const NOTHING = { changed: [], come: [], gone: [] };

describe('drift of resources', () => {
  it('a setting that was changed by hand is named with both values', () => {
    const found = drift(
      [firewall(undefined, { threatIntelMode: 'Deny' })],
      [firewall(undefined, { threatIntelMode: 'Alert' })],
    );
    expect(found.changed).toEqual([
      ['azureFirewalls fw', 'properties.threatIntelMode: Deny → Alert'],
    ]);
  });

  it('defaults of the service, its noise, other case and numbers as text are no drift', () => {
    const approved = firewall(undefined, { threatIntelMode: 'Deny', autoscale: '3' });
    const live = firewall(undefined, {
      threatIntelMode: 'deny',
      autoscale: 3,
      provisioningState: 'Succeeded',
      extended: true,
    });
    expect(drift([approved], [live])).toEqual(NOTHING);
  });

  it('a template that was never deployed meets what was deployed by type and name, its references too', () => {
    const subnet = (scope: string) => ({
      id: `${scope}/providers/Microsoft.Network/virtualNetworks/hub/subnets/AzureFirewallSubnet`,
    });
    const template = '/subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg';
    const approved = firewall(template, { subnet: subnet(template) });
    expect(drift([approved], [firewall(REAL, { subnet: subnet(REAL) })])).toEqual(NOTHING);
    const other = { id: subnet(REAL).id.replace('/hub/', '/other/') };
    expect(drift([approved], [firewall(REAL, { subnet: other })]).changed).toHaveLength(1);
  });

  it('what only Azure can know differs from nothing', () => {
    const approved = firewall(undefined, { address: { $unknown: '[reference(fw)]' } });
    expect(drift([approved], [firewall(undefined, { address: '10.0.0.4' })])).toEqual(NOTHING);
  });

  it('an address that came into a list and one that went are told apart', () => {
    const group = (...ipAddresses: string[]) =>
      network(undefined, 'ipGroups', 'g', { ipAddresses });
    expect(
      drift([group('10.0.0.1', '10.0.0.2')], [group('10.0.0.2', '10.0.0.9', '10.0.0.8')]),
    ).toEqual({
      ...NOTHING,
      changed: [
        [
          'ipGroups g',
          'properties.ipAddresses: 10.0.0.1 → undefined',
          'properties.ipAddresses: undefined → 10.0.0.9',
          'properties.ipAddresses: undefined → 10.0.0.8',
        ],
      ],
    });
    expect(drift([group('10.0.0.1')], [group('10.0.0.9')]).changed).toEqual([
      ['ipGroups g', 'properties.ipAddresses: 10.0.0.1 → 10.0.0.9'],
    ]);
  });

  it('one prefix is the same alone and as the only one of a list', () => {
    const subnet = (properties: Json) => network(undefined, 'virtualNetworks', 'v', properties);
    const alone = subnet({ addressPrefix: '10.0.0.0/24' });
    const list = (...addressPrefixes: string[]) => subnet({ addressPrefixes });
    expect(drift([alone], [list('10.0.0.0/24')])).toEqual(NOTHING);
    expect(drift([list('10.0.0.0/24')], [alone])).toEqual(NOTHING);
    expect(drift([alone], [list('10.0.1.0/24')]).changed).toHaveLength(1);
    expect(drift([alone], [list('10.0.0.0/24', '10.0.1.0/24')]).changed).toHaveLength(1);
  });

  it('a rule in the middle of a list is found by its name', () => {
    const rules = (...names: string[]) =>
      firewall(undefined, { rules: names.map((name, index) => ({ name, port: String(index) })) });
    // `b` came between; `c` has moved to 2.
    expect(drift([rules('a', 'c')], [rules('a', 'b', 'c')]).changed).toEqual([
      ['azureFirewalls fw', 'properties.rules.c.port: 1 → 2', 'properties.rules.b: undefined → b'],
    ]);
  });

  it('what came and what is gone', () => {
    const table = (name: string) => network(undefined, 'routeTables', name, {});
    expect(drift([table('a'), table('b')], [table('b'), table('c')])).toEqual({
      changed: [],
      come: ['routeTables c'],
      gone: ['routeTables a'],
    });
  });

  it('a resource that was set to nothing is a drift, one that is only referred to is not compared', () => {
    const approved = firewall(undefined, { dns: { proxy: true } });
    expect(drift([approved], [firewall(undefined, { dns: null })]).changed).toEqual([
      ['azureFirewalls fw', 'properties.dns: an object → undefined'],
    ]);
    expect(drift([{ ...approved, $isReference: true }], [])).toEqual(NOTHING);
  });
});

describe('drift of objects', () => {
  const object = (kind: string, name: string, spec: Json): Json => ({
    apiVersion: 'v1',
    kind,
    metadata: { namespace: 'shop', name },
    spec,
  });
  const objects = (approved: readonly Json[], live: readonly Json[]) => {
    const { changed, come, gone } = compareSnapshots(
      snapshotOf([], approved),
      snapshotOf([], live),
    );
    return { changed: changed.length, come: come.map(({ name }) => name), gone: gone.length };
  };

  it('defaults that the API server writes are none, another type is one', () => {
    const approved = object('Service', 'front', { type: 'ClusterIP' });
    const live = object('Service', 'front', { type: 'ClusterIP', clusterIP: '10.0.0.1' });
    expect(objects([approved], [live])).toEqual({ changed: 0, come: [], gone: 0 });
    const open = object('Service', 'front', { type: 'LoadBalancer' });
    expect(objects([approved], [open])).toEqual({ changed: 1, come: [], gone: 0 });
  });

  it('kinds that only the cluster makes are left out', () => {
    const approved = [object('Service', 'front', {})];
    const live = [...approved, object('Endpoints', 'front', {}), object('Service', 'back', {})];
    expect(objects(approved, live)).toEqual({ changed: 0, come: ['Service shop/back'], gone: 0 });
  });
});
