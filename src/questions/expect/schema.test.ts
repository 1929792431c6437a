import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../../tests/support/source-tree.ts';
import { sourceText } from '../../diagnostics/index.ts';
import { parseYaml } from '../../importers/kubernetes-yaml/index.ts';
import { toJson, type Value } from '../../values/index.ts';
import { EXPECTATION_KINDS, parseExpectations } from './index.ts';

// That the published schema is the one made of the sources is tested with the other generated pages: tests/docs.test.ts.
const schema = JSON.parse(
  readFileSync(join(projectRoot, 'schemas', 'perimeter-expect.schema.json'), 'utf8'),
);
const accepts = new Ajv({ strict: false }).compile(schema);

function readValue(yaml: string): Value {
  const { documents, diagnostics } = parseYaml(yaml, sourceText('perimeter.yaml', yaml));
  expect(diagnostics).toEqual([]);
  return documents[0]!.value!;
}

const isAccepted = (yaml: string): boolean => accepts(toJson(readValue(yaml)));
const isUnderstood = (yaml: string): boolean =>
  parseExpectations(readValue(yaml)).diagnostics.length === 0;

describe('the published schema of perimeter.yaml', () => {
  const page = readFileSync(join(projectRoot, 'docs', 'expect.md'), 'utf8');
  const shown = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';

  it.each([
    ['the page about it', shown],
    ['its example', readFileSync(join(projectRoot, 'docs', 'expect-example.yaml'), 'utf8')],
  ])('and the reader take what is shown in %s', (_, yaml) => {
    expect(isAccepted(yaml)).toBe(true);
    expect(isUnderstood(yaml)).toBe(true);
  });

  it('the page shows every kind', () => {
    const kinds = parseExpectations(readValue(shown)).value.map(({ kind }) => kind);
    expect([...new Set(kinds)].sort()).toEqual([...EXPECTATION_KINDS].sort());
  });

  it.each([
    ['two kinds in one entry', 'expect: [ { symmetric: all, isolated: a } ]'],
    ['no kind', 'expect: [ { name: a } ]'],
    ['a key that is none', 'expect: [ { symmetric: all, owner: me } ]'],
    ['a side that is missing', 'expect: [ { never: { from: pods } } ]'],
    ['another block', 'intents: []'],
  ])('and the reader refuse %s', (_, yaml) => {
    expect(isAccepted(yaml)).toBe(false);
    expect(isUnderstood(yaml)).toBe(false);
  });
});
