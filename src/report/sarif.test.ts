import AjvDraft04 from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import schema from '../../tests/support/fixtures/sarif-schema-2.1.0.json' with { type: 'json' };
import {
  check,
  checkContext,
  derivedPlace,
  failing,
  finding,
  head,
  placeAt,
  question,
} from '../../tests/support/sample-report.ts';
import type { Diagnostic } from '../diagnostics/index.ts';
import { type Check, type RunOptions, runChecks } from '../questions/check/index.ts';
import { checkSarif } from './sarif.ts';

// The published package exports a class as `default.default` to ES modules.
const Ajv = AjvDraft04 as unknown as typeof AjvDraft04.default;
const ajv = new Ajv({ strict: false, allErrors: true });
(addFormats as unknown as typeof addFormats.default)(ajv as never);
const isSarif = ajv.compile(schema);

interface Log {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly invocations: readonly {
      readonly toolExecutionNotifications: readonly {
        readonly message: { readonly text: string };
      }[];
    }[];
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly message: { readonly text: string };
      readonly locations: readonly {
        readonly physicalLocation: {
          readonly artifactLocation: { readonly uri: string };
          readonly region?: { readonly startLine: number; readonly startColumn: number };
        };
      }[];
      readonly partialFingerprints: Readonly<Record<string, string>>;
      readonly suppressions?: readonly { readonly justification: string }[];
    }[];
  }[];
}

function sarifOf(
  checks: readonly Check[],
  options: RunOptions = {},
  diagnostics: readonly Diagnostic[] = [],
) {
  const log: unknown = JSON.parse(
    checkSarif(head, runChecks(checks, checkContext(), options), diagnostics),
  );
  expect(isSarif(log), JSON.stringify(isSarif.errors, undefined, 2)).toBe(true);
  return (log as Log).runs[0]!;
}

describe('SARIF', () => {
  it('is what the OASIS schema asks for, with and without anything to say', () => {
    sarifOf([]);
    const run = sarifOf(
      [
        failing('a/b', [finding('a/b', 'x'), finding('a/b', 'y', { severity: 'note' })]),
        failing('c/d', [finding('c/d', 'z', { severity: 'warning' })], 'warning'),
        check('e/f', { kind: 'unknown', undecided: [question('e/f', 's', 'a fact')] }),
      ],
      {
        suppressions: [
          {
            check: 'zz/none',
            reason: 'never needed',
            until: '2030-01-01',
            at: placeAt('sallyport.yaml', 2),
          },
        ],
      },
      [
        {
          code: 'json/syntax',
          severity: 'error',
          message: 'the text is not JSON',
          at: placeAt('infra/broken.json', 3),
        },
      ],
    );
    expect(run.results.map(({ ruleId, ruleIndex }) => [ruleId, ruleIndex])).toEqual([
      ['a/b', 0],
      ['a/b', 0],
      ['c/d', 1],
    ]);
    expect(run.tool.driver.rules.map(({ id }) => id)).toEqual(['a/b', 'c/d']);
    const said = run.invocations[0]!.toolExecutionNotifications.map(({ message }) => message.text);
    expect(said).toEqual(['Whether s holds cannot be told. Needs: a fact', 'the text is not JSON']);
  });

  it('points at the file and line, relative, with reserved characters escaped', () => {
    const at = placeAt('./my infra/a#b%.json', 12);
    const [result] = sarifOf([
      failing('a/b', [finding('a/b', 'x', { places: [{ at, what: 'priority' }] })]),
    ]).results;
    expect(result?.locations[0]?.physicalLocation).toEqual({
      artifactLocation: { uri: 'my%20infra/a%23b%25.json' },
      region: { startLine: 12, startColumn: 5 },
    });
  });

  it('a finding that stands in no file points at what was read: code scanning needs a place', () => {
    const places = [{ at: derivedPlace, what: 'DenyAllInBound' }];
    const [result] = sarifOf([failing('a/b', [finding('a/b', 'x', { places })])]).results;
    expect(result?.locations[0]?.physicalLocation).toEqual({ artifactLocation: { uri: 'infra' } });
  });

  it('an alert stays the same one when lines move, and two of one subject are two', () => {
    const moved = [{ at: placeAt('infra/main.json', 300), what: 'x' }];
    const before = sarifOf([failing('a/b', [finding('a/b', 'x'), finding('a/b', 'x')])]);
    const after = sarifOf([failing('a/b', [finding('a/b', 'x', { places: moved })])]);
    const [first, second] = before.results.map(({ partialFingerprints }) => partialFingerprints);
    expect(after.results[0]?.partialFingerprints).toEqual(first);
    expect(second?.['primaryLocationLineHash']).not.toBe(first?.['primaryLocationLineHash']);
  });

  it('carries why a finding was accepted', () => {
    const entry = {
      check: 'a/b',
      reason: 'replaced in March',
      until: '2027-03-31',
      at: placeAt('sallyport.yaml', 2),
    };
    const [result] = sarifOf([failing('a/b', [finding('a/b', 'x')])], {
      suppressions: [entry],
    }).results;
    expect(result?.suppressions).toEqual([
      { kind: 'external', status: 'accepted', justification: 'replaced in March' },
    ]);
  });

  it('text of the input makes no links', () => {
    const message = 'rule [click](http://evil.example) is wrong.';
    const [result] = sarifOf([failing('a/b', [finding('a/b', 'x', { message })])]).results;
    expect(result?.message.text).toContain('[click] (http://evil.example)');
  });
});
