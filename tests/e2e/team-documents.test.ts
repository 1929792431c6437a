import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { DIAGRAM } from '../../src/emitters/diagram/index.ts';
import { DOCUMENTS } from '../../src/emitters/documents/index.ts';
import type { Emission } from '../../src/emitters/emitter.ts';
import { importPaths } from '../../src/importers/index.ts';
import { bundledDatasets, nodeFileSystem } from '../../src/io/index.ts';
import { readPerimeter } from '../../src/model/index.ts';
import { deriveNetwork, type Network } from '../../src/network/index.ts';
import { readFlowchart } from '../support/mermaid-grammar.ts';
import { projectRoot } from '../support/source-tree.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { wellFormed } from '../support/well-formed.ts';

/**
 * Pictures and pages of the examples, as kept in tests/golden/diagram. `UPDATE_GOLDEN=1` writes them anew; look at the
 * pictures before you keep them.
 */

const EXAMPLES = ['store', 'store-hardened'] as const;
const DAY = '2026-11-21';
const isUpdate = process.env['UPDATE_GOLDEN'] === '1';

const folder = temporaryFolder();

afterEach(() => vi.restoreAllMocks());
afterAll(() => folder.remove());

async function networkOf(path: string): Promise<Network> {
  const snapshot = await importPaths(nodeFileSystem(), [path], {}, bundledDatasets());
  return deriveNetwork(readPerimeter(snapshot));
}

async function emitted(name: string): Promise<readonly Emission[]> {
  const path = `examples/${name}`;
  const network = await networkOf(path);
  const told = { tool: 'sallyport 0.0.0', paths: [path], today: DAY };
  return [await DIAGRAM.emit(network, told), await DOCUMENTS.emit(network, told)];
}

describe.each(EXAMPLES)('pictures and pages of examples/%s', (name) => {
  it('are as kept, say who wrote them, and are what they are called', async () => {
    const files = (await emitted(name)).flatMap((emission) => emission.files);
    expect(files.map(({ path }) => path)).toEqual([
      'perimeter.mmd',
      'perimeter.svg',
      'architecture.md',
      'runbook.md',
    ]);
    for (const { path, text } of files) {
      expect(text.slice(0, 400)).toMatch(/Written by sallyport 0\.0\.0 from input [0-9a-f]{16}/);
      const kept = join(projectRoot, 'tests', 'golden', 'diagram', name, path);
      if (isUpdate) {
        mkdirSync(dirname(kept), { recursive: true });
        writeFileSync(kept, text);
      }
      expect(text).toBe(existsSync(kept) ? readFileSync(kept, 'utf8') : `no ${kept}`);
    }
    const [chart, picture, architecture] = files.map(({ text }) => text);
    const body = chart!.slice(chart!.indexOf('\n') + 1);
    expect(readFlowchart(body).problems).toEqual([]);
    expect(architecture).toContain(`\`\`\`mermaid\n${body.trimEnd()}\n\`\`\``);
    const svg = picture!.slice(picture!.indexOf('\n') + 1);
    expect(wellFormed(`<?xml version="1.0" encoding="UTF-8"?>\n${svg}`).problem).toBeUndefined();
  });

  it('every command on the pages is understood and answered', async () => {
    const [, documents] = await emitted(name);
    const commands = commandsOf(documents!);
    expect(commands.length).toBeGreaterThan(8);
    const isNew = (command: string) => !answered.has(command.replace(`examples/${name}`, ''));
    // `approved` is what the runbook lets a person copy before a change.
    const approved = join(folder.path, name, 'approved');
    cpSync(`examples/${name}`, approved, { recursive: true });
    for (const command of commands.filter(isNew)) {
      answered.add(command.replace(`examples/${name}`, ''));
      const { code, err } = await run(command.replace(' approved ', ` ${approved} `));
      expect([0, 1], `${command}\n${err}`).toContain(code);
    }
  }, 120_000);
});

/** Commands that differ in nothing but the folder are run once. */
const answered = new Set<string>();

/** The commands of ours in `sh` blocks, each once. */
function commandsOf({ files }: Emission): readonly string[] {
  const blocks = files.flatMap(({ text }) => [...text.matchAll(/```sh\n([\s\S]*?)```/g)]);
  const lines = blocks.flatMap(([, body = '']) => body.split('\n'));
  return [...new Set(lines.filter((line) => line.startsWith('sallyport ')))];
}

/** Through the real command line, in this process. No command of the examples needs quotes. */
async function run(command: string): Promise<{ readonly code: number; readonly err: string }> {
  expect(command).not.toContain("'");
  let code = -1;
  let err = '';
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text);
    return true;
  });
  const program = buildProgram('0.0.0', (result) => {
    code = result;
  });
  await program.parseAsync(['node', ...command.split(' ')]);
  vi.restoreAllMocks();
  return { code, err };
}

const CHROMIUM = '/usr/bin/chromium';

describe('a browser', () => {
  // Needs Chromium, which an installation may lack: the other tests hold the structure without it.
  it.skipIf(!existsSync(CHROMIUM))(
    'draws every text inside its box',
    async () => {
      const [diagram] = await emitted('store-hardened');
      const svg = diagram!.files.find(({ path }) => path.endsWith('.svg'))!.text;
      const page = folder.write(
        'page.html',
        `<!doctype html><meta charset="utf-8">${svg}<script>${MEASURE}</script>`,
      );
      const { stdout } = spawnSync(
        CHROMIUM,
        [
          '--headless',
          '--no-sandbox',
          '--disable-gpu',
          `--user-data-dir=${join(folder.path, 'profile')}`,
          '--dump-dom',
          `file://${page}`,
        ],
        { encoding: 'utf8', timeout: 60_000 },
      );
      const measured = /<pre id="measured">(.*?)<\/pre>/s.exec(stdout)?.[1];
      expect(JSON.parse(measured ?? 'null')).toEqual({ boxes: 14, outside: [] });
    },
    70_000,
  );
});

/** Compares what the browser measured of each text with the box it is in. */
const MEASURE = `
const outside = [];
const boxes = document.querySelectorAll('g.leaf, g.group');
for (const box of boxes) {
  const rect = box.querySelector(':scope > rect').getBBox();
  for (const text of box.querySelectorAll(':scope > text')) {
    const drawn = text.getBBox();
    if (drawn.x < rect.x || drawn.x + drawn.width > rect.x + rect.width) outside.push(text.textContent);
  }
}
const pre = document.createElement('pre');
pre.id = 'measured';
pre.textContent = JSON.stringify({ boxes: boxes.length, outside });
document.body.append(pre);
`;
