import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';
import { sallyport } from './run-sallyport.ts';

/** Plans and states of Terraform as people give them. */

const SAMPLE = 'tests/samples/terraform/hub-and-spoke';
let folder: TemporaryFolder;

beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => folder.remove());

interface Flow {
  readonly code: number | null;
  readonly out: string;
}
const trace = (file: string, from: string, to: string): Flow =>
  sallyport(['trace', join(SAMPLE, file), '--from', from, '--to', to]);

describe('sallyport over Terraform', () => {
  it.each([
    ['plan.json', 'Terraform plan'],
    ['state.json', 'Terraform state'],
    ['terraform.tfstate', 'Terraform state'],
  ])('%s is read, whatever it is called', (file, recognisedAs) => {
    const text = readFileSync(join(SAMPLE, file), 'utf8');
    const given = folder.write(`any/${file.replace('.', '-')}.out`, text);
    const ran = sallyport(['import', given]);
    expect(ran.code).toBe(0);
    expect(ran.out).toMatch(new RegExp(` read +\\S+ +${recognisedAs} +23 resources`));
  });

  it('a plan of what does not exist yet is checked, and every finding has its line', () => {
    const ran = sallyport(['check', join(SAMPLE, 'plan.json')]);
    expect(ran.out).toContain('afw-shop has 1 public address');
    expect(ran.out).toMatch(/plan\.json:\d+ {2}DNAT rule web/);
    expect(ran.out).not.toContain('about the input');
  });

  it('a plan, a state and the template of the same network find the same', () => {
    const codes = (file: string) => {
      const ran = sallyport([
        'check',
        join(SAMPLE, file),
        '--format',
        'json',
        '--resource-group',
        'rg-shop',
      ]);
      const { findings } = JSON.parse(ran.out) as { findings: readonly { check: string }[] };
      return findings.map(({ check }) => check).sort();
    };
    const template = codes('arm.json');
    expect(template.length).toBeGreaterThan(3);
    for (const file of ['plan.json', 'terraform.tfstate']) {
      expect(codes(file)).toEqual(template);
    }
  });

  it('a flow is followed to a firewall whose address no plan knows', () => {
    const { out } = trace('plan.json', '10.10.0.9', '1.1.1.1:443');
    expect(out).toContain('afw-shop');
    expect(out).toContain('udr-default');
  });

  it('secrets of a state are never printed', () => {
    const ran = sallyport(['import', join(SAMPLE, 'terraform.tfstate'), '--format', 'json']);
    expect(ran.out).toContain('aks-shop');
    for (const secret of ['secret-kube-config', 'c2VjcmV0']) {
      expect(ran.out + ran.err).not.toContain(secret);
    }
  });

  it('a state of before, and one that breaks off, are told in a line', () => {
    const old = folder.write(
      'old/terraform.tfstate',
      '{"version":3,"serial":1,"lineage":"x","terraform_version":"0.11.7","modules":[]}',
    );
    const ran = sallyport(['import', old]);
    expect(ran.out + ran.err).toContain('the state is of version 3; version 4 is read');
    const text = readFileSync(join(SAMPLE, 'plan.json'), 'utf8');
    const cut = folder.write('cut/plan.json', text.slice(0, 30_000));
    const half = sallyport(['import', cut]);
    expect(half.out + half.err).toMatch(/error\[json\/syntax\]/);
    expect(half.out + half.err).toMatch(/cut\/plan\.json:\d+/);
  });
});
