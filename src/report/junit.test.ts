import { describe, expect, it } from 'vitest';
import {
  check,
  checkContext,
  failing,
  finding,
  placeAt,
  question,
} from '../../tests/support/sample-report.ts';
import { type Check, type RunOptions, runChecks } from '../questions/check/index.ts';
import { checkJunit, xml } from './junit.ts';

/** The elements in order, each with its depth; throws when tags do not nest or a character may not be there. */
function elementsOf(text: string): string[] {
  expect(text).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
  const body = text.replace(/^<\?xml version="1.0" encoding="UTF-8"\?>\n/, '');
  const open: string[] = [];
  const seen: string[] = [];
  const tag = /<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>|([^<]+)/g;
  let end = 0;
  for (const match of body.matchAll(tag)) {
    if (match.index !== end) throw new Error(`not XML at ${body.slice(end, end + 40)}`);
    end = match.index + match[0].length;
    const [, closes, name, , isEmpty, content] = match;
    if (content !== undefined) {
      if (/&(?!(?:amp|lt|gt|quot);)/.test(content)) throw new Error(`bare & in ${content}`);
    } else if (closes === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`);
    } else {
      seen.push(`${'  '.repeat(open.length)}${name}`);
      if (isEmpty !== '/') open.push(name!);
    }
  }
  if (end !== body.length || open.length > 0) throw new Error('ends early');
  return seen;
}

function junitOf(checks: readonly Check[], options: RunOptions = {}): string {
  const text = checkJunit(runChecks(checks, checkContext(), options), [
    {
      code: 'json/syntax',
      severity: 'error',
      message: 'not JSON',
      at: placeAt('infra/b.json', 3),
    },
  ]);
  elementsOf(text);
  return text;
}

describe('JUnit XML', () => {
  it('has one case per check: failures fail, undecided ones are errors, the rest is skipped or passes', () => {
    const text = junitOf([
      failing('a/b', [finding('a/b', 'x'), finding('a/b', 'y')]),
      check('c/d', { kind: 'unknown', undecided: [question('c/d', 's', 'a fact')] }),
      check('e/f', { kind: 'pass', subjects: 2 }),
      check('g/h', { kind: 'not-applicable', why: 'no firewall' }),
    ]);
    expect(text).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="sallyport" tests="5" failures="1" errors="2" skipped="1">
  <testsuite name="check" tests="4" failures="1" errors="1" skipped="1">
    <testcase name="a/b" classname="sallyport.check"><failure message="x is wrong." type="error">infra/main.json:12: x is wrong. Fix: put it right (seen in configuration)
infra/main.json:12: y is wrong. Fix: put it right (seen in configuration)</failure></testcase>
    <testcase name="c/d" classname="sallyport.check"><error message="Whether s holds cannot be told. Needs: a fact" type="undecided">Whether s holds cannot be told. Needs: a fact</error></testcase>
    <testcase name="e/f" classname="sallyport.check"/>
    <testcase name="g/h" classname="sallyport.check"><skipped message="no firewall"/></testcase>
  </testsuite>
  <testsuite name="input" tests="1" failures="0" errors="1" skipped="0">
    <testcase name="json/syntax" classname="sallyport.input"><error message="not JSON" type="json/syntax">infra/b.json:3: not JSON</error></testcase>
  </testsuite>
</testsuites>
`);
  });

  it('a check whose every finding is accepted is skipped, not passed', () => {
    const entry = {
      check: 'a/b',
      reason: 'replaced soon',
      until: '2027-01-01',
      at: placeAt('s.yaml', 1),
    };
    const text = junitOf([failing('a/b', [finding('a/b', 'x')])], { suppressions: [entry] });
    expect(text).toContain('<skipped message="every finding is accepted"/>');
  });

  it('stays XML whatever the input holds', () => {
    const message = 'a < b & "c" \u0000\u001b[31m ]]> \ud800 \uffff 🚪';
    expect(junitOf([failing('a/b', [finding('a/b', 'x', { message })])])).toContain(
      'a &lt; b &amp; &quot;c&quot; \ufffd\ufffd[31m ]]&gt; \ufffd \ufffd 🚪',
    );
    expect(xml('\u0000\u0008\ud83d')).toBe('\ufffd\ufffd\ufffd');
  });
});
