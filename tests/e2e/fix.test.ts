import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { sallyport } from './run-sallyport.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

function copyOf(example: string, name: string): { readonly path: string; readonly file: string } {
  const path = join(folder.path, name);
  cpSync(join('examples', example), path, { recursive: true });
  return { path, file: join(path, 'azuredeploy.json') };
}

describe('sallyport check --fix', () => {
  it('shows the patch and what it opens and closes, and writes nothing unasked', () => {
    const { path, file } = copyOf('store', 'shown');
    const before = readFileSync(file, 'utf8');
    const { code, out, err } = sallyport(['check', path, '--fix']);
    expect(code).toBe(1);
    expect(out).toContain(
      '-        "threatIntelMode": "Alert",\n+        "threatIntelMode": "Deny",',
    );
    // The collection holds the three retired ports and nothing else.
    expect(out).toContain('+              "rules": []');
    expect(out).toMatch(/\n opens nothing · closes \d+ /);
    expect(err).toContain('--yes');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('--yes writes it, and then there is nothing left to write', () => {
    const { path, file } = copyOf('store', 'written');
    const fixed = 'firewall/threat-intelligence-not-denying,egress/retired-ports-open';
    const before = readFileSync(file, 'utf8');
    expect(sallyport(['check', path, '--fix', fixed, '--yes']).code).toBe(0);
    const after = readFileSync(file, 'utf8');
    // Everything else stays as it was, comments and layout included: by hand.
    const rules =
      /"rules": \[\s*\{\s*"name": "apiudp"[\s\S]*?"destinationPorts": \["123"\]\s*\}\s*\]/;
    expect(after).toBe(before.replace('"Alert"', '"Deny"').replace(rules, '"rules": []'));
    const again = sallyport(['check', path, '--fix', fixed]);
    expect(again).toMatchObject({ code: 0, out: ' nothing to repair\n' });
  });

  it('adds the rules that AKS lacks, but not before somebody allows them to open something', () => {
    const { path, file } = copyOf('store', 'opened');
    const template = readFileSync(file, 'utf8');
    const lacking = template.replace(
      '"fqdnTags": ["AzureKubernetesService"]',
      '"targetFqdns": ["nothing.example"]',
    );
    expect(lacking).not.toBe(template);
    writeFileSync(file, lacking);
    const ask = ['check', path, '--fix', 'egress/required-unreachable', '--yes'];
    const refused = sallyport(ask);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('--allow-opening');
    expect(readFileSync(file, 'utf8')).toBe(lacking);
    expect(sallyport([...ask, '--allow-opening']).code).toBe(0);
    // 10.42.1.0/24 is the node subnet of the template.
    expect(readFileSync(file, 'utf8')).toMatch(
      /"sourceAddresses": \["10\.42\.1\.0\/24"\],\s*"protocols": \[\{ "protocolType": "Https", "port": 443 \}\],\s*"targetFqdns": \["mcr\.microsoft\.com"\]/,
    );
    const { out } = sallyport(['check', path, '--only', 'egress/required-unreachable']);
    expect(out).not.toContain(' error ');
  });

  it('what only a person can decide is said to be left', () => {
    const { path } = copyOf('store', 'decided');
    const { code, out } = sallyport(['check', path, '--fix', 'ingress/dnat-any-source']);
    expect(code).toBe(0);
    expect(out).toContain('1 finding takes a decision');
  });

  it('a misspelt check is named', () => {
    const { code, err } = sallyport(['check', 'examples/store', '--fix', 'egress/retired-port']);
    expect(code).toBe(2);
    expect(err).toContain('did you mean egress/retired-ports-open');
  });
});
