import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Attribute,
  AZURERM_TYPES,
  type AzurermType,
  armResourcesOf,
  writeAttributes,
} from '../../src/importers/terraform/azurerm/index.ts';
import type { AzureResource } from '../../src/model/index.ts';
import type { ObjectValue } from '../../src/values/index.ts';
import { projectRoot } from '../support/source-tree.ts';
import { located, plainValue } from '../support/terraform-samples.ts';

/**
 * The table is read in both directions: what is read from random arguments, written again and read once more is the
 * same, and nothing is lost. Arguments are drawn from the provider's own schema.
 */

interface Argument {
  readonly type: string;
  readonly maxItems?: number;
  readonly elem?: { readonly type?: string; readonly schema?: Readonly<Record<string, Argument>> };
}
const schema: Readonly<Record<string, { schema: Readonly<Record<string, Argument>> }>> = JSON.parse(
  readFileSync(join(projectRoot, 'data', 'terraform-azurerm', 'schema-5.2.0.subset.json'), 'utf8'),
).resources;

const ID = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/things/one';

/** Types that are resources of their own, without children and made parts: those are written as several. */
const WHOLE = [...AZURERM_TYPES.values()].filter(
  ({ terraform, identity, parts, attributes }) =>
    schema[terraform] !== undefined &&
    !['association', 'element'].includes(identity.kind) &&
    parts === undefined &&
    !attributes.some((one) => one.kind === 'block' && one.child !== undefined),
);

describe('arguments to ARM and back', () => {
  it.each(WHOLE.map((type) => [type.terraform, type] as const))('%s', (_, type) => {
    const known = schema[type.terraform]?.schema ?? {};
    fc.assert(
      fc.property(argumentsOf(type.attributes, known), (values) => {
        const first = armOf(type, values);
        const self = { id: first.id };
        const written = writeAttributes(first.body, type.attributes, { provider: 5, self });
        const fixed = new Set(Object.keys(type.always ?? {}));
        expect(written.lost.filter((path) => !fixed.has(path))).toEqual([]);
        const again = armOf(type, plainValue(written.values) as object);
        expect(plainValue(again.body)).toEqual(plainValue(first.body));
      }),
      { numRuns: 8, seed: 11 },
    );
  });
});

function armOf(type: AzurermType, values: object): AzureResource {
  const where = {
    virtual_network_name: 'net',
    route_table_name: 'table',
    network_security_group_name: 'group',
    network_watcher_name: 'watcher',
  };
  const parent = type.identity.kind === 'parent-id' ? { [type.identity.parent]: ID } : {};
  const scope = type.identity.kind === 'extension' ? { [type.identity.scope]: ID } : {};
  const root = located({ ...values, ...where, ...parent, ...scope, name: 'one' }) as ObjectValue;
  const address = `${type.terraform}.one`;
  const { resources } = armResourcesOf([
    { address, mode: 'managed', type: type.terraform, values: root, at: root.at },
  ]);
  const [resource] = resources;
  if (resource === undefined) throw new Error(`${type.terraform} became nothing`);
  return resource;
}

/** Some of the arguments of today. Of two for one property the first is given: the provider takes either. */
function argumentsOf(
  attributes: readonly Attribute[],
  known: Readonly<Record<string, Argument>>,
): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  const entries: Record<string, fc.Arbitrary<unknown>> = {};
  const paths = new Set<string>();
  for (const attribute of attributes) {
    const argument = known[attribute.name];
    if (argument === undefined || attribute.until !== undefined) continue;
    if (attribute.kind === 'value') {
      if (paths.has(attribute.arm) && attribute.isItem !== true) continue;
      paths.add(attribute.arm);
      entries[attribute.name] = argumentValue(attribute.name, argument);
      continue;
    }
    const inner = argument.elem?.schema ?? {};
    const block = argumentsOf(attribute.attributes, inner);
    const count = attribute.holds === 'one' || argument.maxItems === 1 ? 1 : 2;
    const named = block.map((each) =>
      attribute.onlyIf === undefined
        ? { ...each, ...(inner['name'] === undefined ? {} : { name: 'part' }) }
        : { ...each, [attribute.onlyIf.name]: false },
    );
    entries[attribute.name] = fc.array(named, { minLength: 1, maxLength: count });
  }
  return fc.record(entries, { requiredKeys: [] });
}

function argumentValue(name: string, argument: Argument): fc.Arbitrary<unknown> {
  const text = /(?:_id|_ids|^id|next_hop)$/.test(name)
    ? fc.constantFrom(ID, `${ID}-2`)
    : fc.constantFrom('alpha', 'beta', /_names?$/.test(name) ? 'gamma' : '10.0.0.0/24');
  switch (argument.type) {
    case 'TypeBool':
      return fc.boolean();
    case 'TypeInt':
    case 'TypeFloat':
      return fc.integer({ min: 1, max: 60_000 });
    case 'TypeMap':
      return fc.constant({ env: 'prod' });
    case 'TypeString':
      return text;
    default:
      return argument.elem?.type === 'TypeInt'
        ? fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 })
        : fc.uniqueArray(text, { minLength: 1, maxLength: 3 });
  }
}
