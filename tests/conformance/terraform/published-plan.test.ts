import { describe, expect, it } from 'vitest';
import { importTerraformPlan } from '../../../src/importers/terraform/index.ts';
import { plainOf, sample, snapshotOfPart } from '../../support/terraform-samples.ts';

/** A plan that Terraform 0.13 wrote (tests/samples/terraform/README.md), read by hand. */

const GROUP =
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/acceptancetestresourcegroup1';
const GROUPS = `${GROUP}/providers/microsoft.network/networksecuritygroups`;

describe('a published plan', () => {
  const part = importTerraformPlan(sample('regula/security-groups.plan.json'));
  const plain = plainOf(snapshotOfPart(part));

  it('has its two groups and three rules, and nothing is doubtful', () => {
    expect(part.diagnostics).toEqual([]);
    expect(part.gaps).toEqual([]);
    expect(Object.keys(plain)).toEqual([
      GROUP,
      `${GROUPS}/invalidnsg1`,
      `${GROUPS}/invalidnsg1/securityrules/testrule1`,
      `${GROUPS}/invalidnsg1/securityrules/testrule2`,
      `${GROUPS}/testnsg`,
      `${GROUPS}/testnsg/securityrules/validrule2`,
    ]);
    expect(JSON.stringify(plain)).not.toContain('"?');
  });

  it('empty texts and lists of the provider say nothing', () => {
    expect(plain[`${GROUPS}/invalidnsg1/securityrules/testrule2`]).toMatchObject({
      properties: {
        access: 'Allow',
        destinationaddressprefix: '*',
        destinationportranges: ['235', '30-50'],
        direction: 'Inbound',
        priority: 101,
        protocol: 'Tcp',
        sourceaddressprefixes: ['10.10.10.10'],
        sourceportrange: '*',
      },
    });
    const { properties } = plain[`${GROUPS}/invalidnsg1/securityrules/testrule2`] as {
      properties: object;
    };
    expect(properties).not.toHaveProperty('destinationportrange');
    expect(properties).not.toHaveProperty('sourceaddressprefix');
  });
});
