import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabHost } from '../../src/lab/plan/lab-plan.ts';
import { makeHosts } from '../support/make-hosts.ts';
import { smallLab } from '../support/small-lab.ts';

const lab = `mh${process.pid}`;
const isRoot = process.getuid?.() === 0 && existsSync('/usr/sbin/nft');
const inside = (host: string, ...command: readonly string[]) =>
  execFileSync('ip', ['netns', 'exec', `sp-${lab}-${host}`, ...command], { encoding: 'utf8' });

const client = smallLab('x').hosts.find(({ name }) => name === 'client') as LabHost;
const host = (name: string, more: Partial<LabHost>): LabHost => ({
  ...client,
  ...{ name, sysctls: [], nftables: '', answers: false, ip: [] },
  ...more,
});

describe.skipIf(!isRoot)('hosts of a lab are made', () => {
  beforeAll(() => {
    for (const name of ['a', 'b']) execFileSync('ip', ['netns', 'add', `sp-${lab}-${name}`]);
  });
  afterAll(() => {
    for (const name of ['a', 'b']) execFileSync('ip', ['netns', 'delete', `sp-${lab}-${name}`]);
  });

  it.each([
    ['by one process that enters all namespaces', undefined],
    ['one by one, where the machine has a system call of another number', 0],
  ])('%s', (_, setns) => {
    const address = setns === undefined ? 1 : 2;
    const made = (name: string, at: number) =>
      host(name, {
        sysctls: [['net.ipv4.ip_forward', '1']],
        nftables: `table ip made${at} {\n}\n`,
        ip: [`addr add 192.0.2.${at}/32 dev lo`],
      });
    makeHosts(lab, [made('a', address), made('b', 10 * address)], setns);
    for (const [name, at] of [
      ['a', address],
      ['b', 10 * address],
    ] as const) {
      expect(inside(name, 'cat', '/proc/sys/net/ipv4/ip_forward')).toBe('1\n');
      expect(inside(name, 'nft', 'list', 'tables')).toContain(`table ip made${at}\n`);
      expect(inside(name, 'ip', '-4', '-brief', 'addr')).toContain(`192.0.2.${at}/32`);
    }
    expect(inside('a', 'nft', 'list', 'tables')).not.toContain(`made${10 * address}\n`);
  });

  it.each([
    [{ sysctls: [['net.ipv4.no_such', '1']] as const }, 'sysctl net/ipv4/no_such=1 is refused'],
    [{ nftables: 'table ip x { chain; }\n' }, 'syntax error'],
    [{ ip: ['addr add nowhere dev lo'] }, 'nowhere'],
  ])('the first that fails ends it and is named: %o', (fault, said) => {
    for (const setns of [undefined, 0]) {
      expect(() => makeHosts(lab, [host('a', fault), host('b', {})], setns)).toThrow(
        new RegExp(`${said}[^]*sallyport-host-failed a\n`),
      );
    }
  });
});
