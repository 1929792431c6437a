import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askLab, labFolder } from '../../src/lab/run/index.ts';
import { labReady, notRun } from '../support/lab-ready.ts';
import { smallLab } from '../support/small-lab.ts';
import { freshName, type LabCommands, labCommands } from './lab-command.ts';

/**
 * Packets that come later, by whichever way this kernel has. A connection takes a question and its answer to be made: twice the delay
 * of a cable, once that of a host that asks.
 */

const ready = labReady();
/** What a busy machine may add to the fastest of several. */
const TOLERANCE_SECONDS = 0.03;
const ANY_ADDRESS = '203.0.113.9';

/** Seconds until each of these connections was made, fastest first. */
async function connecting(commands: LabCommands, lab: string): Promise<readonly number[]> {
  const once = `curl -s -m 3 -o /dev/null -w '%{time_connect}\\n' http://${ANY_ADDRESS}/`;
  const loop = `for i in 1 2 3 4 5 6; do ${once}; done`;
  const { out } = await commands.run('exec', '--name', lab, 'client', '--', 'sh', '-c', loop);
  const times = out.trim().split('\n').map(Number);
  expect(times).toHaveLength(6);
  return times.sort((one, other) => one - other);
}

function expectLate(times: readonly number[], seconds: number): void {
  expect(times[0]).toBeGreaterThanOrEqual(seconds);
  expect(times[0]).toBeLessThan(seconds + TOLERANCE_SECONDS);
}

const RECEIVE = `use Socket; $| = 1; socket(my $s, AF_INET, SOCK_DGRAM, 0); setsockopt($s, SOL_SOCKET, SO_RCVBUF, pack('l', 8388608));
bind($s, sockaddr_in(4000, INADDR_ANY)) or die; open(my $f, '>', $ARGV[0]); my @got; vec(my $bits = '', fileno($s), 1) = 1;
while (select(my $r = $bits, undef, undef, @got ? 1.5 : 10)) { recv($s, my $m, 100, 0); push @got, $m }
print join(' ', @got), "\\n";`;
const SEND = `use Socket; socket(my $s, AF_INET, SOCK_DGRAM, 0); my $to = sockaddr_in(4000, inet_aton('${ANY_ADDRESS}'));
for (1 .. 400) { send($s, $_, 0, $to); select(undef, undef, undef, 0.001) unless $_ % 10 }`;

describe.skipIf(!ready.ok)(`latency${notRun(ready)}`, () => {
  const commands = ready.ok ? labCommands() : (undefined as never);
  const lab = freshName('l');
  const run = (verb: string, ...words: readonly string[]) =>
    commands.run(verb, '--name', lab, ...words);
  const inside = (end: string, ...words: readonly string[]) => run('exec', end, '--', ...words);
  const control = () => labFolder(commands.labs, lab).control;
  const delayers = async () => {
    const reply = await askLab(control(), { ask: 'status' });
    const daemons = reply?.kind === 'status' ? reply.status.daemons : [];
    return daemons.filter(({ name }) => name.startsWith('latency-'));
  };
  /** The numbers that arrive of those that the client sends, in the order they come. */
  const arriving = async (): Promise<readonly number[]> => {
    const listens = join(commands.labs, 'listens');
    rmSync(listens, { force: true });
    const listener = commands.start(
      ...['exec', '--name', lab, 'internet', '--', 'perl', '-e', RECEIVE, listens],
    );
    for (let tries = 0; tries < 500 && !existsSync(listens); tries += 1) await pause(10);
    expect((await inside('client', 'perl', '-e', SEND)).code).toBe(0);
    const { out } = await listener.done;
    return out.trim().split(' ').map(Number);
  };
  beforeAll(async () => {
    const { code } = await commands.run('up', '--plan', commands.planFile(smallLab(lab)));
    expect(code).toBe(0);
  });
  afterAll(async () => {
    if (!ready.ok) return;
    await commands.run('down', '--all');
    commands.remove();
  });

  it('of a cable is added in each direction, and the command says who holds the packets back', async () => {
    const { code, err } = await run('fail', 'client--router', '--latency', '40ms');
    expect(code).toBe(0);
    expect(err).toMatch(
      /^client--router: what passes it comes 40 ms later in each direction \((the kernel's netem|held back by a program: this kernel has no netem)\); sallyport lab restore ends it\n$/,
    );
    expectLate(await connecting(commands, lab), 0.08);
    const status = await run('status');
    expect(status.code).toBe(1);
    expect(status.out).toContain('broken on purpose: client--router: what passes it comes 40 ms');
  });

  it('of a host beside it is added where it sends, and the longest wins on one way', async () => {
    await run('fail', 'client', '--latency', '60ms');
    expectLate(await connecting(commands, lab), 0.1);
    await run('restore', 'client--router');
    expectLate(await connecting(commands, lab), 0.06);
  });

  it('changes when it is told anew', async () => {
    await run('fail', 'client', '--latency', '20');
    expectLate(await connecting(commands, lab), 0.02);
  });

  it('keeps the order, and loses nothing', async () => {
    const numbers = await arriving();
    expect(numbers).toEqual(Array.from({ length: 400 }, (_, at) => at + 1));
  });

  it('and loss together lose the share and keep the order of the rest', async () => {
    await run('fail', 'client', '--loss', '30%', '--latency', '20ms');
    const numbers = await arriving();
    // 280 of 400 expected, with a standard deviation of 9.2: six of them to each side.
    expect(numbers.length).toBeGreaterThan(225);
    expect(numbers.length).toBeLessThan(335);
    expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
    await run('restore');
    await run('fail', 'client', '--latency', '20ms');
    expectLate(await connecting(commands, lab), 0.02);
  });

  it('is not given up silently when the program that holds packets back dies', async (context) => {
    if ((await delayers()).length === 0) return context.skip('this kernel has netem');
    const [{ name } = { name: '' }] = await delayers();
    // Each time it waits twice as long to start again: 1.6 seconds after the fifth.
    for (let kills = 0; kills < 5; kills += 1) {
      await askLab(control(), { ask: 'signal', process: name, signal: 'SIGKILL' });
      for (let tries = 0; tries < 200 && (await delayers())[0]?.restarts !== kills + 1; tries += 1)
        await pause(10);
      const isLast = kills === 4;
      for (let tries = 0; !isLast && tries < 200; tries += 1) {
        if ((await delayers())[0]?.health === 'ready') break;
        await pause(10);
      }
    }
    const lost = await inside('client', 'curl', '-s', '-m', '0.4', `http://${ANY_ADDRESS}/`);
    expect(lost.code).toBe(28);
    expect((await run('status')).out).toMatch(
      new RegExp(`${name} on router: \\w+, started again 5 times, last ended by SIGKILL`),
    );
    for (let tries = 0; tries < 300 && (await delayers())[0]?.health !== 'ready'; tries += 1)
      await pause(10);
    expectLate(await connecting(commands, lab), 0.02);
  });

  it('ends exactly: no rule, no program, no delay', async () => {
    expect((await run('restore')).err).toBe('everything works again\n');
    expect((await connecting(commands, lab))[0]).toBeLessThan(0.02);
    expect((await inside('router', 'nft', 'list', 'tables')).out).not.toContain('late');
    expect(await delayers()).toEqual([]);
    expect((await run('status')).code).toBe(0);
    const named = commands
      .processes()
      .map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
      .filter((line) => line.includes('delay.pl'));
    expect(named).toEqual([]);
  });

  it('leaves nothing of a lab whose runner was killed', async () => {
    await run('fail', 'client--router', '--latency', '1000ms');
    const keepers = commands
      .processes()
      .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('unshare'));
    process.kill(keepers[0]!, 'SIGKILL');
    for (let tries = 0; tries < 100 && commands.processes().length > 0; tries += 1) await pause(50);
    expect(commands.processes()).toEqual([]);
    expect((await run('down')).code).toBe(0);
  });
});

/** What this kernel has not, or has and must not matter here: programs of the same names stand before the machine's. */
describe.skipIf(!ready.ok)(`latency of other kernels${notRun(ready)}`, () => {
  const programs = ready.ok ? mkdtempSync('/tmp/sp-late-') : '';
  const path = process.env['PATH'];
  process.env['PATH'] = `${programs}:${path}`;
  const commands = ready.ok ? labCommands() : (undefined as never);
  process.env['PATH'] = path;
  const lab = freshName('p');
  const run = (verb: string, ...words: readonly string[]) =>
    commands.run(verb, '--name', lab, ...words);
  const program = (name: string, script: string) =>
    writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const up = async () =>
    expect((await commands.run('up', '--plan', commands.planFile(smallLab(lab)))).code).toBe(0);
  afterAll(async () => {
    if (!ready.ok) return;
    await commands.run('down', '--all');
    commands.remove();
    rmSync(programs, { recursive: true });
  });

  it('with netem is left to it, at the interface of who sends', async () => {
    const told = join(programs, 'told');
    program('tc', `case $* in *-batch*) ip -o link show eth0 | cut -d: -f2; cat;; esac >> ${told}`);
    await up();
    const { err } = await run('fail', 'client', '--latency', '50ms');
    expect(err).toContain("client: what it sends comes 50 ms later (the kernel's netem); ");
    await run('fail', 'client', '--latency', '70ms');
    await run('restore');
    // tc-netem(8), tc(8): options of a batch are those of the command.
    expect(readFileSync(told, 'utf8')).toBe(` eth0@if2
qdisc replace dev eth0 root netem limit 10000 delay 50ms
 eth0@if2
qdisc replace dev eth0 root netem limit 10000 delay 70ms
 eth0@if2
qdisc del dev eth0 root
`);
    await run('down');
  });

  it('with neither is refused with what works instead, and nothing is broken', async () => {
    program('tc', 'exit 2');
    program('perl', 'case $* in *delay.pl*) exit 2;; esac; exec /usr/bin/perl "$@"');
    await up();
    const { code, err } = await run('fail', 'client', '--latency', '50ms');
    expect(code).toBe(2);
    expect(err).toContain('it has neither netem');
    expect(err).toContain('--loss 30%');
    expect((await run('status')).code).toBe(0);
    expect((await run('fail', 'client', '--loss', '30%')).code).toBe(0);
  });
});
