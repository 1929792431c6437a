import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { AZCLI } from '../../src/emitters/azcli/emit-azcli.ts';
import {
  type DeploymentPlan,
  parseResourceTypes,
  planDeployment,
} from '../../src/emitters/index.ts';
import { importPaths } from '../../src/importers/index.ts';
import { bundledResourceTypes, loadDatasets, nodeFileSystem } from '../../src/io/index.ts';
import { snapshotOf } from '../support/snapshot-of.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/**
 * What bash makes of the script. The `az` on its path only writes down how it was called: whether Azure's own client takes it is tested
 * where that is installed.
 */

const folder = temporaryFolder();
afterAll(() => folder.remove());
const bin = join(folder.path, 'bin');
const log = join(folder.path, 'log');
mkdirSync(bin);
writeFileSync(
  join(bin, 'az'),
  `#!/usr/bin/env bash
printf '%s\\037' "$@" >> "${log}"
printf '\\036' >> "${log}"
case " $* " in
  *' --body @- '*) cat >> "${log}"; printf Succeeded ;;
  *' account show '*) printf 00000000-0000-0000-0000-000000000001 ;;
  *' group exists '*) printf false ;;
  *ipAddress*) printf 20.0.0.9 ;;
  *) printf 10.0.0.4 ;;
esac
printf '\\035' >> "${log}"
`,
);
chmodSync(join(bin, 'az'), 0o755);
const types = parseResourceTypes(bundledResourceTypes());

interface Call {
  readonly args: readonly string[];
  readonly body?: unknown;
}

function run(text: string, values: Readonly<Record<string, string>> = {}) {
  const file = join(folder.path, 'deploy.sh');
  writeFileSync(file, text);
  rmSync(log, { force: true });
  const { status, stderr } = spawnSync('bash', [file], {
    env: { PATH: `${bin}:${process.env['PATH'] ?? ''}`, ...values },
    encoding: 'utf8',
  });
  const calls = readFileSync(log, 'utf8')
    .split('\u001d')
    .slice(0, -1)
    .map((one): Call => {
      const [words = '', body = ''] = one.split('\u001e');
      const args = words.split('\u001f').slice(0, -1);
      return { args, ...(body === '' ? {} : { body: JSON.parse(body) }) };
    });
  return { status, stderr, calls };
}

async function planOf(path: string): Promise<DeploymentPlan> {
  const { value: datasets } = await loadDatasets({});
  const snapshot = await importPaths(nodeFileSystem(), [path], {}, datasets);
  return planDeployment(snapshot, { tool: 'sallyport 0', types });
}

function deployOf(plan: DeploymentPlan): string {
  return AZCLI.emit(plan).files.find(({ path }) => path === 'deploy.sh')!.text;
}

const urlOf = ({ args }: Call) => args[args.indexOf('--url') + 1]?.split('?')[0];

describe('the az script', () => {
  it('puts every resource of the store, in an order in which everything is there when it is named', async () => {
    const plan = await planOf('examples/store');
    const { status, stderr, calls } = run(deployOf(plan), { resourceGroup: 'rg-store' });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const group = '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-store';
    const puts = calls.filter(({ args }) => args.includes('put'));
    expect(puts.map(urlOf)).toContain(
      `${group}/providers/Microsoft.Network/azureFirewalls/aks-egress-fw`,
    );
    // By hand, from azuredeploy.json: the address that only Azure knows is read before the route that names it.
    const table = puts.find((call) => urlOf(call)?.includes('/routeTables/'));
    expect(JSON.stringify(table?.body)).toContain('"addressPrefix":"20.0.0.9/32"');
    const made = new Set<string>();
    for (const call of puts) {
      for (const [id] of JSON.stringify(call.body).matchAll(/\/subscriptions\/[^"]*/g)) {
        const resource = id.replace(/\/(?:subnets|frontendIPConfigurations)\/.*$/, '');
        if (resource !== urlOf(call)) expect(made).toContain(resource);
      }
      made.add(urlOf(call)!);
    }
  });

  it('says which value is missing, and stops before it does anything', async () => {
    const { status, stderr, calls } = run(deployOf(await planOf('examples/store')));
    expect(status).not.toBe(0);
    expect(stderr).toContain('say resourceGroup');
    expect(calls.filter(({ args }) => args.includes('put'))).toEqual([]);
  });

  it('no name or value of anybody is read as a command, a variable or an end of the text', () => {
    const hostile = [
      '$(touch pwned)',
      '`touch pwned`',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell that must not read it
      '${PATH}',
      '"; touch pwned; "',
      "it's",
      'a\\b',
      'a\nJSON\nb',
      '}',
    ];
    const table = {
      type: 'Microsoft.Network/routeTables',
      name: 'rt',
      location: 'eastus',
      tags: Object.fromEntries(hostile.map((text, index) => [`t${index}`, text])),
      properties: {
        routes: hostile.map((name) => ({ name: `r ${name}`, properties: { nextHopType: name } })),
      },
    };
    const plan = planDeployment(snapshotOf([table]), { tool: 'sallyport 0', types });
    const { status, calls } = run(deployOf(plan), { resourceGroup: 'rg' });
    expect(status).toBe(0);
    const body = calls.find(({ args }) => args.includes('put'))?.body as typeof table;
    expect(Object.values(body.tags)).toEqual(hostile);
    expect(JSON.stringify(body)).toContain('a\\nJSON\\nb');
  });
});
