import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { locateAz } from '../../scripts/az.mjs';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { sallyport } from './run-sallyport.ts';

/** The emitted script with the real Azure CLI, against the local Resource Manager. */

const az = locateAz();
const missing = 'why' in az ? az.why : '';
const folder = temporaryFolder();
afterAll(() => folder.remove());

describe.skipIf(missing !== '')(
  `the az script that is emitted${missing === '' ? '' : ` (not run: ${missing})`}`,
  () => {
    it('one page of intent becomes resources that the real CLI makes, and that check has nothing against', () => {
      const page = 'examples/perimeter-store';
      const out = join(folder.path, 'page');
      expect(sallyport(['emit', page, '--to', 'az', '--out', out]).code).toBe(0);
      const state = join(folder.path, 'page-state');
      const path = 'path' in az ? `${dirname(az.path)}${delimiter}${process.env['PATH']}` : '';
      const ran = sallyport(
        ['rehearse', '--no-check', '--directory', state, '--', 'bash', join(out, 'deploy.sh')],
        { env: { PATH: path } },
      );
      expect(ran.code, ran.err).toBe(0);
      const live = join(folder.path, 'page.json');
      sallyport(['rehearse', 'export', '--directory', state, '-o', live]);
      const { out: report } = sallyport(['check', live, '--severity', 'warning', '-f', 'json']);
      expect(JSON.parse(report).findings).toEqual([]);
      const { out: drift } = sallyport(['drift', `${page}/perimeter.yaml`, live, '-f', 'json']);
      expect(JSON.parse(drift)).toMatchObject({ changed: [], neverApproved: [] });
    }, 240_000);

    it('the page beside a template names commands and options that the real CLI has', () => {
      // One deployed to a group, one to the subscription.
      const pages = ['examples/store', 'examples/perimeter-store'].map(
        (input) => sallyport(['emit', input, '--stdout', 'DEPLOY.md']).out,
      );
      const commands = pages.flatMap((page) =>
        [...page.matchAll(/^az stack .*(?:\\\n.*)*/gm)].map(([command]) => command),
      );
      expect(commands.map((one) => one.split(' ').slice(1, 4).join(' '))).toEqual([
        'stack group create',
        'stack group delete',
        'stack sub create',
        'stack sub delete',
      ]);
      for (const command of commands) {
        const words = command.replaceAll('\\\n', ' ').split(/\s+/);
        const [program = '', ...names] = words.slice(
          0,
          words.findIndex((w) => w.startsWith('-')),
        );
        expect(program).toBe('az');
        const help = spawnSync('path' in az ? az.path : '', [...names, '--help'], {
          encoding: 'utf8',
        });
        expect(help.status, command).toBe(0);
        const options = words.filter((one) => one.startsWith('--'));
        for (const option of options) expect(help.stdout, command).toContain(`${option} `);
        expect(help.stdout).toContain('deleteResources');
      }
    }, 60_000);

    it('makes with the real CLI what was read, twice the same, and takes it away again', () => {
      const template = 'examples/store/azuredeploy.json';
      const out = join(folder.path, 'out');
      expect(sallyport(['emit', template, '--to', 'az', '--out', out]).code).toBe(0);
      const state = join(folder.path, 'state');
      const path = 'path' in az ? `${dirname(az.path)}${delimiter}${process.env['PATH']}` : '';
      const rehearse = (name: string, ...commands: readonly string[]) => {
        const file = join(folder.path, `${name}.sh`);
        writeFileSync(file, `set -e\n${commands.join('\n')}\n`);
        const ran = sallyport(
          ['rehearse', '--no-check', '--directory', state, '--', 'bash', file],
          { env: { PATH: path, resourceGroup: 'rg-store' } },
        );
        const live = join(folder.path, `${name}.json`);
        sallyport(['rehearse', 'export', '--directory', state, '-o', live]);
        return { ran, live };
      };
      const deploy = `bash ${join(out, 'deploy.sh')}`;
      const first = rehearse('first', deploy);
      expect(first.ran.code, first.ran.err).toBe(0);
      // Approved is the template; what the endpoint filled in is no drift.
      const { out: drift } = sallyport(['drift', template, first.live, '-f', 'json']);
      expect(JSON.parse(drift)).toMatchObject({ changed: [], neverApproved: [], gone: [] });
      const second = rehearse('second', deploy);
      expect(second.ran.code).toBe(0);
      const withoutEtags = (file: string) =>
        readFileSync(file, 'utf8').replace(/"etag": "(?:[^"\\]|\\.)*"/g, '');
      expect(withoutEtags(second.live)).toBe(withoutEtags(first.live));
      const third = rehearse('third', `bash ${join(out, 'teardown.sh')}`);
      expect(third.ran.code, third.ran.err).toBe(0);
      const left = JSON.parse(readFileSync(third.live, 'utf8')) as { type: string }[];
      expect(left.map(({ type }) => type)).toEqual(['Microsoft.Resources/resourceGroups']);
    }, 240_000);
  },
);
