import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import AjvDraft04 from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import schema from '../support/fixtures/sarif-schema-2.1.0.json' with { type: 'json' };
import { projectRoot } from '../support/source-tree.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { wellFormed } from '../support/well-formed.ts';
import { watched } from './bad-input-run.ts';
import { sallyport } from './run-sallyport.ts';

// The published package exports a class as `default.default` to ES modules.
const Ajv = AjvDraft04 as unknown as typeof AjvDraft04.default;

/**
 * The store, with every name made a small attack: quotes, backticks, pipes, markup, line ends, colours, turned reading
 * direction, letters of any script, half a character, and what ends a comment, a cell or a link.
 */
const ATTACK = `"'\`|<script>alert(1)</script>\n\r\t\u001b[31mred\u001b[0m\u009b31m\u0007\u0000\u202egnp.\u2066\u2028|x|\u05d0\u{1f600}\u6f22\ud800]]>--> ](http:x)&lt;*_~#\\`;
const folder = temporaryFolder();

beforeAll(() => {
  expect(sallyport(['--version']).code).toBe(0);
  const template = JSON.parse(read('examples/store/azuredeploy.json'));
  folder.write('azuredeploy.json', JSON.stringify(attacked(template), undefined, 1));
  const manifest = read('examples/store/aks-store-quickstart.yaml');
  const names = /^((?: {2,8}| {4}- )(?:name|app): )(\S+)$/gm;
  folder.write(
    'store.yaml',
    manifest.replace(names, (_, head, name) => `${head}${JSON.stringify(name + ATTACK)}`),
  );
});
afterAll(() => folder.remove());

function read(path: string): string {
  return readFileSync(join(projectRoot, path), 'utf8');
}

/** Every `name` that is no expression and that nothing refers to by id. */
function attacked(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => attacked(item, key));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, attacked(inner, name)]),
    );
  }
  const isFree =
    key === 'name' && typeof value === 'string' && !/^\[|^AZFW|\/|Subnet$|^nodepool1$/.test(value);
  return isFree ? value + ATTACK : value;
}

function output(...args: string[]): string {
  const { out, code } = watched([...args, '--as-of', '2026-11-21'], folder.path);
  expect(code).toBe(args[0] === 'check' ? 1 : 0);
  expect(out.length).toBeGreaterThan(500);
  return out;
}

/** Characters that steer a terminal, turn the reading direction, or end a line where none should end. */
const STEERING = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

describe('names that attack the report', () => {
  it('text: nothing steers the terminal, and no line starts with what a name says', () => {
    for (const args of [
      ['check', '.', '--verbose'],
      ['import', '.', '--verbose'],
    ]) {
      const out = output(...args);
      expect(out).not.toMatch(STEERING);
      expect(out).not.toMatch(/^\S*<script/m);
      if (args[0] === 'check') expect(out).toContain('\u{1f600}\u6f22');
    }
  });

  it('traces: the same', () => {
    const from = `deploy:default/order-service${ATTACK}`.replaceAll('\0', '');
    const { out, err } = watched(
      ['trace', '.', '--from', from, '--to', 'ghcr.io:443'],
      folder.path,
    );
    expect(out + err).not.toMatch(STEERING);
    const { out: json } = watched(
      ['trace', '.', '--from', 'node:nodepool1', '--to', 'ghcr.io:443', '--format', 'json'],
      folder.path,
    );
    expect(JSON.parse(json).traces.length).toBeGreaterThan(0);
  });

  it('JSON: valid, and the names are what they are', () => {
    expect(JSON.stringify(JSON.parse(output('import', '.', '--format', 'json')))).toContain(
      JSON.stringify(`storage${ATTACK}`),
    );
    expect(JSON.parse(output('check', '.', '--format', 'json')).findings.length).toBeGreaterThan(
      10,
    );
  });

  it('SARIF: valid against its schema, and no name is a link', () => {
    const sarif = JSON.parse(output('check', '.', '--format', 'sarif'));
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(ajv);
    const validate = ajv.compile(schema);
    validate(sarif);
    expect(validate.errors).toBeNull();
    for (const { message } of sarif.runs[0].results) expect(message.text).not.toContain('](');
  });

  it('JUnit: well-formed XML', () => {
    const out = output('check', '.', '--format', 'junit');
    expect(wellFormed(out)).toEqual({ root: 'testsuites', problem: undefined });
    expect(out).toContain('&lt;script&gt;');
  });

  it('Markdown: every row has the cells of its table, and no name is markup', () => {
    const out = output('check', '.', '--format', 'markdown');
    expect(out).not.toMatch(STEERING);
    const bare = out.replaceAll(/\\./g, '').replaceAll(/(`+)(?!`).*?(?<!`)\1(?!`)/g, '');
    expect(bare).not.toMatch(/<script|\]\(/);
    let cells = 0;
    for (const line of bare.split('\n')) {
      const count = line.split('|').length;
      if (!line.startsWith('|')) cells = 0;
      else if (cells === 0) cells = count;
      else expect(count, line).toBe(cells);
    }
    for (const line of out.split('\n')) {
      expect(line).toMatch(/^$|^#{1,2} [^<]|^\||^- |^\*\*|^Data: |^\d+ resources/);
    }
  });
});
