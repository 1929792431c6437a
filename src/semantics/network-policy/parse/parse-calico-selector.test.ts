import { describe, expect, it } from 'vitest';
import { matchCalicoSelector } from '../selectors/calico-selector.ts';
import { parseCalicoSelector } from './parse-calico-selector.ts';

function holds(text: string, labels: Readonly<Record<string, string>>): string {
  const parsed = parseCalicoSelector(text);
  if (parsed.kind === 'error') return `${parsed.message} at ${parsed.offset}`;
  return matchCalicoSelector(parsed.selector, (key) => labels[key]).kind;
}

describe('Calico selectors', () => {
  const web = { app: 'web', env: 'prod', 'example.com/team': 'a' };
  const rows: readonly (readonly [string, 'yes' | 'no'])[] = [
    ['', 'yes'],
    ['all()', 'yes'],
    ["app == 'web'", 'yes'],
    ['app == "web"', 'yes'],
    ["app != 'web'", 'no'],
    ["missing != 'web'", 'yes'],
    ["app in {'web', 'api'}", 'yes'],
    ["app not in {'web', 'api'}", 'no'],
    ["missing not in {'web'}", 'yes'],
    ["missing in {'web'}", 'no'],
    ["app contains 'e'", 'yes'],
    ["app starts with 'w'", 'yes'],
    ["app ends with 'x'", 'no'],
    ["missing contains 'e'", 'no'],
    ['has(example.com/team)', 'yes'],
    ['!has(app)', 'no'],
    ['!!has(app)', 'yes'],
    ["app == 'x' && env == 'x' || has(app)", 'yes'],
    ["has(app) || app == 'x' && env == 'x'", 'yes'],
    ["(has(app) || app == 'x') && env == 'x'", 'no'],
    ["! (app == 'web')", 'no'],
  ];
  for (const [text, expected] of rows) {
    it(`K8P-33: \`${text}\` is ${expected} for a web pod`, () => {
      expect(holds(text, web)).toBe(expected);
    });
  }

  it('errors say where', () => {
    expect(holds("app = 'web'", web)).toBe('a comparison is expected after the label name at 4');
    expect(holds('app == web', web)).toBe('a quoted text is expected at 7');
    expect(holds("app == 'web' env", web)).toBe('an operator is expected at 13');
    expect(holds('(has(app)', web)).toBe('`)` is expected at 9');
    expect(holds(`${'('.repeat(60)}all()`, web)).toContain('nested too deep');
  });
});
