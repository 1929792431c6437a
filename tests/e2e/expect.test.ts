import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../support/source-tree.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';
import { sallyport } from './run-sallyport.ts';

const KINDS = ['only', 'never', 'always', 'symmetric', 'isolated'].map((kind) => `expect/${kind}`);
const FLAGS = ['--as-of', '2026-11-21', '--only', KINDS.join(',')];

const folders: TemporaryFolder[] = [];
afterAll(() => {
  for (const folder of folders) folder.remove();
});

/** A copy of an example with expectations beside it. */
function example(name: string, yaml: string, file = 'perimeter.yaml'): string {
  const made = temporaryFolder();
  folders.push(made);
  const folder = made.path;
  cpSync(join(projectRoot, 'examples', name), folder, { recursive: true });
  writeFileSync(join(folder, file), yaml);
  return folder;
}

const check = (folder: string, ...more: string[]) =>
  sallyport(['check', '.', ...FLAGS, ...more], { cwd: folder });

/** Wherever lines are broken. */
const onOneLine = (text: string) => text.replace(/\s+/g, ' ');

interface Report {
  readonly findings: readonly {
    readonly check: string;
    readonly subject: string;
    readonly evidence: {
      readonly kind: string;
      readonly certainty: string;
      readonly replays: readonly string[];
    };
    readonly places: readonly {
      readonly location: { readonly file: string; readonly line: number };
    }[];
  }[];
  readonly proven?: readonly { readonly subject: string }[];
}

const STORE = `expect:
  - name: orders-stay-home
    why: Orders hold personal data.
    never: { from: deploy:default/order-service, to: internet }
  - name: shut
    never: { from: internet, to: pods }
  - name: answered
    symmetric: { from: internet, to: pods }
  - name: needs
    always: aks-dependencies
  - name: blob
    only: { from: pods, to: "*.blob.storage.azure.net:443", flows: [ "*.blob.storage.azure.net:443" ] }
`;

describe('expectations beside imported configuration', () => {
  const folder = example('store', STORE);

  it('are refuted with flows that a trace walks, and proven', () => {
    const { code, out } = check(folder, '--format', 'json');
    expect(code).toBe(1);
    const { findings, proven } = JSON.parse(out) as Report;
    // The API server's authorized ranges leave out the firewall, and which of the names AKS needs is its own nobody wrote (AKS-98).
    expect(findings.map((one) => [one.check, one.subject, one.evidence.certainty])).toEqual([
      ['expect/always', 'needs', 'conditional'],
      ['expect/never', 'orders-stay-home', 'refuted'],
      ['expect/never', 'shut', 'refuted'],
      ['expect/symmetric', 'answered', 'refuted'],
    ]);
    expect(proven?.map(({ subject }) => subject)).toEqual(['blob']);
    expect(findings[1]?.places[0]?.location).toMatchObject({ file: 'perimeter.yaml', line: 2 });
    for (const { evidence } of findings.slice(1)) {
      const [command = ''] = evidence.replays;
      const walked = sallyport([...command.split(' ').slice(1), '.'], { cwd: folder });
      expect(walked.out).toMatch(/^ (?:allowed|broken)/);
    }
  });

  it('are findings of their own in text, SARIF, JUnit and Markdown', () => {
    const text = check(folder).out;
    expect(text).toMatch(/error {2}expect\/never +refuted · 2 places/);
    expect(text).toContain(
      'orders-stay-home, expected: never deploy:default/order-service → internet.',
    );
    expect(text).toMatch(/see {2}sallyport trace --from deploy:default\/order-service --to \S+\n/);
    expect(text).toContain('perimeter.yaml:2  expect never');
    expect(text).toMatch(/expected {2}1 expectation holds +proven/);
    const sarif = JSON.parse(check(folder, '--format', 'sarif').out);
    expect(sarif.runs[0].results.map((result: { ruleId: string }) => result.ruleId)).toEqual([
      'expect/always',
      'expect/never',
      'expect/never',
      'expect/symmetric',
    ]);
    expect(sarif.runs[0].results[1].properties.evidence[0]).toBe('refuted');
    const junit = check(folder, '--format', 'junit').out;
    expect(junit).toContain(
      '<testsuite name="expect" tests="5" failures="3" errors="1" skipped="0">',
    );
    expect(junit).toContain('<testcase name="blob" classname="sallyport.expect"/>');
    const markdown = check(folder, '--format', 'markdown').out;
    expect(markdown).toContain('refuted: orders-stay-home, expected');
    expect(markdown).toContain('## Proven');
  });

  it('that hold end with 0, and the file is no gap', () => {
    const { code, out } = check(
      example('store-hardened', 'expect:\n  - never: { from: pods, to: internet }\n'),
    );
    expect(out).toContain('1 expectation holds');
    expect(out).not.toContain('perimeter.yaml perimeter.yaml');
    expect(code).toBe(0);
  });

  it('excuse what passes a gateway that blocks', () => {
    const never = 'never: { from: internet, to: pods';
    const yaml = `expect:\n  - ${never} }\n  - ${never}, unless: { via: waf } }\n`;
    const { code, out } = check(example('store-hardened', yaml), '--format', 'json');
    expect(code).toBe(1);
    const { findings, proven } = JSON.parse(out) as Report;
    expect(findings.map(({ subject }) => subject)).toEqual(['never internet → pods']);
    expect(proven?.map(({ subject }) => subject)).toEqual([
      'never internet → pods, unless via waf',
    ]);
  });

  it('that cannot be told do not hold', () => {
    const yaml = 'expect:\n  - never: { from: ns:nobody, to: internet }\n  - isolated: default\n';
    const { code, out } = check(example('store', yaml), '--verbose');
    expect(code).toBe(1);
    expect(onOneLine(out)).toContain('no pod of the input is `ns:nobody`');
    expect(onOneLine(out)).toContain('no pod of the input is outside namespace default');
  });
});

describe('the file of expectations', () => {
  it('with a mistake ends with 2, the place and a hint', () => {
    const yaml = 'expect:\n  - never: { from: podz, to: internet }\n';
    const { code, out } = check(example('store', yaml, 'perimeter.yml'), '--verbose');
    expect(code).toBe(2);
    expect(out).toContain('expect/invalid');
    expect(out).toContain('perimeter.yml:2:20');
    expect(onOneLine(out)).toContain('`podz` is not a set of ends');
  });

  it('may be named; one that is not there is told', () => {
    const folder = example(
      'store',
      'expect:\n  - symmetric: { from: nodes, to: "mcr.microsoft.com:443" }\n',
      'mine.yaml',
    );
    const { code, out } = check(folder, '--expect', 'mine.yaml');
    expect(out).toContain('mine.yaml:2');
    expect(code).toBe(0);
    expect(check(folder, '--expect', 'yours.yaml').code).toBe(2);
  });

  it('is there once', () => {
    const folder = example('store', 'expect: []\n');
    writeFileSync(join(folder, 'perimeter.yml'), 'expect: []\n');
    const { code, out } = check(folder, '--verbose');
    expect(code).toBe(2);
    expect(onOneLine(out)).toContain('are both there; the second is not read');
  });

  it('can be accepted like any finding, and explained like any check', () => {
    const folder = example('store', STORE);
    const known = ['--baseline', 'known.json'];
    expect(check(folder, ...known, '--update-baseline').code).toBe(0);
    expect(check(folder, ...known).code).toBe(0);
    const { code, out } = sallyport(['check', '--explain', 'expect/only']);
    expect(code).toBe(0);
    expect(out).toContain('Nothing arrives but what `perimeter.yaml` lists.');
  });
});
