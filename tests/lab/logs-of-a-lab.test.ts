import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sallyportBeside } from '../e2e/run-beside.ts';
import { labReady, notRun } from '../support/lab-ready.ts';
import { projectRoot } from '../support/source-tree.ts';
import { freshName, labCommands } from './lab-command.ts';

const ready = labReady();

/** Connections that were really made, and what `sallyport logs` says of the log that the lab wrote of them. */
describe.skipIf(!ready.ok)(`the log of a lab${notRun(ready)}`, () => {
  const commands = ready.ok ? labCommands() : (undefined as never);
  const lab = freshName('q');

  beforeAll(async () => {
    const up = await commands.run(
      'up',
      join(projectRoot, 'examples/store-hardened'),
      '--name',
      lab,
    );
    expect(up).toMatchObject({ code: 0, err: '' });
    const curl = (url: string) =>
      commands.run('exec', '--name', lab, 'node/system-0', '--', 'curl', '-sk', '-m', '8', url);
    // Three that a rule allows, two that none does, one to an address, and one by whose record the log is known to be whole.
    for (let count = 0; count < 3; count += 1) {
      expect((await curl('https://mcr.microsoft.com/')).code).toBe(0);
    }
    for (let count = 0; count < 2; count += 1) {
      expect((await curl('https://evil.example.com/')).code).not.toBe(0);
    }
    await commands.run(
      ...(['exec', '--name', lab, 'node/system-0', '--', 'curl', '-s', '-m', '2'] as const),
      'http://198.51.100.7:8081/',
    );
    expect((await curl('https://last.example.com/')).code).not.toBe(0);
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const { out } = await commands.run('logs', '--name', lab, '-n', '500', 'azfwapplicationrule');
      if (out.includes('last.example.com')) return;
      await pause(100);
    }
    expect.fail('the last connection is in no log');
  }, 90_000);
  afterAll(async () => {
    if (!ready.ok) return;
    await commands.run('down', '--all');
    commands.remove();
  });

  const folders = (isWanted: (name: string) => boolean) => {
    const root = join(commands.labs, lab, 'azure-logs');
    return readdirSync(root)
      .filter(isWanted)
      .map((name) => join(root, name));
  };
  const isText = (name: string) => name.startsWith('insights-logs-azurefirewall');
  const asked = async (...words: readonly string[]) => {
    const args = ['logs', ...words, '--format', 'json'];
    const ran = await sallyportBeside(args, {
      cwd: projectRoot,
      env: { SALLYPORT_LAB_AGENT: '1' },
    });
    return { ...ran, tables: JSON.parse(ran.out).tables };
  };
  const seen = async (paths: readonly string[]) => {
    const { tables, err } = await asked('top', 'names', ...paths);
    expect(err).toBe('');
    const rows = tables.names.map(({ name, records, denied }: Record<string, unknown>) => [
      ...[name, records, denied],
    ]);
    return new Map(rows.map(([name, ...counts]: readonly unknown[]) => [name, counts]));
  };

  it('holds what was allowed and denied by name, in either form', async () => {
    for (const paths of [
      folders((name) => name.startsWith('insights-logs-azfw')),
      folders(isText),
    ]) {
      const names = await seen(paths);
      expect(names.get('mcr.microsoft.com')).toEqual([3, 0]);
      expect(names.get('evil.example.com')).toEqual([2, 2]);
    }
  });

  it('names the node that asked, and the address that nothing allows', async () => {
    const structured = folders((name) => name.startsWith('insights-logs-azfw'));
    const perimeter = join(projectRoot, 'examples/store-hardened');
    const { tables } = await asked('denied', ...structured, '--perimeter', perimeter);
    const rows: readonly Record<string, unknown>[] = tables.unknown;
    const of = (target: string) => rows.find((row) => row['target'] === target);
    expect(of('evil.example.com')).toMatchObject({ port: '443', protocol: 'HTTPS', records: 2 });
    expect(of('198.51.100.7')).toMatchObject({ port: '8081', protocol: 'TCP', records: 1 });
    expect(of('198.51.100.7')!['who']).toContain('aks');
  });

  it('says so when it is read in both forms at once', async () => {
    const { err, tables } = await asked('top', 'names', ...folders(() => true));
    expect(err).toContain('warning[logs/both-forms]');
    expect(tables.names).toContainEqual(
      expect.objectContaining({ name: 'evil.example.com', records: 4 }),
    );
  });
});
