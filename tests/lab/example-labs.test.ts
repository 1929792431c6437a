import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labReady, notRun } from '../support/lab-ready.ts';
import { projectRoot } from '../support/source-tree.ts';
import { freshName, labCommands } from './lab-command.ts';

const ready = labReady();
const TIMED_OUT = 28;

interface Seen {
  readonly host: string;
  readonly source: string;
}

describe.skipIf(!ready.ok)(`the examples with real packets${notRun(ready)}`, () => {
  const commands = ready.ok ? labCommands() : (undefined as never);
  afterAll(async () => {
    if (!ready.ok) return;
    await commands.run('down', '--all');
    commands.remove();
  });
  const curl = (lab: string, end: string, ...args: readonly string[]) =>
    commands.run('exec', '--name', lab, end, '--', 'curl', '-sS', '-m', '3', ...args);
  /** The servers of the lab say in JSON who they are and whom they saw; pages carry it at their end. */
  const seenIn = (text: string): Seen =>
    JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));

  describe('the hardened store', () => {
    const lab = freshName('h');
    const folder = () => join(commands.labs, 'store-hardened');
    beforeAll(async () => {
      cpSync(join(projectRoot, 'examples', 'store-hardened'), folder(), { recursive: true });
      const up = await commands.run('up', folder(), '--name', lab);
      expect(up).toMatchObject({ code: 0, err: '' });
    });
    afterAll(async () => {
      await commands.run('down', '--name', lab);
    });

    it('lets a node pull from the registry, which sees an address of the firewall', async () => {
      const { code, out } = await curl(lab, 'node/system-0', 'https://mcr.microsoft.com/v2/');
      expect(code).toBe(0);
      expect(seenIn(out).host).toBe('internet');
      // The firewall's public addresses are 203.0.113.1 to .20: one for each of the template.
      expect(seenIn(out).source).toMatch(/^203\.0\.113\.(?:[1-9]|1\d|20)$/);
    });

    it('ends a connection to a name that no rule allows, and logs it in Azure’s schema', async () => {
      const { code } = await curl(lab, 'node/system-0', 'https://evil.example.com/');
      expect(code).not.toBe(0);
      expect(code).not.toBe(TIMED_OUT);
      let log = '';
      for (let attempt = 0; attempt < 30 && !log.includes('evil.example.com'); attempt += 1) {
        await pause(100);
        log = (await commands.run('logs', '--name', lab, 'azfwapplicationrule')).out;
      }
      const record = log.split('\n').find((line) => line.includes('evil.example.com')) ?? '';
      expect(JSON.parse(record.slice(record.indexOf('{')))).toMatchObject({
        category: 'AZFWApplicationRule',
        properties: { Action: 'Deny', Fqdn: 'evil.example.com', SourceIp: '10.42.0.4' },
      });
    });

    it('says which rule of the firewall decided, and how often', async () => {
      const { out } = await commands.run('status', '--name', lab, '--rules', '--format', 'json');
      const [firewall] = JSON.parse(out).firewalls;
      const hits = (rule: string) =>
        firewall.rules.find((one: { readonly rule: string }) => one.rule === rule)?.hits;
      // The two tests before this one: a pull that rule `aks` allows, and a name that no rule does.
      expect(hits('aks')).toBeGreaterThanOrEqual(1);
      expect(hits('')).toBeGreaterThanOrEqual(1);
      expect(hits('azure-policy')).toBe(0);
    });

    it('keeps a pod from the internet by its network policy', async () => {
      const { code } = await curl(lab, 'pod/pets/order-service', 'https://mcr.microsoft.com/');
      expect(code).toBe(TIMED_OUT);
    });

    it('shows its page to the internet through the application gateway', async () => {
      const { code, out } = await curl(lab, 'internet', '-k', 'https://203.0.113.21/');
      expect(code).toBe(0);
      expect(out).toContain('<h1>Contoso Pet Store</h1>');
      expect(seenIn(out).host).toContain('store-front');
    });

    it('finds a Service by its short name from the pod that may', async () => {
      const { code, out } = await curl(
        lab,
        'pod/pets/store-front',
        'http://product-service:3002/products',
      );
      expect(code).toBe(0);
      expect(JSON.parse(out)).toHaveLength(3);
    });

    it('loses its way out with its firewall, and has it again', async () => {
      await commands.run('fail', '--name', lab, 'firewall');
      expect((await curl(lab, 'node/system-0', 'https://203.0.113.200/')).code).toBe(TIMED_OUT);
      await commands.run('restore', '--name', lab);
      expect((await curl(lab, 'node/system-0', 'https://mcr.microsoft.com/')).code).toBe(0);
    });

    it('takes a changed rule over while a connection goes on', async () => {
      const file = join(folder(), 'azuredeploy.json');
      const before = readFileSync(file, 'utf8');
      const slow =
        '(printf "GET /1 HTTP/1.1\\r\\nHost: ghcr.io\\r\\n\\r\\n"; sleep 3; printf "GET /2 HTTP/1.1\\r\\nHost: ghcr.io\\r\\nConnection: close\\r\\n\\r\\n") | openssl s_client -quiet -connect ghcr.io:443 -servername ghcr.io';
      const held = commands.run('exec', '--name', lab, 'node/system-0', '--', 'sh', '-c', slow);
      await pause(700);
      writeFileSync(file, before.replace('"ghcr.io",', '"ghcr.io",\n"evil.example.com",'));
      const status = await commands.run('status', '--name', lab);
      expect(status.out).toContain('the folder says something else now');
      const reload = await commands.run('reload', folder(), '--name', lab);
      expect(reload).toMatchObject({ code: 0, err: '' });
      expect(reload.out).toContain('replaced while it runs');
      expect((await curl(lab, 'node/system-0', 'https://evil.example.com/')).code).toBe(0);
      const { out } = await held;
      expect(out.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
      writeFileSync(file, before);
      await commands.run('reload', folder(), '--name', lab);
      expect((await curl(lab, 'node/system-0', 'https://evil.example.com/')).code).not.toBe(0);
    });

    it('fails closed without its proxy and whoever would start it again, and recovers', async () => {
      const named = (test: RegExp) =>
        commands.processes().filter((pid) => {
          const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
          return words.includes(`/${lab}/`) && test.test(words);
        });
      const keeper = named(/^[^\0]*node\0.*\0supervisor\0/);
      expect(keeper).toHaveLength(1);
      process.kill(keeper[0]!, 'SIGSTOP');
      try {
        for (const pid of named(/firewall\/haproxy\.cfg/)) process.kill(pid, 'SIGKILL');
        const { code } = await curl(
          lab,
          'node/system-0',
          '-k',
          '--resolve',
          'mcr.microsoft.com:443:198.51.100.9',
          'https://mcr.microsoft.com/',
        );
        expect(code).not.toBe(0);
      } finally {
        process.kill(keeper[0]!, 'SIGCONT');
      }
      let code = 1;
      for (let attempt = 0; attempt < 20 && code !== 0; attempt += 1) {
        code = (await curl(lab, 'node/system-0', 'https://mcr.microsoft.com/')).code;
      }
      expect(code).toBe(0);
    });
  });

  it('the store as Microsoft publishes it: the way in hangs, as `ingress/asymmetric-return` says', async () => {
    const lab = freshName('s');
    const up = await commands.run('up', join(projectRoot, 'examples', 'store'), '--name', lab);
    expect(up.code).toBe(0);
    expect((await curl(lab, 'pod/default/order-service', 'https://mcr.microsoft.com/')).code).toBe(
      0,
    );
    const { assumed } = JSON.parse(
      (await commands.run('status', '--name', lab, '--format', 'json')).out,
    ) as { readonly assumed: readonly { readonly name: string; readonly value: string }[] };
    const front = assumed.find(({ name }) => name.includes('store-front'));
    expect(front).toBeDefined();
    const { code } = await curl(lab, 'internet', `http://${front!.value}/`);
    expect(code).toBe(TIMED_OUT);
    // Not a denial: the request arrives at the pod, and its answer is what is lost.
    const probed = await commands.run('probe', '--name', lab, '--sample', '8', '--format', 'json');
    const results: readonly Record<string, unknown>[] = JSON.parse(probed.out).results;
    expect(results.filter(({ agreement }) => agreement === 'disagree')).toEqual([]);
    expect(results.find(({ to }) => to === `${front!.value}:80`)).toMatchObject({
      proof: ['broken'],
      because: 'check',
      hasArrived: true,
    });
    await commands.run('down', '--name', lab);
    expect(readdirSync(commands.labs)).not.toContain(lab);
  });
});
