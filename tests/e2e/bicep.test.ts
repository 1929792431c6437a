// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the language has these too.
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../support/source-tree.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { sallyport } from './run-sallyport.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
const AT = { cwd: folder.path };

/** The hardened store with its Kubernetes objects, its template in Bicep or in JSON. */
beforeAll(() => {
  const example = join(projectRoot, 'examples/store-hardened');
  const source = join(projectRoot, 'tests/samples/bicep/store-hardened');
  cpSync(source, join(folder.path, 'bicep'), { recursive: true });
  for (const file of ['policies.yaml', 'store.yaml']) {
    const text = readFileSync(join(example, file), 'utf8');
    folder.write(`bicep/${file}`, text);
    folder.write(`json/${file}`, text);
  }
  folder.write('json/azuredeploy.json', readFileSync(join(example, 'azuredeploy.json'), 'utf8'));
});

interface Finding {
  readonly check: string;
  readonly message: string;
  readonly subject: unknown;
}

describe('a folder of Bicep', () => {
  it('check says of it what it says of the template', () => {
    const ask = (name: string) => {
      const changed = ['--param', 'firewallAddressCount=1', '--param', 'storeFrontIp=10.42.4.99'];
      const { code, out, err } = sallyport(
        ['check', name, '--as-of', '2026-11-21', '--format', 'json', ...changed],
        AT,
      );
      const { findings } = JSON.parse(out) as { findings: readonly Finding[] };
      const said = findings.map(({ check, message, subject }) => ({ check, message, subject }));
      return { code, err, said };
    };
    const bicep = ask('bicep');
    expect(bicep).toEqual(ask('json'));
    expect(bicep.said.map(({ check }) => check)).toContain('firewall/few-public-addresses');
  });

  it('import names each file by what becomes of it', () => {
    const { code, out, err } = sallyport(['import', 'bicep'], AT);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/ read +bicep\/main\.bicep +Bicep source +\d+ resources/);
    expect(out).toMatch(
      / read +bicep\/modules\/gateway\.bicep +Bicep source +deployed by bicep\/main\.bicep/,
    );
    expect(out).toMatch(
      / read +bicep\/modules\/rules\.bicep +Bicep source +read for what other files take/,
    );
  });

  it('trace names the rule in the module that allows a flow, and the route in the file', () => {
    const lineOf = (file: string, text: string) => {
      const lines = readFileSync(join(folder.path, 'bicep', file), 'utf8').split('\n');
      // The rule starts with the brace above its name, or above its kind.
      return lines.findIndex((line) => line.includes(text)) + 1;
    };
    const { code, out } = sallyport(
      ['trace', 'bicep', '--from', 'node:system', '--to', 'ghcr.io:443'],
      AT,
    );
    expect(code).toBe(0);
    const rule = lineOf('modules/policy.bicep', "name: 'images'") - 2;
    expect(out).toMatch(new RegExp(`store/images +allow\\s+modules/policy\\.bicep:${rule}\\n`));
    const route = lineOf('main.bicep', 'default-through-firewall') - 1;
    expect(out).toMatch(new RegExp(`default-through-firewall[^\\n]*\\s+main\\.bicep:${route}\\n`));
  });

  it('a parameter file is chosen by name, and a misspelt parameter is said', () => {
    folder.write(
      'one/main.bicep',
      "param prefix string\nresource rt 'Microsoft.Network/routeTables@2024-05-01' = {\n  name: '${prefix}-rt'\n}\n",
    );
    folder.write('one/a.bicepparam', "using 'main.bicep'\nparam prefix = 'a'\n");
    folder.write('one/b.bicepparam', "using 'main.bicep'\nparam prefix = 'b'\n");
    const unclear = sallyport(['import', 'one'], AT);
    expect(unclear.out + unclear.err).toContain('bicep/parameters-ambiguous');
    const chosen = sallyport(['import', 'one', '--parameters', 'one/b.bicepparam'], AT);
    expect(chosen.out + chosen.err).not.toContain('bicep/');
    const misspelt = sallyport(['import', 'one', '--param', 'prefx=c'], AT);
    expect(misspelt.out + misspelt.err).toContain('no template declares parameter `prefx`');
  });

  it('a broken statement is said with line and column, and the rest is read', () => {
    folder.write(
      'broken/main.bicep',
      "resource a 'Microsoft.Network/routeTables@2024-05-01' = {\n  name 'a'\n}\nresource b 'Microsoft.Network/routeTables@2024-05-01' = {\n  name: 'b'\n}\n",
    );
    const { out, err } = sallyport(['import', 'broken'], AT);
    expect(out + err).toContain('broken/main.bicep:2:8');
    expect(out + err).toMatch(/1 +microsoft\.network\/routetables/);
    expect(out + err).toMatch(/resource a: it could not be read/);
  });

  it('bytes that are no text are an error of the file, not of the program', () => {
    folder.write('bytes/main.bicep', Buffer.from([0, 1, 2, 0xff, 0xfe, 0, 0]));
    const { code, err, out } = sallyport(['check', 'bytes'], AT);
    expect({ code, text: out + err }).toMatchObject({ code: 2 });
    expect(out + err).not.toMatch(/at .*\.js:\d+/);
  });
});
