import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Appliance, compileAppliance, mapText } from '../../src/appliance/index.ts';
import { parseThreatList } from '../../src/facts/index.ts';
import { importPaths } from '../../src/importers/index.ts';
import { bundledDatasets, nodeFileSystem } from '../../src/io/index.ts';
import { readPerimeter } from '../../src/model/index.ts';
import { deriveNetwork } from '../../src/network/index.ts';
import { wireSite } from '../support/appliance-wire.ts';
import { labReady, notRun } from '../support/lab-ready.ts';
import { writeProxy } from '../support/running-proxy.ts';
import { projectRoot } from '../support/source-tree.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';

/**
 * Whole firewalls as configuration, kept beside their input. `UPDATE_GOLDEN=1` writes them anew; a difference that the change
 * does not explain is a bug. What is kept is also read by the programs it is for.
 */
const GOLDEN = join(projectRoot, 'tests/golden/appliance');
const INPUTS: Readonly<Record<string, { readonly path: string; readonly threats?: string }>> = {
  office: { path: join(GOLDEN, 'office/input.json'), threats: join(GOLDEN, 'office/threats.txt') },
  'store-hardened': { path: join(projectRoot, 'examples/store-hardened') },
};
const FOLDER = '/run/sallyport';

describe.each(Object.entries(INPUTS))('appliance %s', (name, { path, threats }) => {
  let appliance: Appliance;
  let folder: TemporaryFolder;
  const compiled = async (runFolder: string) => {
    const bundled = bundledDatasets();
    const snapshot = await importPaths(nodeFileSystem(), [path], {}, bundled);
    const perimeter = readPerimeter(snapshot);
    const network = deriveNetwork(perimeter);
    const list = threats === undefined ? undefined : readFileSync(threats, 'utf8');
    return compileAppliance({
      firewall: [...network.firewalls.values()][0]!,
      perimeter,
      network,
      datasets: {
        ...bundled,
        serviceTags: bundled.serviceTags,
        fqdnTags: bundled.fqdnTags,
        threatList:
          list === undefined ? bundled.threatList : parseThreatList(list, 'threats.txt').value!,
      },
      site: wireSite(['20.51.7.8', '20.51.7.9'], runFolder),
    });
  };
  beforeAll(async () => {
    folder = temporaryFolder();
    appliance = await compiled(FOLDER);
  });
  afterAll(() => folder.remove());

  it('is written as kept: tables, proxy, maps, gaps', () => {
    const files = new Map<string, string>([
      ['appliance.nft', appliance.nftables],
      ['haproxy.cfg', appliance.haproxy?.text ?? ''],
      ...[...(appliance.haproxy?.maps ?? [])].map(([map, list]) => [map, mapText(list)] as const),
      ['dns-proxy.json', `${JSON.stringify(appliance.dnsProxy, undefined, 2)}\n`],
      ['gaps.txt', appliance.gaps.map(({ what, why }) => `${what}: ${why}\n`).join('')],
    ]);
    for (const [file, text] of files) isAsKept(join(GOLDEN, name, file), text);
    const given = ['input.json', 'threats.txt'];
    expect(
      readdirSync(join(GOLDEN, name))
        .filter((file) => !given.includes(file))
        .sort(),
    ).toEqual([...files.keys()].sort());
  });

  it('is written the same twice', async () => {
    const again = await compiled(FOLDER);
    expect(again.nftables).toBe(appliance.nftables);
    expect(again.haproxy?.text).toBe(appliance.haproxy?.text);
    expect([...(again.haproxy?.maps ?? [])]).toEqual([...(appliance.haproxy?.maps ?? [])]);
  });

  it.skipIf(!labReady().ok)(`is read by nft and haproxy${notRun(labReady())}`, async () => {
    const read = spawnSync('unshare', ['--net', 'nft', '-c', '-f', '-'], {
      input: appliance.nftables,
      encoding: 'utf8',
    });
    expect(read.stderr).toBe('');
    expect(read.status).toBe(0);
    const here = await compiled(`${folder.path}/run`);
    writeProxy(`${folder.path}/run`, here.haproxy!);
    const checked = spawnSync('haproxy', ['-c', '-f', `${folder.path}/run/haproxy.cfg`], {
      encoding: 'utf8',
    });
    expect(checked.stderr).toBe('');
    expect(checked.status).toBe(0);
  });
});

function isAsKept(path: string, text: string): void {
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
  }
  expect(existsSync(path), `${path}: run with UPDATE_GOLDEN=1`).toBe(true);
  expect(text).toBe(readFileSync(path, 'utf8'));
}
