import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createClient, GROUP, NETWORK, type Told } from './endpoint-client.ts';
import { deploy, deploymentPath, held, template, whatIf } from './template.ts';

const table = (routes: readonly object[], tags: object = {}) => ({
  type: 'Microsoft.Network/routeTables',
  apiVersion: '2024-05-01',
  name: 't',
  location: 'eastus',
  tags,
  properties: { routes },
});
const route = (name: string, nextHopIpAddress: string) => ({
  name,
  properties: { addressPrefix: '0.0.0.0/0', nextHopType: 'VirtualAppliance', nextHopIpAddress },
});

interface Change {
  readonly resourceId: string;
  readonly changeType: string;
  readonly delta?: unknown;
  readonly before?: unknown;
  readonly after?: unknown;
}

function changesOf(told: Told): readonly Change[] {
  expect(told).toMatchObject({ status: 200, body: { status: 'Succeeded' } });
  return told.body['properties']?.['changes'] as unknown as readonly Change[];
}

describe('what a deployment would change', () => {
  it.each(['store', 'store-hardened'])('nothing, right after examples/%s was deployed', (name) => {
    const client = createClient();
    client.put(`${NETWORK}/networkWatchers/NetworkWatcher_eastus`, { location: 'eastus' });
    const text = readFileSync(`examples/${name}/azuredeploy.json`, 'utf8');
    // As the CLI sends it: an unquoted key, and the file as it is.
    const body = `{"properties": {"parameters": {}, "mode": "Incremental", template:${text}}}`;
    const first = changesOf(client.send('POST', `${deploymentPath()}/whatIf`, body));
    const kinds = (changes: readonly Change[]) => [
      ...new Set(changes.map(({ changeType }) => changeType)),
    ];
    expect(kinds(first)).toEqual(['Create', 'Ignore']);
    client.put(deploymentPath(), body);
    const again = changesOf(client.send('POST', `${deploymentPath()}/whatIf`, body));
    expect(kinds(again)).toEqual(['NoChange', 'Ignore']);
    expect(again.length).toBe(first.length);
  });

  it('a changed next hop, a rule more and a rule less, each at its path', () => {
    const client = createClient();
    deploy(
      client,
      template({
        resources: [table([route('out', '10.0.0.4'), route('old', '10.0.0.5')], { a: '1' })],
      }),
    );
    const before = held(client);
    const [change, ...others] = changesOf(
      whatIf(
        client,
        template({
          resources: [table([route('new', '10.0.0.6'), route('out', '10.0.0.9')], { a: '2' })],
        }),
      ),
    );
    expect(others).toEqual([]);
    expect(change).toMatchObject({ resourceId: `${NETWORK}/routeTables/t`, changeType: 'Modify' });
    expect(change?.delta).toEqual([
      { path: 'tags.a', propertyChangeType: 'Modify', before: '1', after: '2' },
      {
        path: 'properties.routes',
        propertyChangeType: 'Array',
        children: expect.arrayContaining([
          {
            path: '1',
            propertyChangeType: 'Create',
            after: expect.objectContaining({ name: 'new' }),
          },
          {
            path: '0',
            propertyChangeType: 'Modify',
            children: [
              {
                path: 'properties.nextHopIpAddress',
                propertyChangeType: 'Modify',
                before: '10.0.0.4',
                after: '10.0.0.9',
              },
            ],
          },
          {
            path: '1',
            propertyChangeType: 'Delete',
            before: expect.objectContaining({ name: 'old' }),
          },
        ]),
      },
    ]);
    expect(held(client)).toBe(before);
  });

  it('a Complete deployment deletes what an Incremental one ignores', () => {
    const client = createClient();
    client.put(`${NETWORK}/natGateways/n`, { location: 'eastus', properties: {} });
    const written = template({ resources: [table([])] });
    const kinds = (mode: string) =>
      changesOf(whatIf(client, written, { mode })).map(({ resourceId, changeType }) => [
        resourceId.slice(GROUP.length),
        changeType,
      ]);
    const created = ['/providers/Microsoft.Network/routeTables/t', 'Create'];
    const other = '/providers/Microsoft.Network/natGateways/n';
    expect(kinds('Incremental')).toEqual([created, [other, 'Ignore']]);
    expect(kinds('Complete')).toEqual([created, [other, 'Delete']]);
  });

  it('a deployment that would be refused says so, and changes nothing', () => {
    const client = createClient();
    const before = held(client);
    const told = whatIf(
      client,
      template({
        resources: [
          {
            ...table([]),
            properties: { routes: [{ name: 'r', properties: { addressPrefix: '10.0.0.1/8' } }] },
          },
        ],
      }),
    );
    expect(told.body).toMatchObject({ status: 'Failed', error: { code: 'InvalidCIDRNotation' } });
    expect(held(client)).toBe(before);
  });
});
