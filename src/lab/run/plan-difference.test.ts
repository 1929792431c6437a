import { describe, expect, it } from 'vitest';
import { smallLab } from '../../../tests/support/small-lab.ts';
import { goneTables, isSamePlan, planDifference, replacingRules } from './plan-difference.ts';
import { readsFile } from './reads-file.ts';
import { type RunPlan, runPlan } from './run-plan.ts';

const plan = runPlan(smallLab('x'));

function withHost(name: string, change: Partial<RunPlan['hosts'][number]>): RunPlan {
  return {
    ...plan,
    hosts: plan.hosts.map((host) => (host.name === name ? { ...host, ...change } : host)),
  };
}

describe('what makes a lab another', () => {
  it('is nothing, for the same plan', () => {
    expect(isSamePlan(planDifference(plan, runPlan(smallLab('x'))))).toBe(true);
  });

  it('is in place where only rules and files are others', () => {
    const after = {
      ...withHost('router', { nftables: 'table inet router { }' }),
      files: [{ path: 'dns.json', text: '{}' }],
    };
    const difference = planDifference(plan, after);
    expect(difference.network).toEqual([]);
    expect(difference.rules.map(({ name }) => name)).toEqual(['router']);
    expect(difference.files).toEqual([{ path: 'dns.json', text: '{}' }]);
    expect(difference.daemons).toEqual(['internet-dns']);
  });

  it('is another network where hosts, cables, addresses or programs are others', () => {
    const fewer = { ...plan, hosts: plan.hosts.slice(0, 2) };
    expect(planDifference(plan, fewer).network).toEqual(['a host less: internet']);
    expect(planDifference(fewer, plan).network).toEqual(['a new host: internet']);
    expect(planDifference(plan, withHost('client', { ip: [] })).network).toEqual([
      'host `client` (the client) has other addresses, routes or resolvers',
    ]);
    expect(planDifference(plan, { ...plan, links: [] }).network).toHaveLength(2);
    expect(planDifference(plan, { ...plan, processes: [] }).network).toHaveLength(1);
  });
});

describe('a ruleset that takes the place of another', () => {
  it('replaces its own tables in one transaction, and no other', () => {
    const rules = 'table inet one {\n}\ntable ip two {\n}\ntable inet one {\n}\n';
    expect(replacingRules(rules)).toBe(
      `table inet one\ndelete table inet one\ntable ip two\ndelete table ip two\n${rules}`,
    );
  });

  it('removes tables that it has no more', () => {
    const before = 'table inet one {\n}\ntable ip two {\n}\n';
    expect(goneTables(before, 'table ip two {\n}\n')).toBe('delete table inet one\n');
  });
});

describe('what a program reads', () => {
  const program = (...command: string[]) => ({
    name: 'p',
    host: 'h',
    command,
    ready: { kind: 'line', text: 'ready' } as const,
    restarts: true,
  });

  it('is the file it names, and what lies in a folder it names', () => {
    expect(readsFile(program('agent:x', '{folder}/a/b.json'), 'a/b.json')).toBe(true);
    expect(readsFile(program('agent:x', '{folder}/a/b.json'), 'a/c.json')).toBe(false);
    expect(readsFile(program('env', '--chdir={folder}/web/x', 'nginx'), 'web/x/nginx.conf')).toBe(
      true,
    );
    expect(readsFile(program('env', '--chdir={folder}/web/x', 'nginx'), 'web/xy/nginx.conf')).toBe(
      false,
    );
  });

  it('is, for a proxy, also the maps beside its configuration', () => {
    const proxy = program('/usr/sbin/haproxy', '-db', '-f', '{folder}/fw/haproxy.cfg');
    expect(readsFile(proxy, 'fw/tls.map')).toBe(true);
    expect(readsFile(proxy, 'fw/rules.json')).toBe(false);
    expect(readsFile(proxy, 'other/tls.map')).toBe(false);
  });
});
