import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Document, Parser } from 'yaml';
import { countColumns, depthOfTokens } from './nesting.ts';
import { splitDocuments } from './split-documents.ts';

describe('nesting', () => {
  it('blocks never nest deeper than twice the columns counted', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (json) => {
        const text = new Document(json).toString({ flowCollectionPadding: false });
        expect(2 * countColumns(text) + 1).toBeGreaterThanOrEqual(blocksOf(text));
      }),
      { numRuns: 200 },
    );
  });

  it('tokens tell the depth of blocks and brackets, whatever quotes hold', () => {
    const depthOf = (text: string) => depthOfTokens([...new Parser().parse(text)]);
    expect(depthOf('["]", ["]", ["]"]]]')).toBeGreaterThanOrEqual(3);
    expect(depthOf('a:\n- - b:\n      c: 1\n')).toBeGreaterThanOrEqual(4);
    expect(depthOf('a: 1\nb: 2\n')).toBeLessThan(4);
  });

  it('columns are counted once each', () => {
    expect(countColumns('a:\n  b: 1\nc:\n  d: 1\n')).toBe(2);
    expect(countColumns('- - a')).toBe(3);
  });
});

/** Depth of blocks alone, by the tokens. */
function blocksOf(text: string): number {
  return depthOfTokens([...new Parser().parse(text)]) - 1;
}

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
