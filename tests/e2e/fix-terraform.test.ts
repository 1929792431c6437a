import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { sallyport } from './run-sallyport.ts';

const SAMPLE = 'tests/samples/hcl/old-walkthrough';
const folder = temporaryFolder();
afterAll(() => folder.remove());

interface Estate {
  readonly path: string;
  readonly main: string;
  readonly spoke: string;
}

function copyAs(name: string): Estate {
  const path = join(folder.path, name);
  cpSync(SAMPLE, path, { recursive: true });
  return { path, main: join(path, 'main.tf'), spoke: join(path, 'spoke', 'main.tf') };
}

const read = (file: string) => readFileSync(file, 'utf8');
const IDS = [
  'egress/retired-ports-open',
  'firewall/threat-intelligence-not-denying',
  'network/learned-routes-bypass-firewall',
].join(',');

/** By hand: what the three checks ask for, in the two files of the configuration. */
function repaired(main: string, spoke: string) {
  const collection = / {2}network_rule_collection \{\n {4}name {5}= "aksfwnr"[\s\S]*?\n {2}\}\n\n/;
  const time = / {4}rule \{\n {6}name {14}= "time"[\s\S]*?\n {4}\}\n\n/;
  const table = /("azurerm_route_table" "this" \{\n)[^}]*?\n\n/;
  return {
    main: main.replace('"Alert" #', '"Deny" #').replace(collection, '').replace(time, ''),
    spoke: spoke.replace(
      table,
      `$1  name                          = "rt-shop"
  resource_group_name           = var.resource_group_name
  location                      = "westeurope"
  bgp_route_propagation_enabled = false

`,
    ),
  };
}

describe('sallyport check --fix on a Terraform configuration', () => {
  it('shows the patch of every file and what it closes, and writes nothing unasked', () => {
    const { path, main, spoke } = copyAs('shown');
    const before = [read(main), read(spoke)];
    const { code, out, err } = sallyport(['check', path, '--fix', IDS]);
    expect(code).toBe(1);
    expect(out).toContain(
      '-  threat_intelligence_mode = "Alert" # until the allow list is agreed\n+  threat_intelligence_mode = "Deny" #',
    );
    expect(out).toContain('+  bgp_route_propagation_enabled = false\n');
    expect(out).toContain('-      destination_ports     = ["9000"]\n');
    // The tunnel ports and the time server, three rules and the learned routes of one subnet.
    expect(out).toMatch(/ {2}5 findings gone, none new\n opens nothing · closes \d+ /);
    expect(err).toContain('--yes');
    expect([read(main), read(spoke)]).toEqual(before);
  });

  it('--yes writes it as a person would have, and then there is nothing left to write', () => {
    const { path, main, spoke } = copyAs('written');
    const expected = repaired(read(main), read(spoke));
    expect(sallyport(['check', path, '--fix', IDS, '--yes']).code).toBe(0);
    expect({ main: read(main), spoke: read(spoke) }).toEqual(expected);
    expect(expected.main).not.toContain('aksfwnr');
    const again = sallyport(['check', path, '--fix', IDS]);
    expect(again).toMatchObject({ code: 0, out: ' nothing to repair\n' });
    const { error, stdout } = spawnSync('terraform', ['fmt', '-check', '-recursive', path], {
      encoding: 'utf8',
    });
    // Without the binary the texts above are all there is to compare with.
    if (error === undefined) expect(stdout).toBe('');
  });

  it('adds the rules that AKS lacks as blocks, once somebody allows them to open something', () => {
    const { path, main } = copyAs('opened');
    const lacking = read(main).replace(
      'destination_fqdn_tags = ["AzureKubernetesService"]',
      'destination_fqdns     = ["nothing.example"]',
    );
    writeFileSync(main, lacking);
    const ask = ['check', path, '--fix', 'egress/required-unreachable', '--yes'];
    expect(sallyport(ask).err).toContain('--allow-opening');
    expect(read(main)).toBe(lacking);
    expect(sallyport([...ask, '--allow-opening']).code).toBe(0);
    // 10.10.0.0/22 is the node subnet of the module.
    expect(read(main)).toMatch(
      / {4}rule \{\n {6}name {14}= "aks-[\w-]+"\n {6}source_addresses {2}= \["10\.10\.0\.0\/22"\]\n {6}destination_fqdns = \["mcr\.microsoft\.com"\]\n\n {6}protocols \{\n {8}type = "Https"\n {8}port = 443\n {6}\}\n {4}\}\n/,
    );
    const { out } = sallyport(['check', path, '--only', 'egress/required-unreachable']);
    expect(out).not.toContain(' error ');
  });

  it('what a variable says is left, with the expression and its place', () => {
    const { path, main } = copyAs('computed');
    const text = `${read(main).replace('= "Alert" #', '= var.mode #')}\nvariable "mode" {\n  default = "Alert"\n}\n`;
    writeFileSync(main, text);
    const { code, out } = sallyport(['check', path, '--fix', IDS.split(',')[1]!]);
    expect(code).toBe(0);
    expect(out.replace(/\s+/g, ' ')).toContain('main.tf:72 it is computed: `var.mode`');
    expect(read(main)).toBe(text);
  });
});
