import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askLab, labFolder } from '../../src/lab/run/index.ts';
import { labReady, notRun } from '../support/lab-ready.ts';
import { freshName, labCommands } from './lab-command.ts';

/** A cluster over two zones in one network: what breaks when something of it fails, and what that says about the proof. */

const ready = labReady();
const NETWORK =
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet';

function cluster(name: string, subnet: string): object {
  return {
    type: 'Microsoft.ContainerService/managedClusters',
    name,
    apiVersion: '2025-05-01',
    location: 'westeurope',
    properties: {
      dnsPrefix: name,
      agentPoolProfiles: [
        {
          name: 'system',
          count: 2,
          mode: 'System',
          vnetSubnetID: `${NETWORK}/subnets/${subnet}`,
          availabilityZones: ['1', '2'],
        },
      ],
      networkProfile: {
        networkPlugin: 'azure',
        networkPluginMode: 'overlay',
        networkDataplane: 'cilium',
        podCidr: '10.244.0.0/16',
        serviceCidr: '10.0.0.0/16',
        dnsServiceIP: '10.0.0.10',
        outboundType: 'loadBalancer',
      },
    },
  };
}

function template(...clusters: readonly string[]): string {
  const subnets = clusters.map((name, at) => ({
    name,
    properties: { addressPrefix: `10.1.${at}.0/24` },
  }));
  return JSON.stringify({
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    resources: [
      {
        type: 'Microsoft.Network/virtualNetworks',
        name: 'vnet',
        apiVersion: '2024-05-01',
        location: 'westeurope',
        properties: { addressSpace: { addressPrefixes: ['10.1.0.0/16'] }, subnets },
      },
      ...clusters.map((name) => cluster(name, name)),
    ],
  });
}

const POD =
  'apiVersion: v1\nkind: Pod\nmetadata: { name: web, namespace: shop }\nspec: { containers: [{ name: web, image: nginx }] }\n';

interface Drilled {
  readonly results: readonly {
    readonly isBroken: boolean;
    readonly agrees?: boolean;
    readonly observation: { readonly outcome: { readonly kind: string } };
  }[];
  readonly notRestored: readonly unknown[];
  readonly harm?: string;
  readonly medianMilliseconds?: { readonly before: number; readonly during: number };
}

describe.skipIf(!ready.ok)(`drills${notRun(ready)}`, () => {
  const commands = ready.ok ? labCommands() : (undefined as never);
  const lab = freshName('z');
  const run = (verb: string, ...words: readonly string[]) =>
    commands.run(verb, '--name', lab, ...words);
  const drilled = async (
    ...what: readonly string[]
  ): Promise<Drilled & { readonly code: number }> => {
    const { code, out } = await run('drill', ...what, '--sample', '8', '--format', 'json');
    return { code, ...(JSON.parse(out) as Drilled) };
  };
  const broken = async (): Promise<readonly string[]> => {
    const reply = await askLab(labFolder(commands.labs, lab).control, { ask: 'status' });
    return reply?.kind === 'status' ? reply.status.failures.map(({ what }) => what) : [];
  };
  beforeAll(async () => {
    const folder = join(commands.labs, 'zones');
    mkdirSync(folder);
    writeFileSync(join(folder, 'main.json'), template('shop'));
    writeFileSync(join(folder, 'pods.yaml'), POD);
    const files = ['main.json', 'pods.yaml'].map((name) => join(folder, name));
    expect(await run('up', ...files)).toMatchObject({ code: 0, err: '' });
  });
  afterAll(async () => {
    if (!ready.ok) return;
    await commands.run('down', '--all');
    commands.remove();
  });

  it('of DNS break every flow to a name, and all of them come back', async () => {
    const { code, results, notRestored } = await drilled('dns');
    expect(code).toBe(0);
    expect(results.length).toBeGreaterThan(2);
    expect(new Set(results.map(({ observation }) => observation.outcome.kind))).toEqual(
      new Set(['no-name']),
    );
    expect(results.every(({ isBroken }) => isBroken)).toBe(true);
    expect(notRestored).toEqual([]);
  });

  it('of a zone are tried from what outlives it: the proof asks about the pool, which lives on in the other zone', async () => {
    const { code, results, notRestored } = await drilled('zone:1');
    expect(code).toBe(0);
    // The lab's first node is in zone 1: from there nothing would be left to hold against the proof.
    expect(results.filter(({ agrees }) => agrees === true).length).toBeGreaterThan(2);
    expect(results.filter(({ agrees }) => agrees === false)).toEqual([]);
    expect(notRestored).toEqual([]);
  });

  it('of latency break nothing, as proven, and every answer takes longer', async () => {
    const report = await drilled('fabric', '--latency', '100ms');
    expect(report.code).toBe(0);
    expect(report.harm).toContain('what it sends comes 100 ms later');
    expect(report.results.length).toBeGreaterThan(2);
    expect(report.results.filter(({ isBroken }) => isBroken)).toEqual([]);
    expect(report.notRestored).toEqual([]);
    // A connection and an answer, each there and back through the fabric: four times the delay at least.
    const { before, during } = report.medianMilliseconds ?? { before: 0, during: 0 };
    expect(during - before).toBeGreaterThan(350);
    expect(await broken()).toEqual([]);
  });

  it('that are given up leave nothing broken', async () => {
    // Names are found, and whoever answers to them is not: each connection is waited for.
    const words = ['edge--fabric', '--sample', '8', '--seconds', '10'];
    const drill = commands.start('drill', '--name', lab, ...words);
    for (let tries = 0; tries < 1000 && (await broken()).length === 0; tries += 1) await pause(30);
    expect(await broken()).toEqual(['edge--fabric']);
    drill.stop('SIGINT');
    const { code, err } = await drill.done;
    expect(code).toBe(130);
    expect(err).toContain('nothing stays broken');
    expect(await broken()).toEqual([]);
  });

  it('are not begun while something is broken on purpose, and a probe says that it is', async () => {
    await run('fail', 'zone:2');
    const drill = await run('drill', 'dns');
    expect(drill.code).toBe(2);
    expect(drill.err).toContain('broken on purpose already: zone:2');
    expect((await run('probe', '--sample', '2')).err).toContain('broken on purpose: zone:2');
    await run('restore');
  });

  it('take the name of an end without its kind, where only one has it', async () => {
    const { code, err } = await run('fail', 'system-1');
    expect({ code, err }).toMatchObject({ code: 0 });
    expect((await run('restore')).code).toBe(0);
  });

  it('and reloads read what the lab was made of, wherever the command stands', async () => {
    expect((await run('reload')).out).toContain('is as the folder says');
  });
});

describe.skipIf(!ready.ok)(`two clusters${notRun(ready)}`, () => {
  const commands = ready.ok ? labCommands() : (undefined as never);
  afterAll(() => {
    if (ready.ok) commands.remove();
  });

  it('have the pods of the one that is chosen; without a choice a person is told that there are none', async () => {
    const folder = join(commands.labs, 'two');
    mkdirSync(folder);
    writeFileSync(join(folder, 'main.json'), template('blue', 'green'));
    writeFileSync(join(folder, 'pods.yaml'), POD);
    const none = await commands.run('up', folder, '--dry-run');
    expect(none.err).toContain('--cluster blue or --cluster green');
    expect(none.out).not.toContain('pod shop/web');
    const blue = await commands.run('up', folder, '--dry-run', '--cluster', 'blue');
    expect(blue.err).toBe('');
    expect(blue.out).toContain('pod shop/web');
  });
});
