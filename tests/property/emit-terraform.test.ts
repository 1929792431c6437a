import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sourceText } from '../../src/diagnostics/index.ts';
import { EMITTERS, planDeployment } from '../../src/emitters/index.ts';
import { isPlaceholderText } from '../../src/importers/arm-template/placeholder-text.ts';
import { parseHcl } from '../../src/importers/terraform/hcl/syntax/parse-hcl.ts';
import type { Snapshot } from '../../src/model/index.ts';
import { withLists, withoutProviderDefaults } from '../support/provider-defaults.ts';
import { randomEstate } from '../support/random-estate.ts';
import { randomPerimeter } from '../support/random-perimeter.ts';
import { readBack, readFolder } from '../support/read-back.ts';
import { firstDifferenceOfSnapshots, TYPES } from '../support/same-snapshot.ts';
import { type Json, snapshotOf } from '../support/snapshot-of.ts';
import { TWO_GROUPS } from '../support/two-groups.ts';

const TERRAFORM = EMITTERS.find(({ target }) => target === 'terraform')!;

async function roundTrip(snapshot: Snapshot): Promise<string | undefined> {
  const plan = planDeployment(snapshot, { tool: 'sallyport 0.0.0', types: TYPES });
  const back = await readBack(TERRAFORM.emit(plan), plan);
  const errors = back.diagnostics.filter(({ severity }) => severity === 'error');
  const [before, after] = [snapshot, back].map(withLists) as [Snapshot, Snapshot];
  const told = withoutProviderDefaults(after, before);
  return errors[0]?.message ?? firstDifferenceOfSnapshots(before, told);
}

describe('import undoes emit, through Terraform', () => {
  it.each([
    'examples/store',
    'examples/store-hardened',
    'examples/perimeter-store',
    'examples/change',
    'tests/samples/arm-shapes/firewall-policy.arm.json',
    'tests/samples/azure/arm/firewall-with-ip-prefix.json',
    'tests/samples/azure/arm/vnet-subnet-udr.json',
    'tests/samples/azure/live/aks-nat-gateway.json',
    'tests/samples/arm-shapes/firewall-classic.arm.json',
  ])('%s comes back the same', async (folder) => {
    expect(await roundTrip(await readFolder(folder))).toBeUndefined();
  });

  it('two groups that need each other come back the same', async () => {
    expect(await roundTrip(snapshotOf(TWO_GROUPS))).toBeUndefined();
  });

  it('random perimeters with unknown parts come back the same', async () => {
    for (let seed = 100; seed < 112; seed += 1) {
      const { resources, objects } = randomPerimeter(seed);
      expect(await roundTrip(snapshotOf(resources, objects)), `seed ${seed}`).toBeUndefined();
    }
  });

  it('random estates of several groups and subscriptions come back the same', async () => {
    for (let seed = 300; seed < 310; seed += 1) {
      expect(await roundTrip(snapshotOf(randomEstate(seed))), `seed ${seed}`).toBeUndefined();
    }
  });
});

describe('texts of people stay texts, through Terraform', () => {
  const nasty = [
    '\x24{',
    '$',
    '%{',
    '%',
    '"',
    '\\',
    '\n',
    '\r',
    '\t',
    '#',
    '//',
    '}',
    '\u2028',
    '\u0007',
  ];
  const text = fc
    .array(fc.oneof(fc.constantFrom(...nasty), fc.string({ unit: 'grapheme', maxLength: 4 })), {
      maxLength: 6,
    })
    .map((parts) => parts.join(''))
    // A token and a placeholder are not what they look like, and a lone surrogate is no text.
    .filter((each) => !/\p{Surrogate}|[«»=:<>]/u.test(each) && !isPlaceholderText(each));

  it('in tags, names and descriptions, in the words of azurerm and of ARM', async () => {
    await fc.assert(
      fc.asyncProperty(text, text, text, fc.boolean(), async (key, value, description, isArm) => {
        const rule = { description, priority: 100, direction: 'Inbound', access: 'Deny' };
        const snapshot = snapshotOf([
          {
            type: 'Microsoft.Network/networkSecurityGroups',
            name: 'nsg',
            location: 'westeurope',
            tags: { [`k${key}`]: value },
            properties: {
              ...(isArm ? { flushConnection: true } : {}),
              securityRules: [{ name: 'r', properties: { ...rule, protocol: '*' } }],
            },
          },
        ]);
        expect(await roundTrip(snapshot)).toBeUndefined();
      }),
      { numRuns: 150, seed: 4 },
    );
  });
});

describe('whatever the resources hold', () => {
  const junk = fc.constantFrom<unknown>(
    null,
    '',
    'x',
    '\uE0001\uE001',
    0,
    -1.5e21,
    true,
    [],
    {},
    [[]],
    [null],
    [{ name: 'x' }],
    { name: 1 },
    { id: '/subscriptions/s' },
    { $unknown: 'u', symbol: 'u' },
    { $unknown: 'v' },
  );

  it('Terraform that can be read is written, and nothing is thrown', () => {
    fc.assert(
      fc.property(
        fc.nat(30),
        fc.array(fc.tuple(fc.nat(), junk), { maxLength: 8 }),
        (seed, parts) => {
          const resources = structuredClone(randomPerimeter(seed).resources) as Json[];
          for (const [at, value] of parts) {
            const { properties } = resources[at % resources.length] as { properties?: object };
            if (properties !== undefined) replaceIn(properties, at, value);
          }
          const snapshot = madeOf(resources);
          // Children whose names do not fit their type: no importer makes such a snapshot.
          fc.pre(snapshot !== undefined);
          const plan = planDeployment(snapshot, { tool: 'x 0.0.0', types: TYPES });
          const files = TERRAFORM.emit(plan).files.filter(({ path }) =>
            /\.tf(?:vars)?$/.test(path),
          );
          for (const { path, text } of files) {
            expect(parseHcl(text, sourceText(path, text)).diagnostics).toEqual([]);
          }
        },
      ),
      { numRuns: 25, seed: 7 },
    );
  });
});

function madeOf(resources: readonly Json[]): Snapshot | undefined {
  try {
    return snapshotOf(resources);
  } catch {
    return undefined;
  }
}

/** Puts a value somewhere into an object, the deeper the larger the number. */
function replaceIn(owner: object, at: number, value: unknown): void {
  const names = Object.keys(owner);
  const name = names[at % Math.max(1, names.length)];
  if (name === undefined) return;
  const members = owner as Record<string, unknown>;
  const inner = members[name];
  const isOpen = typeof inner === 'object' && inner !== null && !('$unknown' in inner);
  const isDeep = isOpen && Object.keys(inner).length > 0;
  if (isDeep && at % 3 !== 0) replaceIn(inner, Math.floor(at / 3), value);
  else members[name] = structuredClone(value);
}
