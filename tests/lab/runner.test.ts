import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabPlan } from '../../src/lab/plan/lab-plan.ts';
import { missingFeatures } from '../../src/lab/run/index.ts';
import { labReady, notRun } from '../support/lab-ready.ts';
import { smallLab } from '../support/small-lab.ts';
import { projectRoot } from '../support/source-tree.ts';
import { freshName, type LabCommands, labCommands } from './lab-command.ts';

const ready = labReady();
const NOBODY = 65_534;

/** Namespaces of the machine that carry this lab's name. */
function namespacesOf(lab: string): readonly string[] {
  const folder = '/run/netns';
  return existsSync(folder)
    ? readdirSync(folder).filter((name) => name.startsWith(`sp-${lab}-`))
    : [];
}

interface Status {
  readonly isUp: boolean;
  readonly daemons: readonly {
    readonly name: string;
    readonly health: string;
    readonly restarts: number;
  }[];
}

async function statusOf(commands: LabCommands, lab: string): Promise<Status> {
  return JSON.parse((await commands.run('status', '--name', lab, '--format', 'json')).out);
}

/** The kernel ends them one after the other. */
async function untilNobodyRuns(commands: LabCommands): Promise<void> {
  for (let attempt = 0; attempt < 50 && commands.processes().length > 0; attempt += 1) {
    await pause(100);
  }
  expect(commands.processes()).toEqual([]);
}

/** Nothing of it: no namespace, no process, no file. */
function expectNothingLeft(commands: LabCommands, lab: string): void {
  expect(namespacesOf(lab)).toEqual([]);
  expect(commands.processes()).toEqual([]);
  expect(existsSync(join(commands.labs, lab))).toBe(false);
}

describe.skipIf(!ready.ok)(`a lab as root${notRun(ready)}`, () => {
  const commands = ready.ok ? labCommands() : (undefined as never);
  afterAll(async () => {
    if (!ready.ok) return;
    await commands.run('down', '--all');
    commands.remove();
  });
  const up = (plan: LabPlan) => commands.run('up', '--plan', commands.planFile(plan));

  describe('that is up', () => {
    const lab = freshName('u');
    const inside = (end: string, ...words: readonly string[]) =>
      commands.run('exec', '--name', lab, end, '--', ...words);
    beforeAll(async () => {
      const made = await up(smallLab(lab));
      expect(made).toMatchObject({ code: 0, err: '' });
    });

    it('answers every name by TLS with a certificate that is trusted inside', async () => {
      const { code, out } = await inside(
        'machine/client',
        'curl',
        '-sS',
        '-m',
        '5',
        'https://mcr.microsoft.com/v2/',
      );
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({
        host: 'internet',
        source: '10.0.0.4',
        destinationPort: 443,
        tls: 1,
        serverName: 'mcr.microsoft.com',
      });
    });

    it('answers any TCP port, at the address the plan gives a name', async () => {
      const { out } = await inside(
        'machine/client',
        'curl',
        '-sS',
        '-m',
        '5',
        'http://www.example.com:9999/',
      );
      expect(JSON.parse(out)).toMatchObject({
        destination: '203.0.113.9',
        destinationPort: 9999,
        tls: 0,
      });
    });

    it('answers a private zone to its own network, and says that its other names do not exist', async () => {
      const found = await inside(
        'machine/client',
        'getent',
        'ahostsv4',
        'db.privatelink.example.net',
      );
      expect(found.out).toContain('10.0.0.9');
      const other = await inside(
        'machine/client',
        'getent',
        'ahostsv4',
        'x.privatelink.example.net',
      );
      expect(other.code).toBe(2);
      const elsewhere = await inside('internet', 'getent', 'ahostsv4', 'x.privatelink.example.net');
      expect(elsewhere.code).toBe(2);
    });

    it('loses what the rules of the plan drop', async () => {
      const { code } = await inside(
        'machine/client',
        'curl',
        '-sS',
        '-m',
        '1',
        'http://203.0.113.9:666/',
      );
      expect(code).toBe(28);
    });

    it('passes the exit code of a command on, and its words as they are', async () => {
      expect((await inside('client', 'sh', '-c', 'exit 7')).code).toBe(7);
      expect((await inside('client', 'printf', '%s|', 'a b', '--name', '$x')).out).toBe(
        'a b|--name|$x|',
      );
    });

    it('leads nowhere out of the machine', async () => {
      const links = await inside('client', 'ip', '-br', 'link');
      expect(
        links.out
          .trim()
          .split('\n')
          .map((line) => line.split(/[@\s]/)[0])
          .sort(),
      ).toEqual(['eth0', 'lo']);
      expect((await inside('client', 'cat', '/etc/resolv.conf')).out).toContain('198.18.0.1');
    });

    it('is not made a second time', async () => {
      const before = readFileSync(join(commands.labs, lab, 'state.json'), 'utf8');
      const again = await up(smallLab(lab));
      expect(again.code).toBe(0);
      expect(again.out).toContain('up already');
      expect(readFileSync(join(commands.labs, lab, 'state.json'), 'utf8')).toBe(before);
    });

    it('starts a daemon again that was killed', async () => {
      const [pid] = commands
        .processes()
        .filter((one) => readFileSync(`/proc/${one}/cmdline`, 'utf8').includes('dns-authority'));
      process.kill(pid!, 'SIGKILL');
      await pause(300);
      for (let attempt = 0; attempt < 40; attempt += 1) {
        const status = await statusOf(commands, lab);
        const daemon = status.daemons.find(({ name }) => name === 'internet-dns');
        if (daemon?.health === 'ready' && daemon.restarts === 1) break;
        await pause(100);
      }
      const { code } = await inside('machine/client', 'getent', 'ahostsv4', 'example.com');
      expect(code).toBe(0);
    });

    it('breaks what it is told to, wholly or in part, and restores it', async () => {
      const ask = () => inside('machine/client', 'curl', '-s', '-m', '1', 'http://203.0.113.9/');
      expect((await commands.run('fail', '--name', lab, 'zone:1')).code).toBe(0);
      expect((await ask()).code).toBe(28);
      expect((await commands.run('status', '--name', lab)).out).toContain(
        'broken on purpose: zone:1',
      );
      expect((await commands.run('restore', '--name', lab)).code).toBe(0);
      expect((await ask()).code).toBe(0);
      await commands.run('fail', '--name', lab, 'client--router', '--loss', '50%');
      const { out } = await inside(
        'client',
        'sh',
        '-c',
        'for i in 1 2 3 4 5 6 7 8; do timeout 0.2 sh -c "curl -s -m 0.15 http://203.0.113.9/ > /dev/null" && echo yes || echo no; done',
      );
      expect(out).toContain('no');
      await commands.run('restore', '--name', lab, 'client--router');
      expect((await ask()).code).toBe(0);
    });

    it('knows no other thing to break, and says which it knows', async () => {
      const { code, err } = await commands.run('fail', '--name', lab, 'fire');
      expect(code).toBe(2);
      expect(err).toContain('dns, zone:1');
    });

    it('says which end may have been meant', async () => {
      const { code, err } = await inside('machine/clent', 'true');
      expect(code).toBe(2);
      expect(err).toContain('machine/client');
    });

    it('makes way for no lab of another folder', async () => {
      const plan = smallLab(`${lab.slice(0, 11)}x`);
      const other = commands.planFile({ ...plan, files: [...plan.files, { path: 'a', text: '' }] });
      const { code, err } = await commands.run('up', '--plan', other, '--name', lab);
      expect(code).toBe(3);
      expect(err).toContain('lab/exists');
    });

    it('records packets, bounded by their number', async () => {
      const file = join(commands.labs, 'client.pcap');
      const capture = commands.run(
        'capture',
        '--name',
        lab,
        'client',
        '--packets',
        '2',
        '--seconds',
        '10',
        '-o',
        file,
      );
      await pause(700);
      await inside('client', 'curl', '-s', '-m', '2', 'http://203.0.113.9/');
      expect((await capture).code).toBe(0);
      // The magic number of a pcap file, in this machine's order.
      expect(readFileSync(file).readUInt32LE(0)).toBe(0xa1b2c3d4);
    });

    it('leaves nothing behind', async () => {
      const { code, err } = await commands.run('down', '--name', lab);
      expect(code).toBe(0);
      expect(err).toContain('is gone');
      expectNothingLeft(commands, lab);
      expect((await commands.run('down', '--name', lab)).err).toContain('no lab');
    });
  });

  it('that lost its supervisor loses all its daemons, and the next command removes the rest', async () => {
    const lab = freshName('k');
    expect((await up(smallLab(lab))).code).toBe(0);
    const supervisor = commands
      .processes()
      .filter((one) =>
        /^[^\0]*node\0.*\0supervisor\0/.test(readFileSync(`/proc/${one}/cmdline`, 'utf8')),
      );
    expect(supervisor).toHaveLength(1);
    process.kill(supervisor[0]!, 'SIGKILL');
    await untilNobodyRuns(commands);
    expect(namespacesOf(lab)).toHaveLength(3);
    const status = await commands.run('status', '--name', lab);
    expect(status.code).toBe(2);
    expect(status.err).toContain('was killed');
    const again = await up(smallLab(lab));
    expect(again).toMatchObject({ code: 0 });
    expect(again.out).toContain('what a killed one had left is removed');
    const [second] = commands
      .processes()
      .filter((one) => readFileSync(`/proc/${one}/cmdline`, 'utf8').startsWith('unshare'));
    process.kill(second!, 'SIGKILL');
    await commands.run('down', '--name', lab);
    expectNothingLeft(commands, lab);
  });

  it('that cannot be made leaves nothing and names the host and the reason', async () => {
    const lab = freshName('b');
    const plan = smallLab(lab);
    const hosts = plan.hosts.map((host) =>
      host.name === 'router' ? { ...host, nftables: 'table inet broken { nonsense }' } : host,
    );
    const { code, err } = await up({ ...plan, hosts });
    expect(code).toBe(3);
    expect(err).toContain('host `router` (between them) could not be made');
    expect(err).toContain('nonsense');
    expectNothingLeft(commands, lab);
  });

  it('is not made over namespaces of somebody else', async () => {
    const lab = freshName('t');
    const taken = `sp-${lab}-router`;
    spawnSync('ip', ['netns', 'add', taken]);
    try {
      const { code, err } = await up(smallLab(lab));
      expect(code).toBe(3);
      expect(err).toContain(`ip netns delete ${taken}`);
      expect(namespacesOf(lab)).toEqual([taken]);
    } finally {
      spawnSync('ip', ['netns', 'delete', taken]);
    }
    expectNothingLeft(commands, lab);
  });

  it('that two commands make at once is made once', async () => {
    const lab = freshName('c');
    const file = commands.planFile(smallLab(lab));
    const both = await Promise.all([
      commands.run('up', '--plan', file),
      commands.run('up', '--plan', file),
    ]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both.filter(({ out }) => out.includes('up already'))).toHaveLength(1);
    await commands.run('down', '--name', lab);
    expectNothingLeft(commands, lab);
  });

  it('that is given up half way leaves nothing, and the command ends as a shell tells of Ctrl-C', async () => {
    const lab = freshName('g');
    const up = commands.start('up', '--plan', commands.planFile(smallLab(lab)));
    for (let tries = 0; tries < 400 && namespacesOf(lab).length === 0; tries += 1) await pause(5);
    expect(namespacesOf(lab).length).toBeGreaterThan(0);
    up.stop('SIGINT');
    const { code, out, err } = await up.done;
    // 128 and the number of SIGINT.
    expect({ code, out }).toEqual({ code: 130, out: '' });
    expect(err).toContain('nothing of it stays');
    expectNothingLeft(commands, lab);
  });

  it('on a full disk is not made, and what shows the disk is named', async () => {
    const lab = freshName('f');
    const file = commands.planFile(smallLab(lab));
    const disk = join(commands.labs, 'disk');
    mkdirSync(disk, { mode: 0o700 });
    // A small disk of its own, and nobody else's to see: it goes with the command.
    const script = `mount -t tmpfs -o size=32k,mode=700 none ${disk} && SALLYPORT_LAB_FOLDER=${disk} SALLYPORT_LAB_AGENT=1 ${process.execPath} bin/sallyport.js lab up --plan ${file}; code=$?; find ${disk} -mindepth 1; exit $code`;
    const made = spawnSync('unshare', ['--mount', 'sh', '-c', script], {
      cwd: projectRoot,
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect({ code: made.status, left: made.stdout }).toEqual({ code: 3, left: '' });
    expect(made.stderr).toBe(
      `error[lab/folder] no space is left for \`${disk}/${lab}\`\n  hint: df -h ${disk} shows it; name another with SALLYPORT_LAB_FOLDER\n`,
    );
    expect(namespacesOf(lab)).toEqual([]);
  });

  it('is made anew when its plan has changed', async () => {
    const lab = freshName('n');
    await up(smallLab(lab));
    const plan = smallLab(lab);
    const hosts = plan.hosts.map((host) =>
      host.name === 'router' ? { ...host, nftables: '' } : host,
    );
    const changed = await up({ ...plan, hosts });
    expect(changed.out).toContain('made anew');
    const { code } = await commands.run(
      'exec',
      '--name',
      lab,
      'client',
      '--',
      'curl',
      '-s',
      '-m',
      '2',
      'http://203.0.113.9:666/',
    );
    expect(code).toBe(0);
    await commands.run('down', '--name', lab);
    expectNothingLeft(commands, lab);
  });

  it('is not planned from a file that is no plan', async () => {
    const { code, err } = await commands.run('up', '--plan', join(commands.labs, 'absent.json'));
    expect(code).toBe(2);
    expect(err).toContain('cannot be read');
    const plan = { ...smallLab(freshName('p')), files: [{ path: '../../etc/x', text: '' }] };
    const outside = await up(plan);
    expect(outside.code).toBe(2);
    expect(outside.err).toContain('outside of the lab');
  });
});

const asOther = ready.ok ? userNamespaces() : ready;

/** May an ordinary user make namespaces on this machine? */
function userNamespaces(): ReturnType<typeof labReady> {
  const { status } = spawnSync('setpriv', [
    ...['--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups'],
    ...['unshare', '-Urnmp', '--fork', '--mount-proc', 'true'],
  ]);
  return status === 0
    ? { ok: true }
    : { ok: false, why: 'ordinary users get no user namespace here' };
}

describe.skipIf(!asOther.ok)(`a lab of an ordinary user${notRun(asOther)}`, () => {
  const commands = asOther.ok ? labCommands(NOBODY) : (undefined as never);
  afterAll(async () => {
    if (!asOther.ok) return;
    await commands.run('down', '--all');
    commands.remove();
  });

  it('comes up, answers, and leaves nothing behind', async () => {
    const lab = freshName('o');
    const made = await commands.run('up', '--plan', commands.planFile(smallLab(lab)));
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(namespacesOf(lab)).toEqual([]);
    const { out } = await commands.run(
      'exec',
      '--name',
      lab,
      'machine/client',
      '--',
      'curl',
      '-sS',
      '-m',
      '5',
      'https://mcr.microsoft.com/',
    );
    expect(JSON.parse(out)).toMatchObject({ host: 'internet', source: '10.0.0.4', tls: 1 });
    expect(
      (await commands.run('exec', '--name', lab, 'client', '--', 'sh', '-c', 'exit 9')).code,
    ).toBe(9);
    expect((await commands.run('down', '--name', lab)).err).toContain('is gone');
    expectNothingLeft(commands, lab);
  });

  it('delays packets, by whichever way is open to them', async () => {
    const lab = freshName('w');
    await commands.run('up', '--plan', commands.planFile(smallLab(lab)));
    const connected = async () => {
      const curl = ['curl', '-s', '-o', '/dev/null', '-w', '%{time_connect}', 'http://203.0.113.9'];
      const { out } = await commands.run('exec', '--name', lab, 'client', '--', ...curl);
      return Number(out);
    };
    const late = await commands.run('fail', '--name', lab, 'router', '--latency', '50ms');
    expect(late).toMatchObject({ code: 0 });
    expect(await connected()).toBeGreaterThanOrEqual(0.1);
    expect((await commands.run('restore', '--name', lab)).code).toBe(0);
    expect(await connected()).toBeLessThan(0.05);
    await commands.run('fail', '--name', lab, 'router', '--latency', '50ms');
    await commands.run('down', '--name', lab);
    expectNothingLeft(commands, lab);
  });

  it('ends wholly with its supervisor', async () => {
    const lab = freshName('q');
    await commands.run('up', '--plan', commands.planFile(smallLab(lab)));
    const [outer] = commands
      .processes()
      .filter((one) => readFileSync(`/proc/${one}/cmdline`, 'utf8').startsWith('unshare'));
    process.kill(outer!, 'SIGKILL');
    await untilNobodyRuns(commands);
    await commands.run('down', '--name', lab);
    expectNothingLeft(commands, lab);
  });
});

describe.skipIf(!ready.ok)(`what this machine has${notRun(ready)}`, () => {
  it('is enough for a lab', async () => {
    expect(await missingFeatures(['/usr/sbin/haproxy'], true)).toEqual([]);
  });

  it('is told with the command that brings what it lacks', async () => {
    expect(await missingFeatures(['/usr/sbin/absent-program', 'absent-program'], true)).toEqual([
      { what: 'the program `absent-program`', fix: 'apt-get install -y absent-program' },
    ]);
  });
});
