// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the language has these too.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locate, sourceText } from '../../src/diagnostics/index.ts';
import { parseBicep } from '../../src/importers/bicep/index.ts';
import { BICEP_SAMPLES, content, importBicep } from '../conformance/bicep/import-bicep.ts';
import { importFiles } from '../conformance/import/import-files.ts';

const SAMPLE = [
  'store-hardened/main.bicep',
  'store-hardened/modules/gateway.bicep',
  'store-hardened/modules/rules.bicep',
  'pairs/vnet-subnet-udr.bicep',
].map((path) => readFileSync(join(BICEP_SAMPLES, path), 'utf8'));
const PIECES = [
  ...["'", "'''", '${', '}', '{', '[', ']', '(', ')', ':', '?', '??', '.?', '[?', '=>', '...', '!'],
  ...[
    'for',
    'in',
    'if (',
    'resource ',
    'module ',
    'param ',
    'var ',
    '= ',
    '\n',
    '@',
    '::',
    '/*',
    '//',
  ],
  ...[
    'existing ',
    'null',
    '-1',
    '\u{0}',
    '"',
    '\\',
    '|',
    '<',
    '*',
    'parent: ',
    'scope: ',
    'x.y[0]',
  ],
];

/** A real file with pieces of it cut out, repeated, or replaced by something else. */
const mutated = fc
  .record({
    text: fc.constantFrom(...SAMPLE),
    edits: fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        cut: fc.integer({ min: 0, max: 60 }),
        insert: fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 5 })),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  })
  .map(({ text, edits }) =>
    edits.reduce((now, { at, cut, insert }) => {
      const offset = Math.floor(at * now.length);
      return now.slice(0, offset) + insert + now.slice(offset + cut);
    }, text),
  );
const noise = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 8 })), { maxLength: 60 })
  .map((parts) => parts.join(''));

describe('Bicep', () => {
  it('any text is read or refused at a place inside it, never thrown at', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated, noise), async (text) => {
        const snapshot = await importBicep(text, { 'modules/rules.bicep': SAMPLE[2]! });
        for (const { at, message, hint } of snapshot.diagnostics) {
          expect(message).not.toMatch(/undefined|\[object|\n/);
          expect(hint ?? '').not.toMatch(/undefined/);
          if (at === undefined || at.source.isDerived === true) continue;
          const { file, line, column } = locate(at);
          expect([line, column].every((each) => each >= 1)).toBe(true);
          if (file === 'main.bicep') expect(at.offset).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 250 },
    );
  });

  it('places of statements lie in order, and what is written there is theirs', () => {
    fc.assert(
      fc.property(mutated, (text) => {
        const { statements } = parseBicep(text, sourceText('main.bicep', text));
        let before = 0;
        for (const { start, end } of statements) {
          expect(start).toBeGreaterThanOrEqual(before);
          expect(end).toBeGreaterThanOrEqual(start);
          before = start;
        }
      }),
      { numRuns: 300 },
    );
  });

  it('bytes that are no text are refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const snapshot = await importFiles({ 'main.bicep': bytes, 'main.bicepparam': bytes });
        expect(snapshot.resources.size).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  /** The order of statements means nothing in Bicep. */
  it('statements in another order give the same snapshot', async () => {
    const text = SAMPLE[0]!;
    const { statements } = parseBicep(text, sourceText('main.bicep', text));
    const parts = statements.map(({ start, end }) => {
      // Decorators stand in front of what they belong to.
      const decorated = /(?:^|\n)((?:@[^\n]*\n)*)$/.exec(text.slice(0, start))?.[1] ?? '';
      return decorated + text.slice(start, end);
    });
    const others = Object.fromEntries(
      ['rules.bicep', 'gateway.bicep', 'policy.bicep', 'fqdns.json'].map((name) => [
        `modules/${name}`,
        readFileSync(join(BICEP_SAMPLES, 'store-hardened/modules', name)),
      ]),
    );
    const expected = content(await importBicep(text, others));
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(parts, { minLength: parts.length, maxLength: parts.length }),
        async (shuffled) => {
          expect(content(await importBicep(`${shuffled.join('\n')}\n`, others))).toEqual(expected);
        },
      ),
      { numRuns: 10 },
    );
  });
});
