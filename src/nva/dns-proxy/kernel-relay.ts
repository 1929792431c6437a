import { type ChildProcess, spawn } from 'node:child_process';
import { netlinkBatch, netlinkProblem } from './netlink-batch.ts';
import type { SetChange, SetWriter } from './set-changes.ts';

type Done = (why: string | undefined) => void;

interface Pending {
  readonly batch: Buffer;
  readonly done: Done;
}

/**
 * Passes messages between its input and the kernel: Node.js has no sockets of this kind, and every Debian has Perl. Each message has
 * its length before it, and so has what the kernel said to it, with the number of an error of the sending itself before that.
 * Socket family 16 (AF_NETLINK), protocol 12 (NETLINK_NETFILTER); 32 SO_SNDBUFFORCE; 270/10 NETLINK_CAP_ACK; 64 MSG_DONTWAIT: what
 * the kernel has to say it has said when the sending returns.
 */
const RELAY = `use Socket; binmode STDIN; binmode STDOUT; $| = 1; $SIG{INT} = 'IGNORE';
socket(my $n, 16, SOCK_RAW, 12) or die "netlink: $!\\n";
setsockopt($n, SOL_SOCKET, 32, pack('l', 8388608)); setsockopt($n, 270, 10, pack('l', 1));
my $to = pack('SSLL', 16, 0, 0, 0);
while (read(STDIN, my $h, 4) == 4) {
  my $l = unpack('N', $h); last if read(STDIN, my $m, $l) != $l;
  my ($e, $s) = (0, '');
  if (defined send($n, $m, 0, $to)) {
    while (defined recv($n, my $r, 262144, 64)) { last if $r eq ''; $s .= $r }
  } else { $e = $! + 0 }
  print pack('NN', $e, length $s) . $s;
}`;

const TIMEOUT_MILLISECONDS = 5_000;
const PENDING_MAX = 10_000;
const SAID_MAX = 16 * 1024 * 1024;

/**
 * Changes of sets, written to the kernel by one long-lived child process. An interactive `nft` in its place reads its commands
 * octet by octet and asks the kernel for all tables, sets and counters before each: some milliseconds where a firewall has some
 * thousand rules. A child that dies or hangs fails what it was given and is started again.
 */
export class KernelRelay implements SetWriter {
  readonly #perl: string;
  readonly #onStart: () => void;
  #child: ChildProcess | undefined;
  #said: Buffer = Buffer.alloc(0);
  #running: Pending | undefined;
  readonly #queue: Pending[] = [];
  #timer: NodeJS.Timeout | undefined;
  #restart: NodeJS.Timeout | undefined;
  #pause = 50;
  #isClosed = false;

  /** @param onStart called after each start but the first: the kernel may have lost what was believed to be there */
  constructor(perl: string, onStart: () => void = () => {}) {
    this.#perl = perl;
    this.#onStart = onStart;
    this.#start(true);
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  get processId(): number | undefined {
    return this.#child?.pid;
  }

  write(table: string, changes: readonly SetChange[], done: Done): void {
    if (this.#child === undefined) {
      setImmediate(done, 'nothing passes it to the kernel');
      return;
    }
    if (this.#queue.length >= PENDING_MAX) {
      setImmediate(done, 'too many changes wait for the kernel');
      return;
    }
    this.#queue.push({ batch: netlinkBatch(table, changes), done });
    this.#next();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#restart);
    this.#child?.kill('SIGTERM');
    this.#lost('shutting down');
  }

  #start(isFirst: boolean): void {
    const child = spawn(this.#perl, ['-e', RELAY], { stdio: ['pipe', 'pipe', 'ignore'] });
    this.#child = child;
    this.#said = Buffer.alloc(0);
    child.stdout?.on('data', (bytes: Buffer) => this.#read(child, bytes));
    child.stdin?.on('error', () => {});
    child.on('error', () => this.#ended(child));
    child.on('exit', () => this.#ended(child));
    if (!isFirst) this.#onStart();
  }

  #ended(child: ChildProcess): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#lost('it ended');
    if (this.#isClosed) return;
    this.#restart = setTimeout(() => this.#start(false), this.#pause);
    this.#pause = Math.min(this.#pause * 2, 2_000);
  }

  #lost(why: string): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lost = [...(this.#running === undefined ? [] : [this.#running]), ...this.#queue];
    this.#running = undefined;
    this.#queue.length = 0;
    for (const { done } of lost) setImmediate(done, why);
  }

  #next(): void {
    const child = this.#child;
    if (this.#running !== undefined || child === undefined) return;
    const pending = this.#queue.shift();
    if (pending === undefined) return;
    this.#running = pending;
    // One timer for all of them, put off as long as they come back.
    if (this.#timer === undefined) {
      this.#timer = setTimeout(() => this.#child?.kill('SIGKILL'), TIMEOUT_MILLISECONDS);
    } else this.#timer.refresh();
    const message = Buffer.allocUnsafe(4 + pending.batch.length);
    message.writeUInt32BE(pending.batch.length, 0);
    pending.batch.copy(message, 4);
    child.stdin?.write(message);
  }

  #read(child: ChildProcess, bytes: Buffer): void {
    if (this.#child !== child) return;
    this.#said = this.#said.length === 0 ? bytes : Buffer.concat([this.#said, bytes]);
    if (this.#said.length < 8) return;
    const length = this.#said.readUInt32BE(4);
    if (length > SAID_MAX) child.kill('SIGKILL');
    if (this.#said.length < 8 + length) return;
    const error = this.#said.readUInt32BE(0);
    const said = this.#said.subarray(8, 8 + length);
    this.#said = this.#said.subarray(8 + length);
    const pending = this.#running;
    this.#running = undefined;
    this.#pause = 50;
    pending?.done(error === 0 ? netlinkProblem(said) : `the kernel took nothing (error ${error})`);
    this.#next();
    if (this.#running !== undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
