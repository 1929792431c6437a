import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sourceText } from '../src/diagnostics/index.ts';
import { parseYaml } from '../src/importers/kubernetes-yaml/index.ts';
import { parseConfiguration } from '../src/questions/check/index.ts';

// Every `console` block of README.md and docs/ is run: lines that begin with `$ sallyport` are commands, what follows
// up to the next command or the end is what they print. UPDATE_DOCS=1 writes the real output instead of comparing.

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

describe('the documentation tells the truth', () => {
  for (const page of pages) {
    const path = join(root, page);
    const text = readFileSync(path, 'utf8');
    if (!/```console\n\$ sallyport /.test(text)) continue;
    it(`${page} shows what its commands print`, () => {
      const rewritten = text.replace(/```console\n([\s\S]*?)```/g, (block, body: string) =>
        body.startsWith('$ sallyport ') ? `\`\`\`console\n${executed(body)}\`\`\`` : block,
      );
      if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, rewritten);
      else expect(rewritten).toBe(text);
    });
  }

  it('docs/configuration.md shows settings that are understood', () => {
    const text = readFileSync(join(root, 'docs', 'configuration.md'), 'utf8');
    const yaml = /```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
    const { documents, diagnostics } = parseYaml(yaml, sourceText('sallyport.yaml', yaml));
    expect(diagnostics).toEqual([]);
    const { value, diagnostics: wrong } = parseConfiguration(documents[0]!.value!);
    expect(wrong).toEqual([]);
    expect(value.suppressions).toHaveLength(2);
  });

  it('generated pages are up to date', () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [join(root, 'scripts', 'docs.mjs'), '--check'],
      { cwd: root, encoding: 'utf8' },
    );
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });
});

function executed(body: string): string {
  const commands = body.split('\n').filter((line) => line.startsWith('$ sallyport '));
  return commands.map((line) => `${line}\n${run(line.slice('$ sallyport '.length))}`).join('\n');
}

/** `| head -n N` is understood, nothing else of a shell. */
function run(line: string): string {
  const [command = '', pipe] = line.split(' | ');
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'bin', 'sallyport.js'), ...command.split(' ')],
    { cwd: root, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', COLUMNS: '100' } },
  );
  const output = `${stdout}${stderr}`;
  const lines = /^head -n (\d+)$/.exec(pipe ?? '')?.[1];
  return lines === undefined
    ? output
    : `${output.split('\n').slice(0, Number(lines)).join('\n')}\n`;
}
