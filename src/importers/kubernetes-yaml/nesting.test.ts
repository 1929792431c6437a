import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Document } from 'yaml';
import { estimateNesting } from './nesting.ts';
import { splitDocuments } from './split-documents.ts';

function depthOf(json: unknown): number {
  if (typeof json !== 'object' || json === null) return 0;
  return 1 + Math.max(0, ...Object.values(json).map(depthOf));
}

describe('estimateNesting', () => {
  it('is never less than the depth of what the text holds', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.boolean(), (json, isFlow) => {
        const text = isFlow ? JSON.stringify(json) : new Document(json).toString();
        expect(estimateNesting(text)).toBeGreaterThanOrEqual(depthOf(json));
      }),
      { numRuns: 300 },
    );
  });

  it('counts steps of indentation, not columns', () => {
    expect(estimateNesting(`a:\n${' '.repeat(300)}b: 1\n`)).toBeLessThan(10);
  });
});

describe('splitDocuments', () => {
  it('cuts at markers only, and keeps offsets', () => {
    const text = 'a: 1\n---\nb: |\n  ---\n  x\n--- # two\nc: 3\n...\n# end\n----\nd: 4\n';
    const documents = splitDocuments(text);
    expect(documents.map(({ text: piece }) => piece.trim().split('\n')[0])).toEqual([
      'a: 1',
      '---',
      '--- # two',
      '# end',
    ]);
    for (const { text: piece, offset } of documents) {
      expect(text.slice(offset, offset + piece.length)).toBe(piece);
    }
  });
});
