import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sourceText } from '../../src/diagnostics/index.ts';
import { EMITTERS, planDeployment } from '../../src/emitters/index.ts';
import { yamlLines } from '../../src/emitters/kubernetes/yaml-text.ts';
import { isPlaceholderText } from '../../src/importers/arm-template/placeholder-text.ts';
import { parseYaml } from '../../src/importers/kubernetes-yaml/index.ts';
import { toJson } from '../../src/values/index.ts';
import { readBack } from '../support/read-back.ts';
import { firstDifferenceOfSnapshots, TYPES } from '../support/same-snapshot.ts';
import { type Json, snapshotOf } from '../support/snapshot-of.ts';

/** Whatever people write into a name of a rule, a description or a tag, it must not become code. */

const NASTY = [
  '[',
  '[[',
  ']',
  "'",
  "''",
  '${',
  '$',
  '\\',
  `\\$\{x}`,
  '"',
  '\n',
  '\r\n',
  '\t',
  '//',
  '/*',
  '{',
  '}',
  '\u0085',
  '\u2028',
  '\u0007',
  'é',
  '漢',
  '😀',
  '«',
];
// A token and a placeholder are not what they look like, and a lone surrogate is no text.
const text = fc
  .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'grapheme', maxLength: 4 })), {
    maxLength: 6,
  })
  .map((parts) => parts.join(''))
  .filter(
    (each) =>
      !/\p{Surrogate}/u.test(each) &&
      !isPlaceholderText(each) &&
      !/[«»]/.test(each) &&
      !/[=:]/.test(each),
  );

const withTexts = (description: string, key: string, value: string): readonly Json[] => [
  {
    type: 'Microsoft.Network/networkSecurityGroups',
    name: 'nsg',
    location: 'westeurope',
    tags: { [`k${key}`]: value },
    properties: {
      securityRules: [
        {
          name: 'r',
          properties: {
            description,
            priority: 100,
            direction: 'Inbound',
            access: 'Deny',
            protocol: '*',
          },
        },
      ],
    },
  },
];

describe('texts of people stay texts', () => {
  it.each(['arm', 'bicep'])('through %s', async (target) => {
    const emitter = EMITTERS.find((each) => each.target === target)!;
    await fc.assert(
      fc.asyncProperty(text, text, text, async (description, key, value) => {
        const snapshot = snapshotOf(withTexts(description, key, value));
        const plan = planDeployment(snapshot, { tool: 'sallyport 0.0.0', types: TYPES });
        const back = await readBack(emitter.emit(plan), plan);
        expect(firstDifferenceOfSnapshots(snapshot, back)).toBeUndefined();
      }),
      { numRuns: 150, seed: 4 },
    );
  });

  it('through manifests', () => {
    fc.assert(
      fc.property(text, text, (key, value) => {
        const yaml = yamlLines({
          entries: [[`k${key}`, [value, { entries: [['x', value]] }]]],
        }).join('\n');
        const { documents, diagnostics } = parseYaml(yaml, sourceText('a.yaml', yaml));
        expect(diagnostics).toEqual([]);
        expect(toJson(documents[0]!.value!)).toEqual({ [`k${key}`]: [value, { x: value }] });
      }),
      { numRuns: 400, seed: 4 },
    );
  });
});
