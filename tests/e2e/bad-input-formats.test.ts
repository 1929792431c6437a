import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { wellFormed } from '../support/well-formed.ts';
import { HEALTHY, HEALTHY_SAYS, watched } from './bad-input-run.ts';
import { sallyport } from './run-sallyport.ts';

/** Files whose names promise JSON or YAML and that are none: every format tells where, and answers the rest. */
const folder = temporaryFolder();
beforeAll(() => {
  expect(sallyport(['--version']).code).toBe(0);
  for (const [file, text] of Object.entries(FILES)) folder.write(`broken/${file}`, text);
});
afterAll(() => folder.remove());

const POD = `apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop, labels: { app: web } }
spec: { containers: [{ name: web, image: web, ports: [{ containerPort: 80 }] }] }
`;
const FILES = {
  'healthy.json': HEALTHY,
  'pods.yaml': `${POD}---\n${POD.replaceAll('web', 'api')}`,
  'cut.json': '{\n  "a": [1, {"b": "c',
  'tab.yaml': 'a:\n\tb: 1\n',
};
/** Counted by hand in the texts above; the text that is never closed starts at its quote. */
const CUT = { file: 'cut.json', line: 2, column: 18, code: 'json/syntax' };
const TAB = { file: 'tab.yaml', line: 2, column: 1, code: 'yaml/syntax' };

function answer(...args: string[]) {
  return watched(args, join(folder.path, 'broken'));
}

describe('check', () => {
  it('text: each fault with line, column and what to do, on the screen that has the findings', () => {
    const { out, code } = answer('check', '.');
    expect(code).toBe(1);
    expect(out).toContain(HEALTHY_SAYS);
    for (const one of [CUT, TAB]) {
      expect(out).toMatch(
        new RegExp(
          `error\\[${one.code}\\] .*\\n +${one.file}:${one.line}:${one.column}\\n +hint: \\w`,
        ),
      );
    }
    expect(out).toMatch(/JSON\s+that\s+does\s+not\s+parse/);
  });

  it('JSON and SARIF: the same places', () => {
    const json = answer('check', '.', '--format', 'json');
    expect(json.code).toBe(1);
    const { diagnostics, findings } = JSON.parse(json.out);
    for (const { code, ...location } of [CUT, TAB]) {
      expect(diagnostics).toContainEqual(
        expect.objectContaining({ code, severity: 'error', location, hint: expect.any(String) }),
      );
    }
    expect(JSON.stringify(findings)).toContain(HEALTHY_SAYS);

    const sarif = answer('check', '.', '--format', 'sarif');
    expect(sarif.code).toBe(1);
    const [run] = JSON.parse(sarif.out).runs;
    for (const { code, file, line, column } of [CUT, TAB]) {
      expect(run.invocations[0].toolExecutionNotifications).toContainEqual(
        expect.objectContaining({
          level: 'error',
          descriptor: { id: code },
          locations: [
            {
              physicalLocation: expect.objectContaining({
                artifactLocation: expect.objectContaining({ uri: expect.stringContaining(file) }),
                region: expect.objectContaining({ startLine: line, startColumn: column }),
              }),
            },
          ],
        }),
      );
    }
    expect(JSON.stringify(run.results)).toContain(HEALTHY_SAYS);
  });

  it('JUnit and Markdown: the same places', () => {
    const junit = answer('check', '.', '--format', 'junit');
    expect(junit.code).toBe(1);
    expect(wellFormed(junit.out)).toMatchObject({ root: 'testsuites', problem: undefined });
    const markdown = answer('check', '.', '--format', 'markdown');
    expect(markdown.code).toBe(1);
    for (const { code, file, line, column } of [CUT, TAB]) {
      expect(junit.out).toMatch(new RegExp(`type="${code}">${file}:${line}\\b`));
      expect(markdown.out).toMatch(
        new RegExp(`^- error \`${code}\`: .*\`${file}:${line}:${column}\``, 'm'),
      );
    }
    for (const { out } of [junit, markdown]) expect(out).toContain('allows mail on port 25');
  });
});

describe('trace', () => {
  const FLOW = ['--from', 'pod:shop/web', '--to', 'pod:shop/api:80'];

  it('answers, names what was lost, and does not end with 0: it may hold the rule that denies', () => {
    for (const format of ['text', 'json']) {
      const { out, err, code } = answer('trace', ...FLOW, '.', '--format', format);
      expect(out).toContain('shop/web');
      expect(err).toContain('cut.json:2:18');
      expect(err).toContain('tab.yaml:2:1');
      expect(code).toBe(1);
    }
    folder.write('sound/pods.yaml', FILES['pods.yaml']);
    expect(watched(['trace', ...FLOW, 'sound'], folder.path).code).toBe(0);
  });
});

describe('nothing but broken files', () => {
  it.each(['check', 'import', 'trace'])('%s: bad input, told with its place', (command) => {
    folder.write('only/cut.json', FILES['cut.json']);
    const flow = command === 'trace' ? ['--from', 'internet', '--to', 'apiserver'] : [];
    const { out, err, code } = watched([command, ...flow, 'only'], folder.path);
    expect(code).toBe(2);
    expect(out + err).toMatch(/error\[json\/syntax\] .*\n +only\/cut\.json:2:18\n +hint: /);
  });
});

describe('JSON nested deeper than it is read', () => {
  it('is told at the level where reading ends, and the rest is answered', () => {
    folder.write('deep/deep.json', `${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    folder.write('beside/deep.json', '['.repeat(100_000));
    folder.write('beside/healthy.json', HEALTHY);
    const alone = watched(['check', 'deep'], folder.path);
    expect(alone.code).toBe(2);
    // 600 levels are read: the 601st bracket is the first that is not.
    expect(alone.err).toMatch(
      /error\[json\/too-deep\] [^\n]*(\n[^\n]*)*deep\/deep\.json:1:601\n +hint: /,
    );
    const beside = watched(['check', 'beside'], folder.path);
    expect(beside.code).toBe(1);
    expect(beside.out).toContain('beside/deep.json:1:601');
    expect(beside.out).toContain(HEALTHY_SAYS);
  });
});
