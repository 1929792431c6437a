import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importFiles, sampleFiles } from './import-files.ts';

const samples = Object.entries({
  ...sampleFiles('azure/arm'),
  ...sampleFiles('azure/live'),
  ...sampleFiles('arm-shapes'),
  ...sampleFiles('kubernetes/aks-store-demo'),
  ...sampleFiles('kubernetes/online-boutique/network-policies'),
}).filter(([name]) => /\.(?:json|ya?ml)$/.test(name));

const sample = fc.constantFrom(...samples);
/** Bytes that mean something to a parser, and any other. */
const byte = fc.oneof(
  fc.constantFrom(...Buffer.from('{}[]",:\\&*!|>%@`#-? \n\t\0')),
  fc.integer({ min: 0, max: 255 }),
);
const edits = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    bytes: fc.array(byte, { maxLength: 6 }),
    cut: fc.nat({ max: 40 }),
  }),
  { minLength: 1, maxLength: 8 },
);

/** Nothing a file may hold makes the import throw. */
describe('mutated samples', () => {
  it('any bytes changed, inserted or cut: every file still has a report', async () => {
    await fc.assert(
      fc.asyncProperty(sample, edits, async ([name, original], changes) => {
        let bytes = Buffer.from(original);
        for (const { at, bytes: inserted, cut } of changes) {
          const start = Math.floor(at * bytes.length);
          bytes = Buffer.concat([
            bytes.subarray(0, start),
            Buffer.from(inserted),
            bytes.subarray(start + cut),
          ]);
        }
        // Beside the original: copies that differ anywhere are merged.
        const snapshot = await importFiles({ [name]: bytes, [`original/${name}`]: original });
        expect(snapshot.files).toHaveLength(2);
      }),
      { numRuns: 150 },
    );
  });

  it('any text at all, under any name that is opened', async () => {
    const name = fc.constantFrom('a.json', 'a.yaml', 'kustomization.yaml', 'a.sh', 'a');
    const text = fc.array(
      fc.constantFrom(
        'apiVersion: v1\n',
        'kind: Pod\n',
        '---\n',
        'metadata:\n',
        '  name: x\n',
        '- ',
        '&a ',
        '*a',
        '{',
        '}',
        '[',
        ']',
        '"',
        "'",
        '|\n',
        '? ',
        ': ',
        '<<: ',
        '!!str ',
        '\t',
        '#',
        '{{ .x }}',
        '{"id":"/subscriptions/s/resourceGroups/g/providers/a.b/c/d",',
        '\r\n',
        ',',
        'null',
        '%YAML 1.1\n',
      ),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(name, fc.boolean(), text, async (file, isObject, parts) => {
        // Without both words the text is not parsed as YAML at all.
        const start = isObject ? 'apiVersion: v1\nkind: Pod\n' : '';
        const snapshot = await importFiles({ [file]: start + parts.join('') });
        expect(snapshot.files).toHaveLength(1);
      }),
      { numRuns: 400 },
    );
  });
});
