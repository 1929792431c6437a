import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labReady, notRun } from '../support/lab-ready.ts';
import { smallLab } from '../support/small-lab.ts';
import { projectRoot } from '../support/source-tree.ts';
import { freshName, labCommands } from './lab-command.ts';

/** What the commands of the lab say to somebody who mistypes, and what they hand to machines. */

const ready = labReady();

describe.skipIf(!ready.ok)(`the lab's manners${notRun(ready)}`, () => {
  const commands = ready.ok ? labCommands() : (undefined as never);
  const lab = freshName('m');
  const run = (verb: string, ...words: readonly string[]) =>
    commands.run(verb, '--name', lab, ...words);
  beforeAll(async () => {
    const { code } = await commands.run('up', '--plan', commands.planFile(smallLab(lab)));
    expect(code).toBe(0);
  });
  afterAll(async () => {
    if (!ready.ok) return;
    await commands.run('down', '--all');
    commands.remove();
  });

  it('a command that a signal ended has the exit code a shell gives it', async () => {
    const killed = await run('exec', 'machine/client', '--', 'sh', '-c', 'kill -9 $$');
    expect(killed.code).toBe(128 + 9);
  });

  it('a program that is not there is named, without a path of the lab', async () => {
    expect(await run('exec', 'machine/client', '--', 'no-such-program')).toEqual({
      code: 127,
      out: '',
      err: 'error: `no-such-program` is no program of this machine\n',
    });
  });

  it('an option behind the end is no command, and the hint says where it goes', async () => {
    const { code, err } = await run('exec', 'machine/client', '--name', lab, '--', 'true');
    expect(code).toBe(2);
    expect(err).toBe(
      'error: what stands behind the end is the command: `--name` is none\n  hint: sallyport lab exec [--name LAB] END -- COMMAND\n',
    );
  });

  it('a log that is not there is bad input, and those that are there are named', async () => {
    const { code, err } = await run('logs', 'nosuch');
    expect(code).toBe(2);
    expect(err).toMatch(/^error: no log is called `nosuch`\n {2}hint: there are internet-dns/);
  });

  it('a filter that is none is bad input', async () => {
    const { code, err } = await run(
      'capture',
      'machine/client',
      '--seconds',
      '1',
      'bogus',
      'words',
    );
    expect(code).toBe(2);
    expect(err).toContain('`bogus words` is no filter: can');
  });

  it('objects without a network make no lab', async () => {
    const folder = join(commands.labs, 'objects');
    mkdirSync(folder);
    writeFileSync(
      join(folder, 'pod.yaml'),
      'apiVersion: v1\nkind: Pod\nmetadata: { name: web, namespace: shop }\nspec: { containers: [{ name: web, image: nginx }] }\n',
    );
    const { code, err } = await commands.run('up', folder, '--name', freshName('n'));
    expect(code).toBe(2);
    expect(err).toContain('there is no virtual network in the input');
  });

  it('a plan for machines says places as file and line', async () => {
    const store = join(projectRoot, 'examples', 'store');
    const { out } = await commands.run('up', store, '--dry-run', '--format', 'json');
    const { gaps } = JSON.parse(out) as { readonly gaps: readonly { readonly at?: unknown }[] };
    expect(out).not.toContain('lineStarts');
    const places = gaps.flatMap(({ at }) => (at === undefined ? [] : [at]));
    expect(places.length).toBeGreaterThan(0);
    for (const place of places) expect(place).toMatch(/azuredeploy\.json:\d+$/);
  });
});
