import { describe, expect, it } from 'vitest';
import {
  brokenTrace,
  check,
  checkContext,
  derivedPlace,
  failing,
  finding,
  head,
  placeAt,
  question,
} from '../../tests/support/sample-report.ts';
import type { Diagnostic, Gap } from '../diagnostics/index.ts';
import { type Check, type RunOptions, runChecks } from '../questions/check/index.ts';
import { checkText } from './check-text.ts';
import { displayWidth, PLAIN, type Style } from './style.ts';

interface Said {
  readonly checks: readonly Check[];
  readonly options?: RunOptions;
  readonly diagnostics?: readonly Diagnostic[];
  readonly gaps?: readonly Gap[];
  readonly verbose?: boolean;
  readonly style?: Style;
  readonly paths?: readonly string[];
}

function textOf(said: Said): string {
  return checkText(
    {
      head: said.paths === undefined ? head : { ...head, paths: said.paths },
      report: runChecks(said.checks, checkContext(), said.options),
      diagnostics: said.diagnostics ?? [],
      gaps: said.gaps ?? [],
      verbose: said.verbose ?? false,
    },
    said.style ?? PLAIN,
  );
}

const walked = finding('ingress/asymmetric-return', 'store-front', {
  message: 'Clients of store-front never get an answer.',
  evidence: {
    kind: 'walked',
    trace: brokenTrace(),
    replay: 'sallyport trace --from internet --to service:pets/store-front:80',
  },
  places: [
    { at: placeAt('infra/store.yaml', 211), what: 'spec.type: LoadBalancer' },
    { at: placeAt('infra/main.json', 148), what: 'route fwrn' },
  ],
});

const many = Array.from({ length: 20 }, (_, index) =>
  finding('rules/wide', `rule ${index + 1}`, {
    severity: 'warning',
    places: [{ at: placeAt('infra/main.json', index + 1), what: 'source *' }],
  }),
);

describe('the report for people', () => {
  it('tells what happens, the walk as evidence, where, what to do, and how to see it again', () => {
    const text = textOf({ checks: [failing('ingress/asymmetric-return', [walked])] });
    expect(text).toMatch(/ {8}why {2}fact [A-Z0-9-]+ \([\w.-]+\.md\) · fact/);
    expect(text.replace(/why {2}.*/, 'why  …')).toBe(
      `sallyport 1.2.3   infra   14 resources · 21 Kubernetes objects
data: service tags 375 · as of 2026-11-21

 error  ingress/asymmetric-return                                                        conditional
        Clients of store-front never get an answer.
        there  internet → pod pets/store-front                                             delivered
        back   subnet aks-subnet                               dropped: fw-hub never saw the request
        taken as true: 10.42.2.4 is the private address of firewall fw-hub
        infra/store.yaml:211  spec.type: LoadBalancer      infra/main.json:148  route fwrn
        fix  put it right
        why  …
        see  sallyport trace --from internet --to service:pets/store-front:80 infra

 1 error · 0 warnings · 0 notes · 0 undecided
 1 check ran: 0 passed, 1 failed, 0 undecided; 0 do not apply. More: --verbose, or sallyport check
 --explain ID.
`,
    );
  });

  it('twenty findings of one kind are one finding with twenty places', () => {
    const checks = [failing('rules/wide', many, 'warning')];
    const text = textOf({ checks });
    expect(text.match(/rules\/wide/g)).toHaveLength(1);
    expect(text).toContain('seen in configuration · 20 places');
    expect(text).toContain('rule 3 is wrong.');
    expect(text).not.toContain('rule 4 is wrong.');
    expect(text).toContain('and 17 more (--verbose)');
    expect(text.match(/put it right/g)).toHaveLength(1);
    const verbose = textOf({ checks, verbose: true });
    expect(verbose).toContain('rule 20 is wrong.');
    expect(verbose).toContain('infra/main.json:20  source *');
  });

  it('findings that are repaired differently each say how', () => {
    const findings = [
      finding('a/b', 'one', { fix: 'turn it on' }),
      finding('a/b', 'two', { fix: 'turn it off' }),
    ];
    const text = textOf({ checks: [failing('a/b', findings)] });
    expect(text).toMatch(/one is wrong[\s\S]*turn it on[\s\S]*two is wrong[\s\S]*turn it off/);
  });

  it('a note is told shortly; --verbose says all of it', () => {
    const checks = [failing('a/note', [finding('a/note', 'x', { severity: 'note' })], 'note')];
    expect(textOf({ checks })).not.toContain('fix');
    expect(textOf({ checks, verbose: true })).toContain('fix  put it right');
  });

  it('what stands on one line of a file is told together, and a derived place has no line', () => {
    const at = placeAt('infra/main.json', 9);
    const places = [
      { at, what: '*.docker.io' },
      { at, what: '*.docker.com' },
      { at: derivedPlace, what: 'DenyAllInBound 65500' },
    ];
    const text = textOf({ checks: [failing('a/b', [finding('a/b', 'x', { places })])] });
    expect(text).toContain('infra/main.json:9  *.docker.io, *.docker.com\n');
    expect(text).toContain('default rules of every network security group  DenyAllInBound 65500\n');
  });

  it('open questions stand by what would settle them, and are never hidden', () => {
    const outcome = (id: string, subjects: readonly string[], missing: string) =>
      check(id, {
        kind: 'unknown',
        undecided: subjects.map((subject) => question(id, subject, missing)),
      });
    const text = textOf({
      checks: [
        outcome('a/one', ['x', 'y'], 'members of service tag Sql'),
        outcome('b/two', ['z'], 'members of service tag Sql'),
        outcome('c/three', ['w'], 'the address of fw'),
      ],
    });
    expect(text).toContain(' undecided  4 questions that the input leaves open\n');
    expect(text).toContain('        needs: members of service tag Sql  a/one, b/two\n');
    expect(text).toContain('        needs: the address of fw  c/three\n');
    expect(text).toContain('0 notes · 4 undecided\n');
  });

  it('accepted findings are counted, and come back with their history when the date has passed', () => {
    const checks = [failing('a/b', [finding('a/b', 'x')])];
    const at = placeAt('sallyport.yaml', 4);
    const entry = { check: 'a/b', reason: 'the migration ends in March', at };
    const accepted = textOf({
      checks,
      options: { suppressions: [{ ...entry, until: '2027-03-31' }] },
    });
    expect(accepted).not.toContain('x is wrong');
    expect(accepted).toContain('0 errors · 0 warnings · 0 notes · 0 undecided · 1 accepted');
    const expired = textOf({
      checks,
      options: { suppressions: [{ ...entry, until: '2026-03-31' }] },
    });
    expect(expired).toContain('x is wrong');
    expect(expired).toContain('was accepted until 2026-03-31: the migration ends in March');
    const stale = { check: 'a/b', subject: 'y', reason: 'gone', until: '2027-01-01', at };
    expect(textOf({ checks, options: { suppressions: [stale] } })).toContain(
      'suppression of `a/b` for `y` matches nothing any more: delete it  sallyport.yaml:4',
    );
  });

  it('what is wrong with the input is told by kind, located, with a hint', () => {
    const wrong = (line: number): Diagnostic => ({
      code: 'arm/evaluation-failed',
      severity: 'error',
      message: `cannot evaluate \`f(${line})\``,
      at: placeAt('infra/main.json', line),
      hint: 'pass --assume',
    });
    const text = textOf({ checks: [], diagnostics: [wrong(7), wrong(8), wrong(9)] });
    expect(text).toContain(`        error[arm/evaluation-failed] cannot evaluate \`f(7)\`
          infra/main.json:7:5
          hint: pass --assume
          and 2 more arm/evaluation-failed (--verbose)
`);
    expect(text.replace(/\s+/g, ' ')).toContain('3 problems in the input.');
  });

  it('names what is not modelled, what may change an answer first', () => {
    const text = textOf({
      checks: [],
      gaps: [
        { what: 'Microsoft.Insights/actionGroups', why: '' },
        { what: 'Microsoft.Network/dnsResolvers', why: 'names may resolve differently' },
        { what: 'Microsoft.Insights/actionGroups', why: '' },
      ],
    });
    expect(text.replace(/\s+/g, ' ')).toContain(
      'Not modelled: Microsoft.Network/dnsResolvers (1), Microsoft.Insights/actionGroups (2).',
    );
  });

  it('no line is wider than the terminal, and colour changes no character', () => {
    const checks = [
      failing('ingress/asymmetric-return', [walked]),
      failing('rules/wide', many, 'warning'),
    ];
    for (const width of [80, 100, 120]) {
      const text = textOf({ checks, style: { colour: false, width } });
      const wide = text.split('\n').filter((line) => displayWidth(line) > width);
      // A command to copy stays on one line.
      expect(wide.filter((line) => !line.trimStart().startsWith('see  '))).toEqual([]);
      const coloured = textOf({ checks, style: { colour: true, width } });
      expect(coloured).not.toBe(text);
      expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(text);
    }
  });

  it('characters of the input that steer a terminal never reach it', () => {
    const nasty = finding('a/b', 'x', { message: 'rule \u001b[31mred\u0007 \u202egnp.\nnext' });
    const text = textOf({ checks: [failing('a/b', [nasty])] });
    expect(text).toContain('rule \ufffd[31mred\ufffd \ufffdgnp. next');
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });

  it('paths are quoted in commands to copy', () => {
    const checks = [failing('ingress/asymmetric-return', [walked])];
    expect(textOf({ checks, paths: ['my infra', "o'k"] })).toContain(
      String.raw`service:pets/store-front:80 'my infra' 'o'\''k'`,
    );
    expect(textOf({ checks, paths: ['.'] })).toContain('service:pets/store-front:80\n');
  });
});
