import { describe, expect, it } from 'vitest';
import {
  check,
  checkContext,
  failing,
  finding,
  head,
  placeAt,
  question,
} from '../../tests/support/sample-report.ts';
import { runChecks } from '../questions/check/index.ts';
import { checkMarkdown, code, prose } from './markdown.ts';

describe('Markdown', () => {
  it('is a table per check, and says what is undecided and not modelled', () => {
    const report = runChecks(
      [
        failing('a/b', [finding('a/b', 'x')]),
        check('c/d', { kind: 'unknown', undecided: [question('c/d', 's', 'a fact')] }),
      ],
      checkContext(),
    );
    const gaps = [{ what: 'Microsoft.Insights/actionGroups', why: '' }];
    expect(checkMarkdown(head, report, [], gaps)).toBe(`# Perimeter check: infra

14 resources · 21 Kubernetes objects  
Data: service tags 375 · as of 2026-11-21 · sallyport 1.2.3

**1 finding**, 1 undecided, 0 checks hold.

## error: \`a/b\`

| what happens | how we know | where | fix |
| --- | --- | --- | --- |
| x is wrong. | seen in configuration | \`infra/main.json:12\` | put it right |

## Undecided

| question | needs |
| --- | --- |
| Whether s holds cannot be told. | a fact |

## Not modelled

- Microsoft.Insights/actionGroups
`);
  });

  it('text of the input becomes no markup and ends no cell, code spans stay', () => {
    expect(prose('`*.a|b` and *.c|d\n<img>')).toBe('`*.a\\|b` and \\*.c\\|d \\<img\\>');
    expect(prose('a ` b')).toBe('a \\` b');
    expect(prose('``a`b`` [c](d)')).toBe('``a`b`` \\[c\\](d)');
  });

  it('a code span holds any backticks', () => {
    expect(code('a.json:1')).toBe('`a.json:1`');
    expect(code('a``b')).toBe('``` a``b ```');
  });

  it('a place with backticks in its name stays one code span', () => {
    const places = [{ at: placeAt('a`b|c.json', 2), what: 'x' }];
    const report = runChecks([failing('a/b', [finding('a/b', 'x', { places })])], checkContext());
    expect(checkMarkdown(head, report, [], [])).toContain('| `` a`b\\|c.json:2 `` |');
  });
});
