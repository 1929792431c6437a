import { describe, expect, it } from 'vitest';
import { locate, sourceText } from '../../diagnostics/index.ts';
import { parseYaml } from '../../importers/kubernetes-yaml/index.ts';
import { parseConfiguration } from './index.ts';

function parse(text: string) {
  const { documents, diagnostics } = parseYaml(text, sourceText('sallyport.yaml', text));
  expect(diagnostics).toEqual([]);
  const value = documents[0]?.value;
  if (value === undefined) throw new Error('no document');
  const parsed = parseConfiguration(value);
  return {
    ...parsed.value,
    problems: parsed.diagnostics.map(({ message, at }) => {
      const { line, column } = locate(at!);
      return `${line}:${column} ${message}`;
    }),
  };
}

describe('sallyport.yaml', () => {
  it('is read', () => {
    const read = parse(`profile: dev
parameters:
  env: prod
  count: 3
assume:
  fw-hub.privateIp: 10.0.0.4
suppressions:
  - check: firewall/few-public-addresses
    subject: fw
    reason: The development hub has few connections.
    until: 2027-06-30
`);
    expect(read.problems).toEqual([]);
    expect(read.profile).toBe('dev');
    expect(read.parameters).toEqual({ env: 'prod', count: 3 });
    expect(read.assume).toEqual({ 'fw-hub.privateIp': '10.0.0.4' });
    expect(read.suppressions).toMatchObject([
      {
        check: 'firewall/few-public-addresses',
        subject: 'fw',
        reason: 'The development hub has few connections.',
        until: '2027-06-30',
      },
    ]);
    expect(locate(read.suppressions[0]!.at).line).toBe(8);
  });

  it('needs a reason and an end for each suppression; without them nothing is suppressed', () => {
    const read = parse(`suppressions:
  - check: a/b
    until: 2027-06-30
  - check: a/b
    reason: because
    until: soon
  - check: a/b
    reason: It is replaced in the next release.
    until: 2027-06-30
`);
    expect(read.suppressions).toHaveLength(1);
    expect(read.problems).toEqual([
      '2:5 `suppressions.0.reason`: say why in a sentence',
      '5:13 `suppressions.1.reason`: say why in a sentence (10 characters or more)',
      '6:12 `suppressions.1.until`: say until when, as a date: 2027-03-31',
    ]);
  });

  it('tells settings that are none, at their place, and keeps the rest', () => {
    const read = parse(`profile: staging
supressions: []
suppressions:
  - check: a/b
    reason: It is replaced in the next release.
    until: 2027-06-30
    owner: me
`);
    expect(read.profile).toBeUndefined();
    expect(read.suppressions).toEqual([]);
    expect(read.problems).toEqual([
      expect.stringMatching(/^1:10 `profile`: Invalid option/),
      '7:12 `suppressions.0.owner` is not a setting',
      '2:14 `supressions` is not a setting',
    ]);
  });

  it('may be empty, and may not be a list', () => {
    expect(parse('~\n').problems).toEqual([]);
    expect(parse('- a\n').problems).toEqual([expect.stringMatching(/^1:1 `the whole file`: /)]);
  });
});
