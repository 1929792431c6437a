import { describe, expect, it } from 'vitest';
import { placeless } from '../../../diagnostics/index.ts';
import { fromJson } from '../../../values/index.ts';
import { readCustomRules } from './custom-rules.ts';

const AT = placeless('policy.json');

function read(rule: object) {
  const notes: string[] = [];
  const value = fromJson({ name: 'r', priority: 1, action: 'Block', ...rule }, AT);
  const rules = readCustomRules([value], (what, why) => notes.push(`${what}: ${why}`));
  return { rules, notes };
}

const one = (operator: string, matchValues: readonly unknown[], variableName = 'RequestUri') => ({
  matchConditions: [{ matchVariables: [{ variableName }], operator, matchValues }],
});

const test = (operator: string, ...values: readonly unknown[]) =>
  read(one(operator, values)).rules[0]?.conditions[0]?.test;

describe('custom rules of a policy', () => {
  it('texts become patterns in which nothing of theirs has a meaning', () => {
    expect(test('Equal', '/a.b')).toBe('@rx \\A(?:/a\\.b)\\z');
    expect(test('Contains', 'a"b', '%{x}')).toBe('@rx (?:a\\x22b|\\x25\\x7bx\\x7d)');
    expect(test('BeginsWith', "it's")).toBe('@rx \\A(?:it\\x27s)');
    expect(test('EndsWith', 'é')).toBe('@rx (?:\\xc3\\xa9)\\z');
  });

  it('several bounds are met when the easiest is', () => {
    expect(test('LessThan', 10, 20)).toBe('@lt 20');
    expect(test('GreaterThanOrEqual', '10', '20')).toBe('@ge 10');
    expect(test('LessThan', 'ten')).toBeUndefined();
  });

  it('a regular expression keeps its meaning and cannot leave its quotes', () => {
    expect(test('Regex', '^/a\\d+(x|y)$')).toBe('@rx (?:^/a\\d+(x|y)$)');
    expect(test('Regex', 'a"b\\"c%{tx.x}')).toBe('@rx (?:a\\x22b\\x22c\\x25{tx.x})');
    expect(test('Regex', 'a\\\\"')).toBe('@rx (?:a\\\\\\x22)');
  });

  it('a pattern that does not compile leaves its rule out: ModSecurity would take it and never match', () => {
    expect(read(one('Regex', ['(']))).toEqual({
      rules: [],
      notes: [
        'custom rule r: the operator `regex` or its values are not understood: the rule is left out',
      ],
    });
  });

  it('address lists are addresses and nothing else', () => {
    expect(test('IPMatch', '10.0.0.0/8', '2001:db8::1')).toBe('@ipMatch 10.0.0.0/8,2001:db8::1');
    expect(test('IPMatch', '10.0.0.1" "id:1')).toBeUndefined();
  });

  it.each([
    ['GeoMatch', one('GeoMatch', ['NL'], 'RemoteAddr')],
    ['a rate limit', { ruleType: 'RateLimitRule', ...one('IPMatch', ['10.0.0.1'], 'RemoteAddr') }],
    ['a challenge', { action: 'JSChallenge', ...one('Any', []) }],
    ['no condition', { matchConditions: [] }],
  ])('what the lab cannot do is left out and said: %s', (_, rule) => {
    const { rules, notes } = read(rule);
    expect(rules).toEqual([]);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/the rule is left out$/);
  });

  it('a value that is not known leaves the rule out, never an empty match', () => {
    const unknown = {
      kind: 'unknown',
      reason: 'missing-parameter',
      text: "[parameters('range')]",
      missing: 'a value for parameter range',
      at: AT,
    } as const;
    const value = fromJson({ name: 'r', priority: 1, action: 'Allow', ...one('Any', []) }, AT);
    if (value.kind !== 'object') throw new Error('not an object');
    const members = new Map(value.members);
    members.set('matchconditions', { name: 'matchConditions', value: unknown, at: AT });
    const notes: string[] = [];
    const rules = readCustomRules([{ ...value, members }], (what, why) =>
      notes.push(`${what}: ${why}`),
    );
    expect(rules).toEqual([]);
    expect(notes).toEqual([
      'custom rule r: a value for parameter range is not known: the rule is left out',
    ]);
  });

  it('rules are in order of priority, and a disabled one is none', () => {
    const rule = (name: string, priority: number, state?: string) =>
      fromJson({ name, priority, action: 'Log', state, ...one('Any', []) }, AT);
    const rules = readCustomRules(
      [rule('late', 30), rule('off', 10, 'Disabled'), rule('early', 20)],
      () => expect.unreachable(),
    );
    expect(rules.map(({ name }) => name)).toEqual(['early', 'late']);
  });
});
