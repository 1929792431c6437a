import { describe, expect, it } from 'vitest';
import { auditOf, network, type RuleWords, said, securityGroup } from './audit-of.ts';

// Expected by hand: the rules of a group by priority, then AllowVnet, AllowAzureLoadBalancer or AllowInternet, DenyAll (AZN-30, AZN-31).

const SUBNETS = { nodes: '10.240.0.0/22' };

function audited(rules: readonly RuleWords[], subnets: Readonly<Record<string, string>> = SUBNETS) {
  return auditOf([network(subnets, 'g'), securityGroup('g', rules)]);
}

describe('rules of a network security group', () => {
  it('a rule inside an earlier one that does the same is a duplicate and may go', () => {
    const audit = audited([
      ['wide', 'Inbound', 'Allow', '10.0.0.0/8', '*', '443'],
      ['narrow', 'Inbound', 'Allow', '10.1.0.0/16', '*', '443'],
    ]);
    expect(said(audit)).toContain('duplicate narrow < wide +');
    expect(audit.removable.map(({ name }) => name)).toEqual(['g: narrow 200']);
  });

  it('a rule inside an earlier one that does the opposite never does what it says', () => {
    const audit = audited([
      ['no', 'Inbound', 'Deny', '10.0.0.0/8', '*', '443'],
      ['yes', 'Inbound', 'Allow', '10.1.0.0/16', '*', '443'],
    ]);
    const [finding] = audit.findings.filter(({ kind }) => kind === 'shadowed');
    expect(finding?.message).toBe(
      'g: yes 200 never decides: g: no 100 takes all its flows first and denies them.',
    );
  });

  it('two halves hide the whole together, and a third that helps nobody is not named', () => {
    const audit = audited([
      ['third', 'Inbound', 'Deny', '10.64.0.0/10', '*', '443'],
      ['low', 'Inbound', 'Deny', '10.0.0.0/9', '*', '443'],
      ['high', 'Inbound', 'Deny', '10.128.0.0/9', '*', '443'],
      ['whole', 'Inbound', 'Allow', '10.0.0.0/8', '*', '443'],
    ]);
    expect(said(audit)).toContain('shadowed whole < low, high +');
  });

  it('half of it leaves it alive, and names a flow on either side', () => {
    const audit = audited([
      ['low', 'Inbound', 'Deny', '10.0.0.0/9', '*', '*'],
      ['web', 'Inbound', 'Allow', '10.0.0.0/8', '*', '443'],
    ]);
    const [finding] = audit.findings;
    expect([finding?.kind, finding?.share]).toEqual(['partial', 0.5]);
    expect(finding?.witnesses.map(({ what }) => what)).toEqual([
      'g: low 100 decides',
      'it decides: allow',
    ]);
  });

  it('a catch-all with an exception is how rules are written, and no finding', () => {
    const audit = audited([
      ['web', 'Inbound', 'Allow', 'Internet', '*', '443'],
      ['rest', 'Inbound', 'Deny', '*', '*'],
    ]);
    expect(said(audit)).toEqual([]);
  });

  it('an allow that the default rules repeat is redundant', () => {
    const audit = audited([['same', 'Inbound', 'Allow', 'VirtualNetwork', 'VirtualNetwork']]);
    expect(said(audit)).toEqual(['redundant same < AllowVnetInBound +']);
  });

  it('two rules that make each other dispensable do not both go', () => {
    const audit = audited([
      ['first', 'Inbound', 'Allow', '192.0.2.0/25', '*', '443'],
      ['second', 'Inbound', 'Allow', '192.0.2.0/24', '*', '443'],
      ['third', 'Inbound', 'Allow', '192.0.2.0/24', '*', '*'],
      ['fourth', 'Inbound', 'Allow', '192.0.2.128/25', '*', '80'],
    ]);
    expect(said(audit)).toEqual([
      'duplicate fourth < third +',
      'redundant first < second +',
      'redundant second < third +',
    ]);
  });

  it('a tag without data hides nobody', () => {
    const audit = audited([
      ['tag', 'Inbound', 'Deny', 'Nobody.Knows', '*', '443'],
      ['host', 'Inbound', 'Allow', '203.0.113.10', '*', '443'],
    ]);
    expect(said(audit).filter((text) => /shadowed|duplicate|unreached|empty/.test(text))).toEqual(
      [],
    );
    expect(said(audit)).toContain('undecided host');
  });

  it('what nobody on the subnet can send is not hit, and that is told apart from hiding', () => {
    const audit = audited([
      ['mine', 'Outbound', 'Deny', '10.240.0.0/24', '*', '25'],
      ['stray', 'Outbound', 'Deny', '10.9.0.0/16', '*', '25'],
    ]);
    expect(said(audit)).toEqual(['unreached stray']);
    expect(audit.findings[0]?.message).toBe(
      'g: stray 200 never decides here: nothing that it matches can arrive (only nodes and its pods send there).',
    );
  });

  it('a group on two subnets: a rule that one of them uses is used', () => {
    const rules: readonly RuleWords[] = [
      ['one', 'Outbound', 'Deny', '10.240.0.0/24', '*', '25'],
      ['two', 'Outbound', 'Deny', '10.240.8.0/24', '*', '25'],
    ];
    expect(said(audited(rules))).toEqual(['unreached two']);
    expect(said(audited(rules, { nodes: '10.240.0.0/22', other: '10.240.8.0/22' }))).toEqual([]);
  });

  it('an allow wider than what is on the subnet is told how much', () => {
    const audit = audited([['any', 'Outbound', 'Allow', '10.0.0.0/8', '172.16.0.10', '443']]);
    // A /8 where a /22 sends: 2^14.
    expect(audit.findings[0]?.message).toContain('g: any 100 allows 16384 times what can arrive');
  });
});
