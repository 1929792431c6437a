import { describe, expect, it } from 'vitest';
import { smallLab } from '../../../tests/support/small-lab.ts';
import type { LabHost } from '../plan/lab-plan.ts';
import { creationBatch, failedHost, hostFiles, removalBatch, sysctlPath } from './bring-up.ts';
import { listensIn } from './daemon.ts';
import { cutsOf, failureRules, knownFailures } from './failures.ts';
import { hostLines } from './host-program.ts';
import { digestOf, namespaceOf, placed, runPlan } from './run-plan.ts';

const plan = runPlan(smallLab('x'));
const router = plan.hosts.find(({ name }) => name === 'router') as LabHost;
const client = plan.hosts.find(({ name }) => name === 'client') as LabHost;

describe('what makes a network', () => {
  it('is one batch: all namespaces, then all cables', () => {
    expect(creationBatch(plan)).toBe(
      [
        'netns add sp-x-client',
        'netns add sp-x-router',
        'netns add sp-x-internet',
        'link add name eth0 netns sp-x-client type veth peer name inner netns sp-x-router',
        'link add name outer netns sp-x-router type veth peer name eth0 netns sp-x-internet',
        '',
      ].join('\n'),
    );
    expect(removalBatch(['sp-x-client'])).toBe('netns delete sp-x-client\n');
  });

  it('is, of each host, its switches, its rules and its links', () => {
    const files = new Map(hostFiles(router, '/lab').map(({ path, text }) => [path, text]));
    expect([...files.keys()]).toEqual([
      'hosts/router/switches',
      'hosts/router/rules.nft',
      'hosts/router/links',
    ]);
    expect(files.get('hosts/router/switches')).toContain('/proc/sys/net/ipv4/ip_forward 1\n');
    expect(files.get('hosts/router/rules.nft')).toContain('policy drop');
    const links = files.get('hosts/router/links') ?? '';
    expect(links.startsWith('link set lo up\n')).toBe(true);
    expect(links).toContain('link set inner up\n');
  });

  it('names the host that fails, with what was said before', () => {
    expect(hostLines('x', plan.hosts.slice(0, 1))).toBe('client /run/netns/sp-x-client\n');
    expect(failedHost('Error: no\nsallyport-host-failed client\n')).toEqual({
      said: 'Error: no\n',
      name: 'client',
    });
    expect(failedHost('killed')).toEqual({ said: 'killed' });
  });

  it('answers every port only where the plan says so', () => {
    const rules = (host: LabHost) =>
      hostFiles(host, '/lab')
        .map(({ text }) => text)
        .join('');
    expect(rules(client)).toContain('redirect to :7001');
    expect(rules(router)).not.toContain('redirect');
  });

  it('puts the folder where the plan has a place for it', () => {
    expect(placed('{folder}/a {folder}/b', '/run/x')).toBe('/run/x/a /run/x/b');
    expect(namespaceOf('x', 'client')).toBe('sp-x-client');
  });

  it('writes a switch as sysctl does, also of an interface whose name holds a dot', () => {
    expect(sysctlPath('net.ipv4.conf.eth0.rp_filter')).toBe(
      '/proc/sys/net/ipv4/conf/eth0/rp_filter',
    );
    expect(sysctlPath('net/ipv4/conf/eth0.7/rp_filter')).toBe(
      '/proc/sys/net/ipv4/conf/eth0.7/rp_filter',
    );
  });

  it('is another network when any part of the plan is another', () => {
    expect(digestOf(runPlan(smallLab('x')))).toBe(digestOf(plan));
    expect(digestOf({ ...plan, hosts: plan.hosts.slice(1) })).not.toBe(digestOf(plan));
  });
});

describe('what a daemon listens to', () => {
  // Two lines of /proc/net/tcp as proc(5) shows it: 0.0.0.0:53 listens, and 10.0.0.4:53 is connected.
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 00000000:0035 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1',
    '   1: 0400000A:1F90 0900000A:C350 01 00000000:00000000 00:00000000 00000000     0        0 2',
    '   2: 00000000000000000000000000000000:1BBB 00000000000000000000000000000000:0000 0A 0 0',
  ].join('\n');

  it('is a socket in the state LISTEN of that very port', () => {
    expect(listensIn(table, 53)).toBe(true);
    expect(listensIn(table, 8080)).toBe(false);
    expect(listensIn(table, 7099)).toBe(true);
    expect(listensIn(table, 3)).toBe(false);
  });
});

describe('what can be broken', () => {
  it('is a word for a kind of thing, a zone, a host, an end or a cable', () => {
    expect(cutsOf(plan, 'zone:1')).toEqual({ kind: 'found', cuts: [{ host: 'internet' }] });
    expect(cutsOf(plan, 'dns')).toEqual({ kind: 'found', cuts: [{ host: 'internet', port: 53 }] });
    expect(cutsOf(plan, 'machine/client')).toEqual({ kind: 'found', cuts: [{ host: 'client' }] });
    expect(cutsOf(plan, 'router')).toEqual({ kind: 'found', cuts: [{ host: 'router' }] });
    const cable = { kind: 'found', cuts: [{ host: 'client', interface: 'eth0' }] };
    expect(cutsOf(plan, 'router--client')).toEqual(cable);
    expect(cutsOf(plan, 'machine/client--router')).toEqual(cable);
  });

  it('is only what is there', () => {
    expect([...knownFailures(plan).keys()]).toEqual(['dns', 'zone:1']);
    expect(cutsOf(plan, 'firewall')).toEqual({ kind: 'unknown', known: ['dns', 'zone:1'] });
    expect(cutsOf(plan, 'client--internet')).toMatchObject({ kind: 'unknown' });
  });

  it('is lost in both directions, wholly or by chance', () => {
    const failure = (lossPercent: number) => ({
      what: 'dns',
      lossPercent,
      cuts: [{ host: 'internet', port: 53 }],
    });
    expect(failureRules('internet', [failure(100)])).toContain(
      'meta l4proto { tcp, udp } th dport 53 counter drop',
    );
    expect(failureRules('internet', [failure(100)])).toContain(
      'meta l4proto { tcp, udp } th sport 53 counter drop',
    );
    expect(failureRules('internet', [failure(30)])).toContain(
      'numgen random mod 100 < 30 counter drop',
    );
    expect(failureRules('client', [failure(30)])).toBe(
      'table inet sallyport_failure\ndelete table inet sallyport_failure\n',
    );
  });
});
