import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../support/source-tree.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { executable, sallyport } from './run-sallyport.ts';

/** What a shell, a pipe and a terminal do to a command. */
const folder = temporaryFolder();
beforeAll(() => {
  expect(sallyport(['--version']).code).toBe(0);
});
afterAll(() => folder.remove());

const STORE = ['examples/store', '--as-of', '2026-11-21'];
const ONE = ['check', ...STORE, '--only', 'ingress/asymmetric-return'];
const shell = (line: string) =>
  spawnSync('bash', ['-c', `set -o pipefail; ${line}`], { cwd: projectRoot, encoding: 'utf8' });
const command = `'${process.execPath}' '${executable}'`;

describe.skipIf(process.platform === 'win32')('pipes and signals', () => {
  it.each(['text', 'json', 'sarif'])(
    '`| head -1` is no error, and hides no finding: %s',
    (format) => {
      const { status, stdout, stderr } = shell(
        `${command} check ${STORE.join(' ')} -f ${format} | head -1`,
      );
      expect(stderr).toBe('');
      expect(stdout.split('\n')).toHaveLength(2);
      // The pipe is broken or not, by who is faster; what was found stays found.
      expect(status).toBe(1);
    },
  );

  it('a reader that never reads takes nothing from the exit code', () => {
    expect(shell(`${command} import examples/store -f json | true`)).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(shell(`${command} ${ONE.join(' ')} | true`)).toMatchObject({ status: 1, stderr: '' });
  });

  it('SIGINT ends it at once, in the middle of its work; a shell calls that 130', () => {
    const rules = Array.from({ length: 60_000 }, (_, index) => ({
      ruleType: 'NetworkRule',
      name: `r${index}`,
      sourceAddresses: [`10.${(index >> 8) & 255}.${index & 255}.0/24`],
      destinationAddresses: ['20.0.0.1'],
      destinationPorts: ['443'],
      ipProtocols: ['TCP'],
    }));
    const group = {
      id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/firewallPolicies/p/ruleCollectionGroups/r',
      properties: { priority: 100, ruleCollections: [{ name: 'c', priority: 100, rules }] },
    };
    folder.write('large/a.json', JSON.stringify(group));
    const started = performance.now();
    const { status, stdout, stderr } = shell(
      `timeout --preserve-status -s INT 0.4 ${command} check '${folder.path}/large'`,
    );
    expect({ status, stdout, stderr }).toEqual({ status: 130, stdout: '', stderr: '' });
    expect(performance.now() - started).toBeLessThan(1500);
  });
});

describe('what the environment asks for', () => {
  it('colour: NO_COLOR refuses, FORCE_COLOR asks, an empty or zero one does neither', () => {
    const isColoured = (env: Readonly<Record<string, string>>) =>
      sallyport(ONE, { env }).out.includes('\u001b[');
    expect(isColoured({})).toBe(false);
    expect(isColoured({ FORCE_COLOR: '1' })).toBe(true);
    expect(isColoured({ FORCE_COLOR: '0' })).toBe(false);
    expect(isColoured({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
    expect(isColoured({ FORCE_COLOR: '1', NO_COLOR: '' })).toBe(true);
  });

  it('COLUMNS: lines as wide as asked, between 60 and 120', () => {
    const widest = (COLUMNS: string) => {
      const lines = sallyport(ONE, { env: { COLUMNS } }).out.split('\n');
      // Commands stand on one line however long: they are there to be copied.
      return Math.max(
        ...lines.filter((line) => !line.includes('see  ')).map((line) => line.length),
      );
    };
    expect(widest('70')).toBeLessThanOrEqual(70);
    expect(widest('120')).toBeGreaterThan(100);
    expect(widest('20')).toBeLessThanOrEqual(60);
    expect(widest('wide')).toBeLessThanOrEqual(100);
  });
});

describe('where the answer goes', () => {
  it.each(['/dev/full', 'no/such/folder/out.txt', '.'])(
    'an output that cannot be written is 3: %s',
    (file) => {
      const { code, out, err } = sallyport([...ONE, '--output', file]);
      expect(code).toBe(3);
      expect(out).toBe('');
      expect(err).toMatch(/^error\[file\/unwritable\] cannot write `.*` \([A-Z]+\)\n$/);
    },
  );

  it.skipIf(process.platform !== 'linux')('a full disk behind the terminal is 3', () => {
    expect(shell(`${command} ${ONE.join(' ')} > /dev/full`).status).toBe(3);
  });
});

describe('slips of the hand', () => {
  it.each([
    [['check', '--verbos'], '--verbose'],
    [['check', '--sevrity', 'error'], '--severity'],
    [['trace', '--form', 'internet'], '--from'],
    [['imprt'], 'import'],
    [['check', '--severity', 'errors'], 'error, warning, note'],
    [['check', '--format', 'yaml'], 'text, json, sarif, junit, markdown'],
    [['trace', '--from', 'internet'], "--to <endpoint>' not specified"],
    [['check', '--as-of', 'tomorrow'], 'Write a day as'],
    [['check', '--only', 'ingress/asymetric-return'], 'ingress/asymmetric-return'],
    [['check', '--config', 'nowhere.yaml'], 'nowhere.yaml'],
    [['check', '--parameters', 'nowhere.json'], 'nowhere.json'],
    [['check', '--service-tags', 'nowhere.json'], 'nowhere.json'],
  ])('%j is 2, and says %s', (args, hint) => {
    const { code, out, err } = sallyport(args);
    expect(err).toContain(hint);
    expect(code).toBe(2);
    expect(out).toBe('');
  });
});
