import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sallyport } from './run-sallyport.ts';

const STORE = ['rules', 'examples/store', '--as-of', '2026-11-21'];
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport rules '));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rule = (name: string, priority: number, access: string, source: string) => ({
  name,
  properties: {
    priority,
    access,
    direction: 'Inbound',
    protocol: 'Tcp',
    sourceAddressPrefix: source,
    sourcePortRange: '*',
    destinationAddressPrefix: '*',
    destinationPortRange: '443',
  },
});

function template(name: string, rules: readonly object[]): string {
  const path = join(folder, name);
  const text = {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    resources: [
      {
        type: 'Microsoft.Network/networkSecurityGroups',
        apiVersion: '2023-11-01',
        name: 'nsg',
        location: 'westeurope',
        properties: { securityRules: rules },
      },
    ],
  };
  writeFileSync(path, JSON.stringify(text, undefined, 2));
  return path;
}

describe('sallyport rules', () => {
  it('answers for the walkthrough, the same bytes each time', () => {
    const first = sallyport(STORE);
    expect(first.code).toBe(0);
    expect(first.err).toBe('');
    expect(first.out).toContain('7 rules of firewall aks-egress-fw');
    expect(sallyport(STORE).out).toBe(first.out);
  });

  it('says what happens, where, and how; exits 1 for a rule that never does what it says', () => {
    const path = template('shadowed.json', [
      rule('block', 100, 'Deny', '10.0.0.0/8'),
      rule('office', 200, 'Allow', '10.1.0.0/16'),
    ]);
    const { code, out } = sallyport(['rules', path]);
    expect(code).toBe(1);
    const line = readFileSync(path, 'utf8')
      .split('\n')
      .findIndex((one) => one.includes('"office"'));
    expect(out.replace(/\s+/g, ' ')).toContain(
      'nsg: office 200 never decides: nsg: block 100 takes all its flows first and denies them.',
    );
    expect(out).toMatch(new RegExp(`shadowed\\.json:${line}\\b|shadowed\\.json:${line + 1}\\b`));
    expect(sallyport(['rules', path, '--fail-on', 'none']).code).toBe(0);
    expect(sallyport(['rules', path, '--only', 'duplicate']).code).toBe(0);
  });

  it('JSON and Markdown say the same', () => {
    const path = template('duplicate.json', [
      rule('all', 100, 'Allow', '10.0.0.0/8'),
      rule('part', 200, 'Allow', '10.1.0.0/16'),
    ]);
    const json = JSON.parse(sallyport(['rules', path, '--format', 'json']).out);
    expect(json.schemaVersion).toBe(1);
    expect(json.removable.map(({ name }: { name: string }) => name)).toEqual(['nsg: part 200']);
    expect(json.findings[0]).toMatchObject({ kind: 'duplicate', mayGo: true });
    expect(sallyport(['rules', path, '--format', 'markdown']).out).toContain('## duplicate');
  });

  it.each([
    [['--only', 'shadowd'], 'did you mean shadowed?'],
    [['--fail-on', 'everything'], 'there is no kind of finding'],
    [['--for', 'aks-egress-fx'], 'did you mean aks-egress-fw?'],
    [['--time-limit', '0'], 'a number of seconds'],
    [['--format', 'csv'], 'Allowed choices'],
  ])('2: %j', (options, says) => {
    const { code, err } = sallyport([...STORE, ...options]);
    expect(code).toBe(2);
    expect(err).toContain(says);
  });

  it('2: nothing with rules, and no such folder', () => {
    const path = join(folder, 'note.yaml');
    writeFileSync(path, 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: note }\n');
    expect(sallyport(['rules', path]).code).toBe(2);
    expect(sallyport(['rules', join(folder, 'nowhere')]).code).toBe(2);
  });

  it('time that runs out is told, and nothing is claimed', () => {
    const path = template('late.json', [
      rule('block', 100, 'Deny', '10.0.0.0/8'),
      rule('office', 200, 'Allow', '10.1.0.0/16'),
    ]);
    const { code, out } = sallyport(['rules', path, '--time-limit', '1e-9']);
    expect(code).toBe(1);
    expect(out).toContain('ran out of time');
    expect(out).not.toContain('never decides');
  });

  it('--help has examples and the kinds', () => {
    const { out } = sallyport(['rules', '--help']);
    expect(out).toContain('sallyport rules . --only shadowed,duplicate');
    expect(out).toContain('unreached');
  });
});
