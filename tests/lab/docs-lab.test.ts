import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { labReady, notRun } from '../support/lab-ready.ts';
import { projectRoot } from '../support/source-tree.ts';
import { freshName, labCommands } from './lab-command.ts';

// Every `$ sudo sallyport lab` of docs/lab.md is run, in order, in one lab. What differs from run to run (times, ports, which of the
// firewall's addresses) is not compared. UPDATE_DOCS=1 writes the real output.

const ready = labReady();
const page = join(projectRoot, 'docs', 'lab.md');
const PROMPT = '$ sudo sallyport lab ';

describe.skipIf(!ready.ok)(`docs/lab.md${notRun(ready)}`, () => {
  const commands = ready.ok ? labCommands() : (undefined as never);
  const lab = freshName('d');
  afterAll(async () => {
    if (!ready.ok) return;
    await commands.run('down', '--all');
    commands.remove();
  });

  it('shows what its commands print', async () => {
    const text = readFileSync(page, 'utf8');
    const blocks = [...text.matchAll(/```console\n([\s\S]*?)```/g)].map(([, body = '']) => body);
    let rewritten = text;
    for (const body of blocks.filter((one) => one.startsWith(PROMPT))) {
      const lines = body.split('\n').filter((line) => line.startsWith(PROMPT));
      let real = '';
      for (const line of lines) real += `${line}\n${await run(line.slice(PROMPT.length))}`;
      rewritten = rewritten.replace(body, () => real);
    }
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(page, rewritten);
    else expect(steady(rewritten)).toBe(steady(text));
    // A lab, a probe and a drill, on a machine that may have other things to do.
  }, 180_000);

  /** `| head -n N` is understood, nothing else of a shell. */
  async function run(line: string): Promise<string> {
    const [command = '', pipe] = line.split(' | ');
    const [verb = '', ...words] = command.split(' ');
    const { out, err } = await commands.run(verb, '--name', lab, ...words);
    const all = `${out}${err}`.replaceAll(lab, 'lab').split('\n');
    if (all.at(-1) === '') all.pop();
    const most = Number(/^head -n (\d+)$/.exec(pipe ?? '')?.[1] ?? all.length);
    return `${all.slice(0, most).join('\n')}\n`;
  }
});

function steady(text: string): string {
  return text
    .replace(/\d+ connections made in [\d.]+ s/g, 'N connections')
    .replace(/\d+ flows broke, \d+ of \d+ went on/g, 'N flows broke')
    .replace(/nothing broke, \d+ of \d+ went on/g, 'nothing broke')
    .replace(/within \d+ ms/g, 'within N ms')
    .replace(/\(held back by a program[^)]*\)|\(the kernel's netem\)/g, '(by whom)')
    .replace(/\(\d+ compared\)/g, '(N compared)')
    .replace(/\d+\.\d\d s\b/g, 'N s')
    .replace(/\d+ milliseconds/g, 'N milliseconds')
    .replace(/"sourcePort":\d+/g, '"sourcePort":N')
    .replace(/"source":"203\.0\.113\.\d+"/g, '"source":"N"');
}
