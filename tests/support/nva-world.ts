import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './source-tree.ts';

/**
 * Client, appliance and internet around a fabric, each a network namespace. The appliance sees its own `/opt/sallyport`,
 * `/run/sallyport` and `/var/log/sallyport`, as a machine would. Like Azure, the fabric turns the public address into one of the
 * interface and back.
 */
export class NvaWorld {
  readonly #prefix = `sp-nva${process.pid}`;
  readonly #folder: string;
  readonly #children = new Set<ChildProcess>();
  #client: Conversation | undefined;
  #internet: Conversation | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    for (const name of ['opt', 'run', 'log']) mkdirSync(join(folder, name));
  }

  /** Where the emitted folder lies on the machine. */
  get machine(): string {
    return join(this.#folder, 'opt');
  }

  get logs(): string {
    return join(this.#folder, 'log');
  }

  get run(): string {
    return join(this.#folder, 'run');
  }

  start(): void {
    const [client, appliance, internet, fabric] = this.#all();
    const batch = this.#all().map((name) => `netns add ${name}`);
    for (const name of [client, appliance, internet]) {
      const port = `f-${name!.split('-').at(-1)}`;
      batch.push(`link add eth0 netns ${name} type veth peer name ${port} netns ${fabric}`);
    }
    ip(['-batch', '-'], batch);
    ip(
      ['-n', client!, '-batch', '-'],
      [
        'link set lo up',
        'addr add 10.1.0.10/24 dev eth0',
        'link set eth0 up',
        'route add default via 10.1.0.1',
      ],
    );
    ip(
      ['-n', appliance!, '-batch', '-'],
      [
        'link set lo up',
        'addr add 10.0.0.4/26 dev eth0',
        'link set eth0 up',
        'route add default via 10.0.0.1',
      ],
    );
    ip(
      ['-n', internet!, '-batch', '-'],
      [
        'link set lo up',
        'addr add 100.127.0.2/24 dev eth0',
        'link set eth0 up',
        'route add default via 100.127.0.1',
        'route add local 198.18.0.0/15 dev lo',
        'route add local 192.0.2.53/32 dev lo',
      ],
    );
    ip(
      ['-n', fabric!, '-batch', '-'],
      [
        'link set lo up',
        'addr add 10.1.0.1/24 dev f-client',
        'addr add 10.0.0.1/26 dev f-fw',
        'addr add 100.127.0.1/24 dev f-internet',
        'link set f-client up',
        'link set f-fw up',
        'link set f-internet up',
        'route add default via 100.127.0.2',
        'route add 10.0.0.5/32 via 10.0.0.4',
        // The route table of the client's subnet.
        'rule add iif f-client lookup 10',
        'route add default via 10.0.0.4 dev f-fw table 10',
      ],
    );
    for (const file of ['all', 'default', 'f-client', 'f-fw', 'f-internet']) {
      this.#fabric('sysctl', '-q', '-w', `net.ipv4.conf.${file}.rp_filter=0`);
    }
    this.#fabric('sysctl', '-q', '-w', 'net.ipv4.ip_forward=1');
    this.#fabric(
      'nft',
      `table ip azure {
  chain c_in { type filter hook prerouting priority -310; iifname "f-internet" ip daddr 203.0.113.1 ip daddr set 10.0.0.5; }
  chain c_out { type filter hook postrouting priority 310; oifname "f-internet" ip saddr 10.0.0.5 ip saddr set 203.0.113.1; }
}`,
    );
    const [key, certificate] = [join(this.#folder, 'key.pem'), join(this.#folder, 'cert.pem')];
    must(
      'openssl',
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=internet',
      '-keyout',
      key,
      '-out',
      certificate,
    );
    this.#internet = this.#converse('internet', ['nva-internet.mjs', key, certificate]);
  }

  /** What the internet and the client start with. */
  async ready(): Promise<void> {
    await this.#internet!.line();
    this.#client = this.#converse('client', ['nva-client.mjs', '10.0.0.4']);
  }

  /** One command of the client; see nva-client.mjs. */
  async ask(command: string): Promise<Record<string, unknown>> {
    return JSON.parse(await this.#client!.ask(command));
  }

  /** A command of another client, on the internet. */
  async askFromInternet(command: string): Promise<Record<string, unknown>> {
    const other = this.#converse('internet', ['nva-client.mjs', '192.0.2.53']);
    const reply = JSON.parse(await other.ask(command));
    other.child.stdin?.end();
    return reply;
  }

  /** Runs on the machine and ends. */
  onMachine(...command: readonly string[]): { code: number | null; out: string; err: string } {
    const [program, ...args] = this.#machineCommand(command);
    const { status, stdout, stderr } = spawnSync(program!, args, {
      encoding: 'utf8',
      timeout: 20_000,
    });
    return { code: status, out: stdout, err: stderr };
  }

  /** Starts on the machine and goes on. */
  daemon(command: readonly string[], output?: string): ChildProcess {
    const [program, ...args] = this.#machineCommand(
      output === undefined
        ? command
        : ['/bin/sh', '-c', 'out=$1; shift; exec "$@" >> "$out"', 'sh', output, ...command],
    );
    const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout?.resume();
    child.stderr?.resume();
    this.#children.add(child);
    return child;
  }

  /** Records of a category that the log writer has written. */
  records(category: string): readonly { readonly properties: Record<string, unknown> }[] {
    const folder = join(this.logs, 'azure', `insights-logs-${category.toLowerCase()}`);
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.name === 'PT1H.json')
      .flatMap((entry) =>
        readFileSync(join(entry.parentPath, entry.name), 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      );
  }

  async stop(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    for (const name of this.#all()) {
      const { stdout } = spawnSync('ip', ['netns', 'pids', name], { encoding: 'utf8' });
      for (const pid of stdout.split('\n').filter((line) => line !== '')) {
        try {
          process.kill(Number(pid), 'SIGKILL');
        } catch {
          // It has ended meanwhile.
        }
      }
      spawnSync('ip', ['netns', 'del', name]);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }

  #all(): readonly string[] {
    return ['client', 'fw', 'internet', 'fabric'].map((name) => `${this.#prefix}-${name}`);
  }

  #fabric(...command: readonly string[]): void {
    must('ip', 'netns', 'exec', `${this.#prefix}-fabric`, ...command);
  }

  #machineCommand(command: readonly string[]): readonly string[] {
    const script = [
      'set -e',
      'mount -t tmpfs none /opt; mkdir /opt/sallyport; mount --bind "$1/opt" /opt/sallyport',
      'mount -t tmpfs none /run; mkdir /run/sallyport; mount --bind "$1/run" /run/sallyport',
      'mount -t tmpfs none /var/log; mkdir /var/log/sallyport; mount --bind "$1/log" /var/log/sallyport',
      'shift; exec "$@"',
    ].join('\n');
    return [
      'ip',
      'netns',
      'exec',
      `${this.#prefix}-fw`,
      '/bin/sh',
      '-c',
      script,
      'sh',
      this.#folder,
      ...command,
    ];
  }

  #converse(where: string, [script, ...args]: readonly string[]): Conversation {
    const path = join(projectRoot, 'tests', 'support', script!);
    const child = spawn(
      'ip',
      ['netns', 'exec', `${this.#prefix}-${where}`, process.execPath, path, ...args],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    this.#children.add(child);
    return new Conversation(child);
  }
}

/** A program that answers each line with a line. */
class Conversation {
  readonly child: ChildProcess;
  #text = '';
  readonly #waiting: ((line: string) => void)[] = [];

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#text += chunk;
      for (let end = this.#text.indexOf('\n'); end >= 0; end = this.#text.indexOf('\n')) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        this.#waiting.shift()?.(line);
      }
    });
  }

  line(): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no answer')), 15_000);
      this.#waiting.push((line) => {
        clearTimeout(timer);
        resolve(line);
      });
    });
  }

  ask(command: string): Promise<string> {
    const line = this.line();
    this.child.stdin?.write(`${command}\n`);
    return line;
  }
}

function ip(args: readonly string[], lines: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', args, {
    input: `${lines.join('\n')}\n`,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
}

function must(program: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}

/** A folder with one template in it. */
export function writeTemplate(folder: string, text: string): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'template.json'), text);
  return folder;
}
