import { describe, expect, it } from 'vitest';
import {
  brokenTrace,
  check,
  checkContext,
  failing,
  finding,
  head,
} from '../../tests/support/sample-report.ts';
import { type Evidence, runChecks } from '../questions/check/index.ts';
import { checkJson } from './check-json.ts';
import { checkText } from './check-text.ts';
import { checkJunit } from './junit.ts';
import { checkMarkdown } from './markdown.ts';
import { checkSarif } from './sarif.ts';
import { PLAIN } from './style.ts';

const trace = { ...brokenTrace(), assumptions: [] };
const replay = 'sallyport trace --from internet --to service:pets/store-front:80';
const report = (evidence: Evidence) =>
  runChecks(
    [
      failing('a/b', [finding('a/b', 'x', { evidence })]),
      check('c/proven', { kind: 'pass', subjects: 1, certainty: { kind: 'proven' } }),
      check('c/given', {
        kind: 'pass',
        subjects: 1,
        certainty: { kind: 'conditional', on: ['y is so'] },
      }),
      check('c/walked', { kind: 'pass', subjects: 1, certainty: { kind: 'walked' } }),
      check('c/written', { kind: 'pass', subjects: 1 }),
    ],
    checkContext(),
  );
const formats = (evidence: Evidence) => {
  const said = report(evidence);
  const text = (verbose: boolean) =>
    checkText({ head, report: said, diagnostics: [], gaps: [], verbose }, PLAIN);
  return {
    text: text(false),
    verbose: text(true),
    json: checkJson(head, said, [], []),
    sarif: checkSarif(head, said, []),
    junit: checkJunit(said, []),
    markdown: checkMarkdown(head, said, [], []),
  };
};

const proof = { flows: 'every client of pets/store-front, port 80', on: [] };
const KNOWN: readonly (readonly [words: string, kind: string, Evidence])[] = [
  ['proven', 'proven', { kind: 'walked', trace, replay, proof }],
  ['proven', 'proven', { kind: 'configured', lines: ['* → *'], proof }],
  [
    'conditional',
    'conditional',
    { kind: 'walked', trace, replay, proof: { ...proof, on: ['z is so'] } },
  ],
  ['a flow was walked', 'walked', { kind: 'walked', trace, replay }],
  ['seen in configuration', 'configured', { kind: 'configured', lines: ['x'] }],
  ['refuted', 'refuted', { kind: 'proved', certainty: 'refuted', lines: [], replays: [] }],
];

describe('how a finding is known', () => {
  it.each(KNOWN)('%s (%s) is said with the same words in every format', (words, kind, evidence) => {
    const { text, json, sarif, junit, markdown } = formats(evidence);
    expect(text.split('\n').find((line) => line.includes('a/b'))).toMatch(new RegExp(`${words}$`));
    expect(JSON.parse(json).findings[0].certainty.kind).toBe(kind);
    expect(JSON.parse(sarif).runs[0].results[0].properties.certainty).toBe(words);
    expect(markdown).toMatch(new RegExp(`\\| ${words}( on [^|]*)? \\|`));
    if (evidence.kind !== 'proved') expect(junit).toContain(`(${words}`);
  });

  it('what it stands on is said with it, and the part that is meant', () => {
    const on = ['10.42.2.4 is the private address of firewall fw-hub'];
    const part = ['clients 192.0.2.0/24'];
    const said = formats({ kind: 'walked', trace, replay, proof: { ...proof, on, part } });
    expect(said.text).toContain(`taken as true: ${on[0]}`);
    expect(said.text).toContain(`meant are  ${part[0]}`);
    expect(said.verbose).toContain(`shown of  ${proof.flows}`);
    expect(JSON.parse(said.json).findings[0]).toMatchObject({
      certainty: { kind: 'conditional', on },
      evidence: { kind: 'walked', proof: { flows: proof.flows, on, part } },
    });
    expect(JSON.parse(said.sarif).runs[0].results[0].properties).toMatchObject({
      conditions: on,
      shownOf: proof.flows,
    });
    expect(said.junit).toContain(`(conditional on ${on[0]})`);
    expect(said.markdown).toContain(`conditional on ${on[0]}`);
  });

  it('checks that passed are counted by it, and told one by one', () => {
    const { text, verbose, json } = formats({ kind: 'configured', lines: [] });
    expect(text.replace(/\s+/g, ' ')).toContain(
      '4 passed (1 proven, 1 conditional, 1 walked, 1 seen in configuration)',
    );
    expect(verbose).toContain('c/given  conditional: y is so');
    expect(verbose).toContain('c/written  seen in configuration');
    expect(JSON.parse(json).checks.certainty).toContainEqual({
      check: 'c/given',
      kind: 'conditional',
      on: ['y is so'],
    });
  });
});
