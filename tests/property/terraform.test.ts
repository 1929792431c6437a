import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sourceText } from '../../src/diagnostics/index.ts';
import { parseJson } from '../../src/importers/json/index.ts';
import { importTerraformPlan, importTerraformState } from '../../src/importers/terraform/index.ts';
import { readPerimeter } from '../../src/model/index.ts';
import { fromPlan, plainOf, SAMPLES, snapshotOfPart } from '../support/terraform-samples.ts';

/** Plans and states that no Terraform wrote: whatever they hold, what can be read is read, and nothing throws. */

const text = (file: string) => readFileSync(join(SAMPLES, 'hub-and-spoke', file), 'utf8');
const PLAN = text('plan.json');
const STATE = text('terraform.tfstate');

function importText(written: string, isPlan: boolean): number {
  const { value } = parseJson(written, sourceText('hostile.json', written));
  if (value === undefined) return 0;
  const part = isPlan ? importTerraformPlan(value) : importTerraformState(value);
  const snapshot = snapshotOfPart(part);
  readPerimeter(snapshot);
  for (const { message, at } of part.diagnostics) {
    expect(message).not.toBe('');
    expect(at).toBeDefined();
  }
  return snapshot.resources.size;
}

const JUNK: readonly unknown[] = [
  null,
  true,
  -1,
  1e300,
  '',
  'azurerm_subnet.x[',
  '/subscriptions//resourceGroups/',
  '/a|b|c',
  [],
  [[[[]]]],
  {},
  JSON.parse('{"__proto__":{"polluted":true},"constructor":[]}'),
  { references: ['azurerm_subnet.this', 'module.hub', 'var.', 'each.key', ''] },
];

describe('hostile plans and states', () => {
  it.each([
    ['plan', PLAN, true],
    ['state', STATE, false],
  ] as const)(
    'a %s with any of its values replaced is read as far as it goes',
    (_, written, isPlan) => {
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.nat(), fc.constantFrom(...JUNK)), { minLength: 1, maxLength: 8 }),
          (edits) => {
            const root = JSON.parse(written) as unknown;
            for (const [where, junk] of edits) replaceAt(root, where, junk);
            importText(JSON.stringify(root), isPlan);
          },
        ),
        { numRuns: 40, seed: 3 },
      );
    },
  );

  it('a plan that breaks off anywhere is read up to there', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: PLAN.length }), (end) => {
        importText(PLAN.slice(0, end), true);
      }),
      { numRuns: 30, seed: 5 },
    );
  });

  it('the order of resources changes nothing', () => {
    const { planned_values, ...rest } = JSON.parse(PLAN);
    const before = plainOf(snapshotOfPart(fromPlan({ planned_values, ...rest })));
    const reversed = structuredClone(planned_values);
    reversed.root_module.child_modules.reverse();
    for (const module of reversed.root_module.child_modules) module.resources.reverse();
    const after = plainOf(snapshotOfPart(fromPlan({ planned_values: reversed, ...rest })));
    expect(after).toEqual(before);
  });

  it('modules that hand their outputs round in a circle end, and stay unknown', () => {
    const call = (from: string) => ({
      expressions: { ip: { references: [`module.${from}.ip`, `module.${from}`] } },
      module: {
        outputs: { ip: { expression: { references: ['var.ip'] } } },
        resources: [
          {
            address: 'azurerm_route.r',
            expressions: { next_hop_in_ip_address: { references: ['var.ip'] } },
          },
        ],
      },
    });
    const route = (module: string) => ({
      address: `module.${module}.azurerm_route.r`,
      mode: 'managed',
      type: 'azurerm_route',
      name: 'r',
      values: { name: 'r', route_table_name: module, resource_group_name: 'g' },
    });
    const part = fromPlan({
      format_version: '1.2',
      planned_values: {
        root_module: {
          child_modules: ['a', 'b'].map((name) => ({
            address: `module.${name}`,
            resources: [route(name)],
          })),
        },
      },
      resource_changes: ['a', 'b'].map((name) => ({
        ...route(name),
        change: { actions: ['create'], after_unknown: { next_hop_in_ip_address: true } },
      })),
      configuration: { root_module: { module_calls: { a: call('b'), b: call('a') } } },
    });
    const plain = Object.values(plainOf(snapshotOfPart(part)));
    expect(plain).toHaveLength(2);
    for (const body of plain) {
      expect(JSON.stringify(body)).toContain('"nexthopipaddress":"?');
    }
  });

  it('ids that refer to each other in a circle end', () => {
    const zone = (name: string, other: string) => ({
      address: `azurerm_private_dns_a_record.${name}`,
      mode: 'managed',
      type: 'azurerm_private_dns_a_record',
      name,
      values: { name, resource_group_name: 'g' },
      change: { actions: ['create'], after_unknown: { private_dns_zone_id: true } },
      expressions: {
        private_dns_zone_id: {
          references: [
            `azurerm_private_dns_a_record.${other}.private_dns_zone_id`,
            `azurerm_private_dns_a_record.${other}`,
          ],
        },
      },
    });
    const resources = [zone('a', 'b'), zone('b', 'a')];
    const part = fromPlan({
      format_version: '1.2',
      planned_values: { root_module: { resources } },
      resource_changes: resources,
      configuration: { root_module: { resources } },
    });
    expect(part.resources).toHaveLength(2);
  });

  it('modules nested beyond reason are told, not followed for ever', () => {
    let module: object = { resources: [] };
    for (let depth = 0; depth < 90; depth += 1)
      module = { address: 'module.m', child_modules: [module] };
    const part = fromPlan({ format_version: '1.2', planned_values: { root_module: module } });
    expect(part.diagnostics.map(({ code }) => code)).toEqual(['terraform/malformed-resource']);
  });
});

/** Puts `junk` in the place of one of the values, counted through the whole document. */
function replaceAt(root: unknown, where: number, junk: unknown): void {
  const places: (readonly [owner: Record<string, unknown>, key: string])[] = [];
  const visit = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    for (const key of Object.keys(value)) {
      places.push([value as Record<string, unknown>, key]);
      visit((value as Record<string, unknown>)[key]);
    }
  };
  visit(root);
  const place = places[where % places.length];
  if (place !== undefined) place[0][place[1]] = junk;
}
