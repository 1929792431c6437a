import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { memoryFileSystem } from '../../src/io/index.ts';
import { projectRoot } from '../support/source-tree.ts';
import { backwards, everyReport } from '../support/whole-pipeline.ts';

/** A long run sets both: `FUZZ_RUNS=2000 FUZZ_SEED=7 npx vitest run tests/e2e/hostile-fuzz.test.ts`. */
const LENGTH = {
  numRuns: Number(process.env['FUZZ_RUNS'] ?? 40),
  ...(process.env['FUZZ_SEED'] === undefined ? {} : { seed: Number(process.env['FUZZ_SEED']) }),
};

/** Folders that answer many checks; one file of one of them is changed at a time. */
const FOLDERS: readonly (readonly string[])[] = [
  ['examples/store/azuredeploy.json', 'examples/store/aks-store-quickstart.yaml'],
  [
    'examples/store-hardened/azuredeploy.json',
    'examples/store-hardened/policies.yaml',
    'examples/store-hardened/store.yaml',
  ],
  [
    'tests/samples/arm-shapes/firewall-policy.arm.json',
    'tests/samples/arm-shapes/rcg-aks.arm.json',
    'tests/samples/arm-shapes/rcg-dnat.arm.json',
    'tests/samples/arm-shapes/ip-group.arm.json',
  ],
  ['tests/samples/azure/live/aks-nat-gateway.json', 'tests/samples/azure/live/rcg-with-fqdns.json'],
  [
    'tests/samples/azure/arm/firewall-with-ip-prefix.json',
    'tests/samples/kubernetes/online-boutique/network-policies/network-policy-frontend.yaml',
    'tests/samples/kubernetes/aks-store-demo/aks-store-ingress-quickstart.yaml',
  ],
];

const texts = new Map(
  FOLDERS.flat().map((path) => [path, readFileSync(join(projectRoot, path), 'utf8')]),
);
const values = new Map([...texts].map(([path, text]) => [path, valuesOf(path, text)]));

const folderAndFile = fc
  .constantFrom(...FOLDERS)
  .chain((folder) => fc.record({ folder: fc.constant(folder), file: fc.constantFrom(...folder) }));

/** Values that stand where another kind of value belongs, and texts that mean something somewhere. */
const strange = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    [],
    {},
    '',
    '*',
    '0.0.0.0/0',
    '10.0.0.0/33',
    '10.0.0.7/8',
    '::/0',
    '255.255.255.255-0.0.0.0',
    '0',
    -1,
    0,
    65536,
    1e308,
    'AzureCloud',
    'Internet',
    'VirtualNetwork',
    'None',
    'VirtualAppliance',
    'userDefinedRouting',
    '[parameters(1)]',
    "[variables('x').y[0]]",
    '[',
    "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'a', 'b')]",
    '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/routeTables/t',
    '__proto__',
    'constructor',
    '\ud800\u0000\u001b[31m|`',
    [[[]]],
    [null, { name: null }],
    { id: 1 },
    { id: '' },
    { properties: [] },
    { name: '', properties: null },
  ),
  fc.jsonValue({ maxDepth: 2 }),
);
type Edit = { readonly at: readonly number[]; readonly how: string; readonly value: unknown };
const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.record({
    at: fc.array(fc.nat(), { minLength: 1, maxLength: 12 }),
    how: fc.constantFrom('replace', 'replace', 'remove', 'repeat', 'move'),
    value: strange,
  }),
  { minLength: 1, maxLength: 6 },
);
/** Bytes that mean something to a parser, and any other. */
const byte = fc.oneof(
  fc.constantFrom(...Buffer.from('{}[]",:\\&*!|>%@`#-? \n\t\0')),
  fc.integer({ min: 0, max: 255 }),
);
const cuts = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    bytes: fc.array(byte, { maxLength: 6 }),
    length: fc.nat({ max: 40 }),
  }),
  { minLength: 1, maxLength: 6 },
);

describe('files that are nearly right', () => {
  it('values replaced, removed, repeated, moved: every report is made, the same one twice', async () => {
    await fc.assert(
      fc.asyncProperty(folderAndFile, edits, async ({ folder, file }, changes) => {
        const changed = structuredClone(values.get(file)!);
        for (const edit of changes) apply(changed, edit);
        await sameReports(folder, file, printed(file, changed));
      }),
      LENGTH,
    );
  });

  it('bytes changed, inserted, cut: every report is made, the same one twice', async () => {
    await fc.assert(
      fc.asyncProperty(folderAndFile, cuts, async ({ folder, file }, changes) => {
        let bytes = Buffer.from(texts.get(file)!);
        for (const { at, bytes: inserted, length } of changes) {
          const start = Math.floor(at * bytes.length);
          const rest = bytes.subarray(start + length);
          bytes = Buffer.concat([bytes.subarray(0, start), Buffer.from(inserted), rest]);
        }
        await sameReports(folder, file, bytes);
      }),
      LENGTH,
    );
  });
});

/** Once as the files stand, once with the files and the listings the other way round. */
async function sameReports(folder: readonly string[], file: string, content: string | Uint8Array) {
  const files = folder.map((path) => [path, path === file ? content : texts.get(path)!] as const);
  const once = await everyReport(Object.fromEntries(files));
  const turned = Object.fromEntries([...files].reverse());
  expect(await everyReport(turned, backwards(memoryFileSystem(turned)))).toEqual(once);
}

function valuesOf(path: string, text: string): unknown[] {
  if (path.endsWith('.json')) return [JSON.parse(text)];
  return parseAllDocuments(text).map((document) => document.toJS());
}

function printed(path: string, documents: readonly unknown[]): string {
  const parts = documents.map((document) => JSON.stringify(document, undefined, 1) ?? 'null');
  return path.endsWith('.json') ? (parts[0] ?? '') : parts.join('\n---\n');
}

/** Walks down by the numbers as far as there is something, and changes the last member met. */
function apply(root: unknown[], { at, how, value }: Edit): void {
  let holder: Holder = root as unknown as Holder;
  let key: string | undefined;
  for (const number of at) {
    const next = key === undefined ? holder : holder[key];
    if (typeof next !== 'object' || next === null) break;
    const keys = Object.keys(next);
    if (keys.length === 0) break;
    holder = next as Holder;
    key = keys[number % keys.length]!;
  }
  if (key === undefined) return;
  if (how === 'remove') delete holder[key];
  else if (how === 'repeat' && Array.isArray(holder)) holder.push(structuredClone(holder[key]));
  else if (how === 'move') {
    const other = Object.keys(holder).at(-1)!;
    [holder[key], holder[other]] = [holder[other], holder[key]];
  } else holder[key] = structuredClone(value);
}

/** An object or an array: both have members by name. */
type Holder = Record<string, unknown>;
