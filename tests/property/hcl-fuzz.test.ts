import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locate } from '../../src/diagnostics/index.ts';
import { toJson } from '../../src/values/index.ts';
import { evaluateFiles } from '../conformance/hcl/evaluate-text.ts';
import { projectRoot } from '../support/source-tree.ts';

/** A long run sets both: `FUZZ_RUNS=20000 FUZZ_SEED=7 npx vitest run tests/property/hcl-fuzz.test.ts`. */
const LENGTH = {
  numRuns: Number(process.env['FUZZ_RUNS'] ?? 300),
  ...(process.env['FUZZ_SEED'] === undefined ? {} : { seed: Number(process.env['FUZZ_SEED']) }),
};

const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8');
const samples = [
  read('tests/samples/azure/terraform/aks-hub-spoke-egress.tf'),
  read('tests/samples/hcl/many-modules/main.tf'),
  read('tests/samples/hcl/many-modules/modules/network/main.tf'),
];
const json = read('tests/samples/hcl/many-modules/modules/rules/main.tf.json');

/** Pieces that mean something to the language, so that noise gets past the first character. */
const piece = fc.constantFrom(
  ...'{ } [ ] ( ) " , = : ? ... => . * [*] ! - + && || == <= % ~ # // /* */ \n \\'.split(' '),
  '\u0024{',
  '%{',
  ...'<<EOT\n <<-EOT\n EOT\n for in if else endif endfor null true 1 1.5e3 "a" var.x local.a'.split(
    ' ',
  ),
  ...'each.key count.index resource "a_b" "x" { locals { module variable dynamic content'.split(
    ' ',
  ),
  ...[
    'for_each = ',
    'count = ',
    'range(',
    'try(',
    'jsondecode(',
    'regex(',
    'format(',
    'path.module',
  ],
  '\u0000',
  '\ud800',
  '😀',
  '\r\n',
  '\ufeff',
);
const noise = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(' '));

/** A sample with a part of it cut out, doubled or replaced. */
const changed = fc
  .tuple(fc.constantFrom(...samples), fc.nat(), fc.nat(200), fc.oneof(noise, fc.string()))
  .map(([text, seed, length, put]) => {
    const from = seed % text.length;
    return text.slice(0, from) + put + text.slice(from + length);
  });

function hold(files: Readonly<Record<string, string>>): void {
  const { diagnostics, resources } = evaluateFiles(files);
  for (const { code, message, at } of diagnostics) {
    expect(code).toMatch(/^(?:terraform|json)\//);
    if (code.startsWith('terraform/')) expect(message).not.toMatch(/\n|undefined|\[object/);
    const place = locate(at!);
    expect(place.line).toBeGreaterThan(0);
    expect(place.column).toBeGreaterThan(0);
  }
  for (const resource of resources) JSON.stringify(toJson(resource.values));
}

describe('whatever the text is, it is read or said where it cannot be', () => {
  it('noise of the words of the language', () => {
    fc.assert(
      fc.property(noise, (text) => hold({ 'main.tf': text })),
      LENGTH,
    );
  });

  it('expressions of noise', () => {
    fc.assert(
      fc.property(noise, (text) => hold({ 'main.tf': `resource "a_b" "x" {\n  v = ${text}\n}` })),
      LENGTH,
    );
  });

  it('samples with a part changed', () => {
    fc.assert(
      fc.property(changed, (text) => hold({ 'main.tf': text })),
      { ...LENGTH, numRuns: Math.ceil(LENGTH.numRuns / 3) },
    );
  });

  it('JSON with texts changed', () => {
    fc.assert(
      fc.property(noise, fc.nat(), (text, seed) => {
        const from = seed % json.length;
        hold({ 'main.tf.json': json.slice(0, from) + text + json.slice(from) });
        hold({ 'main.tf.json': JSON.stringify({ resource: { a_b: { x: { v: text } } } }) });
      }),
      LENGTH,
    );
  });

  it('what comes before a change at the end is read as before', () => {
    const [sample] = samples;
    const before = evaluateFiles({ 'main.tf': sample! }).resources.map(({ address }) => address);
    fc.assert(
      fc.property(fc.oneof(noise, fc.string()), (text) => {
        const { resources } = evaluateFiles({ 'main.tf': `${sample}\nlocals {\n  z = ${text}` });
        const after = new Set(resources.map(({ address }) => address));
        expect(before.filter((address) => !after.has(address))).toEqual([]);
      }),
      { ...LENGTH, numRuns: Math.ceil(LENGTH.numRuns / 5) },
    );
  });
});

/** Arithmetic and logic beside JavaScript's own, on values that both know exactly. */
describe('operators', () => {
  type Term = { readonly text: string; readonly value: number };
  const number: fc.Arbitrary<Term> = fc
    .integer({ min: 0, max: 1000 })
    .map((value) => ({ text: String(value), value }));
  const { sum } = fc.letrec<{ sum: Term }>((tie) => ({
    sum: fc.oneof(
      { maxDepth: 4 },
      number,
      fc.tuple(tie('sum'), fc.constantFrom('+', '-', '*'), tie('sum')).map(([a, operator, b]) => ({
        text: `(${a.text}) ${operator} (${b.text})`,
        value:
          operator === '+'
            ? a.value + b.value
            : operator === '-'
              ? a.value - b.value
              : a.value * b.value,
      })),
      tie('sum').map((a) => ({ text: `-(${a.text})`, value: 0 - a.value })),
      fc.tuple(tie('sum'), tie('sum'), tie('sum')).map(([a, b, c]) => ({
        text: `(${a.text}) > (${b.text}) ? (${c.text}) : (${a.text})`,
        value: a.value > b.value ? c.value : a.value,
      })),
    ),
  }));

  it('count as JavaScript does', () => {
    fc.assert(
      fc.property(sum, ({ text, value }) => {
        const { resources } = evaluateFiles({
          'main.tf': `resource "a_b" "x" {\n  v = ${text}\n}`,
        });
        // Terraform has no negative zero.
        expect(toJson(resources[0]!.values)).toEqual({ v: value + 0 });
      }),
      { ...LENGTH, numRuns: LENGTH.numRuns / 2 },
    );
  });
});
