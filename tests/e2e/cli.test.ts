import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../support/source-tree.ts';
import { executable, sallyport } from './run-sallyport.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport e2e '));
  expect(sallyport(['--version']).code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

const STORE = ['examples/store', '--as-of', '2026-11-21'];

/** Nothing to complain about but the one Service that anybody may enter. */
const SERVICE = `apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { type: ClusterIP, selector: { app: web }, ports: [{ port: 80 }] }
`;

describe('exit codes', () => {
  it('0: it holds', () => {
    expect(sallyport(['check', ...STORE, '--only', 'cluster/address-overlap']).code).toBe(0);
  });

  it('1: it does not hold', () => {
    const { code, out, err } = sallyport([
      'check',
      ...STORE,
      '--only',
      'ingress/asymmetric-return',
    ]);
    expect(code).toBe(1);
    expect(out).toContain('error  ingress/asymmetric-return');
    expect(err).toBe('');
  });

  it('1: a traced flow is not allowed; 0: it is', () => {
    const trace = ['trace', 'examples/store', '--from', 'deploy:order-service', '--to'];
    expect(sallyport([...trace, 'ghcr.io:443']).code).toBe(0);
    expect(sallyport([...trace, 'exfiltration.example:443']).code).toBe(1);
  });

  it('2: nothing was asked', () => {
    const note = write(
      'only-a-note.yaml',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: note }\n',
    );
    const { code, err } = sallyport(['check', join(folder, note)]);
    expect(code).toBe(2);
    expect(err).toContain('no check applies to what was read');
    const both = ['--only', 'ingress/host-port', '--skip', 'ingress/host-port'];
    expect(sallyport(['check', ...STORE, ...both])).toMatchObject({ code: 2, out: '' });
  });

  it('2: a path that is not there', () => {
    const { code, out, err } = sallyport(['check', 'no/such/folder']);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toBe(
      'error: there is no `no/such/folder`\n  hint: name a folder or a file; `.` is the current folder\n',
    );
  });

  it('2: nothing in it is recognised, and what is broken is told with its place', () => {
    const schema =
      'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#';
    write('broken.json', `{\n  "$schema": "${schema}",\n  "resources": [,]\n}\n`);
    const { code, err } = sallyport(['check', 'broken.json'], { cwd: folder });
    expect(code).toBe(2);
    expect(err).toMatch(/^error\[json\/syntax\] .*\n {2}broken\.json:3:17\n/);
    expect(err).toContain('error: nothing to read in broken.json: 1 file looked at');
    const empty = mkdtempSync(join(folder, 'empty'));
    expect(sallyport(['check', empty]).code).toBe(2);
  });

  it('2: an option that is none, with what was probably meant', () => {
    const { code, err } = sallyport(['check', '--formt', 'json']);
    expect(code).toBe(2);
    expect(err).toContain("unknown option '--formt'");
    expect(err).toContain('Did you mean --format?');
    expect(sallyport(['chekc']).err).toContain('Did you mean check?');
    expect(sallyport(['check', '--format', 'xml']).code).toBe(2);
    expect(sallyport(['check', '--as-of', '2027-02-30']).err).toContain('Write a day as');
    expect(sallyport(['check', '--param', 'novalue']).err).toContain('Write name=value.');
  });

  it('2: a check there is not, with those that may have been meant', () => {
    const { code, err } = sallyport(['check', ...STORE, '--only', 'ingress/asymetric-return']);
    expect(code).toBe(2);
    expect(err).toBe(
      'error: there is no check `ingress/asymetric-return`\n  hint: did you mean ingress/asymmetric-return?\n',
    );
    expect(sallyport(['check', '--explain', 'asymmetric']).err).toContain(
      'ingress/asymmetric-return',
    );
  });

  it('2: an end of a flow that is none', () => {
    const { code, err } = sallyport(['trace', '--from', 'pod:', '--to', 'internet', ...STORE]);
    expect(code).toBe(2);
    expect(err).toContain('error[trace/endpoint]');
  });

  it('2: settings that are wrong, at their place; the answer is still given', () => {
    mkdirSync(join(folder, 'misconfigured'));
    write('misconfigured/service.yaml', SERVICE);
    write('misconfigured/sallyport.yaml', 'suppressions:\n  - check: a/b\n    until: 2027-01-01\n');
    const { code, out } = sallyport(['check', 'misconfigured'], { cwd: folder });
    expect(code).toBe(2);
    expect(out).toContain('error[config/invalid] `suppressions.0.reason`: say why in a sentence');
    expect(out).toContain('misconfigured/sallyport.yaml:2:5');
  });

  it('3: the answer cannot be written', () => {
    const { code, err } = sallyport(['import', ...STORE, '-o', 'no/such/folder/out.txt']);
    expect(code).toBe(3);
    expect(err).toBe('error[file/unwritable] cannot write `no/such/folder/out.txt` (ENOENT)\n');
  });
});

describe('output', () => {
  it('is the same bytes twice, in every format', () => {
    for (const format of ['text', 'json', 'sarif', 'junit', 'markdown']) {
      const once = sallyport(['check', ...STORE, '--format', format]);
      expect(once.out.length).toBeGreaterThan(1000);
      expect(sallyport(['check', ...STORE, '--format', format]).out).toBe(once.out);
    }
  });

  it('does not change with the folder the person stands in, but for the paths they gave', () => {
    const here = sallyport(['check', ...STORE]).out;
    const below = sallyport(['check', 'store', '--as-of', '2026-11-21'], {
      cwd: join(projectRoot, 'examples'),
    }).out;
    const flat = (text: string) => text.replaceAll('examples/store', 'store').replace(/\s+/g, ' ');
    expect(flat(below)).toBe(flat(here));
  });

  it('JSON has the documented shape', () => {
    const json = JSON.parse(sallyport(['check', ...STORE, '--format', 'json']).out);
    expect(Object.keys(json)).toEqual([
      'schemaVersion',
      'tool',
      'paths',
      'contents',
      'data',
      'asOf',
      'findings',
      'undecided',
      'checks',
      'remarks',
      'diagnostics',
      'gaps',
    ]);
    const found = json.findings.find(
      ({ check }: { check: string }) => check === 'ingress/asymmetric-return',
    );
    expect(found).toMatchObject({
      severity: 'error',
      evidence: { kind: 'walked', trace: { answer: 'broken' } },
      places: [
        { location: { file: 'examples/store/aks-store-quickstart.yaml', line: 281 } },
        { location: { file: 'examples/store/azuredeploy.json' } },
      ],
    });
  });

  it('has colour on demand only', () => {
    const args = ['check', ...STORE, '--only', 'ingress/asymmetric-return'];
    expect(sallyport(args).out).not.toContain('\u001b');
    expect(sallyport(args, { env: { FORCE_COLOR: '1' } }).out).toContain('\u001b[31m');
    expect(sallyport(args, { env: { FORCE_COLOR: '1', NO_COLOR: '1' } }).out).not.toContain(
      '\u001b',
    );
    expect(sallyport([...args, '--no-color'], { env: { FORCE_COLOR: '1' } }).out).not.toContain(
      '\u001b',
    );
  });

  it('goes to a file, which has no colour and the same bytes', () => {
    const file = join(folder, 'report.txt');
    const { out } = sallyport(['check', ...STORE, '--output', file], {
      env: { FORCE_COLOR: '1' },
    });
    expect(out).toBe('');
    expect(readFileSync(file, 'utf8')).toBe(sallyport(['check', ...STORE]).out);
  });

  it('a reader that goes away is no error', async () => {
    const child = spawn(process.execPath, [executable, 'import', 'examples/store', '-f', 'json'], {
      cwd: projectRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let err = '';
    child.stderr.on('data', (text) => {
      err += String(text);
    });
    const code = await new Promise((done) => child.on('close', done));
    expect(err).toBe('');
    expect(code).toBe(0);
  });

  it('trace prints hops in order, and JSON on demand', () => {
    const args = [
      'trace',
      'examples/store',
      '--from',
      'internet',
      '--to',
      'service:store-front:80',
    ];
    const { out } = sallyport(args);
    expect(out).toMatch(/^ broken {3}internet → service:store-front:80 tcp/);
    expect(out).toMatch(/\n 1 {2}internet[\s\S]*\n 2 {2}load balancer[\s\S]*\n 3 {2}pod/);
    expect(out).toMatch(
      /\n return {4}lost: aks-egress-fw never saw the request[\s\S]*\n 1 {2}subnet/,
    );
    expect(out).toMatch(/ {2}aks-store-quickstart\.yaml:\d+\n[\s\S]* {2}azuredeploy\.json:\d+\n/);
    const json = JSON.parse(sallyport([...args, '--format', 'json']).out);
    expect(json).toMatchObject({ schemaVersion: 1, traces: [{ answer: 'broken' }] });
  });
});

describe('living with findings', () => {
  it('a baseline written once makes only what is new count', () => {
    const file = join(folder, 'known.json');
    const written = sallyport(['check', ...STORE, '--baseline', file, '--update-baseline']);
    expect(written.code).toBe(0);
    expect(written.err).toMatch(/known\.json: \d+ findings and \d+ open questions? accepted/);
    const again = sallyport(['check', ...STORE, '--baseline', file]);
    expect(again.code).toBe(0);
    expect(again.out).toContain('0 errors · 0 warnings · 0 notes · 0 undecided');
  });

  it('a baseline that is not there or is none is bad input', () => {
    expect(sallyport(['check', ...STORE, '--baseline', 'none.json']).code).toBe(2);
    expect(sallyport(['check', ...STORE, '--baseline', 'package.json']).err).toContain(
      '`package.json` is not a baseline',
    );
    expect(sallyport(['check', ...STORE, '--update-baseline']).code).toBe(2);
  });

  it('a suppression in sallyport.yaml accepts a finding until its date', () => {
    write(
      'settings.yaml',
      `suppressions:
  - check: ingress/asymmetric-return
    reason: The store moves behind the gateway in March.
    until: 2027-03-31
`,
    );
    const run = (day: string) =>
      sallyport([
        'check',
        'examples/store',
        '--only',
        'ingress/asymmetric-return',
        '--config',
        join(folder, 'settings.yaml'),
        '--as-of',
        day,
      ]);
    expect(run('2027-03-31').code).toBe(0);
    expect(run('2027-04-01').code).toBe(1);
    expect(run('2027-04-01').out).toContain(
      'was accepted until 2027-03-31: The store moves behind the gateway in March.',
    );
  });
});

describe('help', () => {
  it('teaches by example, for every command', () => {
    for (const command of [[], ['check'], ['trace'], ['import'], ['completion']]) {
      const { code, out } = sallyport([...command, '--help']);
      expect(code).toBe(0);
      expect(out).toMatch(/\nExamples\n {2}(?:sallyport|source)/);
      expect(out.split('\n').filter((line) => line.length > 120)).toEqual([]);
    }
  });

  it('lists every check and explains one with its sources', () => {
    expect(sallyport(['check', '--list']).out).toContain('ingress/asymmetric-return');
    const { code, out } = sallyport(['check', '--explain', 'ingress/asymmetric-return']);
    expect(code).toBe(0);
    expect(out).toContain('AFW-E06');
  });

  it('completion scripts are what the shells accept', () => {
    const bash = sallyport(['completion', 'bash']);
    expect(bash.code).toBe(0);
    const { status } = spawnSync('bash', ['-n'], { input: bash.out });
    expect(status === null ? 'no bash on this machine' : status).toBe(0);
    for (const shell of ['zsh', 'fish']) {
      expect(sallyport(['completion', shell]).out).toContain('--update-baseline'.slice(2));
    }
    expect(sallyport(['completion', 'csh']).code).toBe(2);
  });
});
