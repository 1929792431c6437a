import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { BoundedLog } from './bounded-log.ts';
import { runProgram } from './run-program.ts';

/** What is started, and how it tells that it works. Paths are placed already. */
export interface DaemonOrder {
  readonly name: string;
  readonly host?: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly ready: Readiness;
  readonly restarts: boolean;
  readonly logFile: string;
}

export type Readiness =
  | { readonly kind: 'line'; readonly text: string }
  /** `list` prints the listening sockets of the namespace, as `/proc/net/tcp` has them. */
  | { readonly kind: 'tcp'; readonly port: number; readonly list: readonly string[] }
  | { readonly kind: 'file'; readonly path: string };

export type Health = 'starting' | 'ready' | 'restarting' | 'dead' | 'stopped';

export interface DaemonReport {
  readonly name: string;
  readonly host?: string;
  readonly health: Health;
  readonly pid?: number;
  readonly restarts: number;
  readonly lastExit?: string;
}

/** Long enough for a machine that is busy with something else. */
const START_MILLISECONDS = 30_000;
const POLL_MILLISECONDS = 20;
const POLL_MOST_MILLISECONDS = 200;
const RESTART_FIRST_MILLISECONDS = 100;
const RESTART_MOST_MILLISECONDS = 5000;
/** One that lived this long starts over with short waits. */
const SOUND_MILLISECONDS = 10_000;
const END_MILLISECONDS = 400;
/** A successor that refuses its configuration or its sockets has ended by then. */
const HAND_OVER_MILLISECONDS = 500;

/** One process that is kept alive. What depends on it fails closed while it is not. */
export class Daemon {
  readonly order: DaemonOrder;
  readonly #log: BoundedLog;
  #child: ChildProcess | undefined;
  #health: Health = 'stopped';
  #restarts = 0;
  #lastExit: string | undefined;
  #isWanted = false;
  #isAsked = false;
  #wait = RESTART_FIRST_MILLISECONDS;
  #sawLine = false;

  constructor(order: DaemonOrder) {
    this.order = order;
    this.#log = new BoundedLog(order.logFile);
  }

  report(): DaemonReport {
    const { name, host } = this.order;
    const pid = this.#child?.pid;
    return {
      name,
      ...(host === undefined ? {} : { host }),
      health: this.#health,
      ...(pid === undefined ? {} : { pid }),
      restarts: this.#restarts,
      ...(this.#lastExit === undefined ? {} : { lastExit: this.#lastExit }),
    };
  }

  /** Resolves with true when it is ready, with false when it is not within the time. */
  async start(): Promise<boolean> {
    this.#isWanted = true;
    this.#health = 'starting';
    this.#spawn();
    const { ready } = this.order;
    const deadline = performance.now() + START_MILLISECONDS;
    let wait = POLL_MILLISECONDS;
    while (this.#isWanted && performance.now() < deadline) {
      if (this.#child !== undefined && (await this.#isReady(ready))) {
        this.#health = 'ready';
        return true;
      }
      await pause(wait);
      // Asking costs a process: rarely, where it takes long.
      wait = Math.min(1.3 * wait, POLL_MOST_MILLISECONDS);
    }
    if (this.#isWanted) {
      this.#health = 'restarting';
      void this.#becomeReady();
    }
    return false;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Ended and started anew; true when it is ready again within the time. */
  async restart(): Promise<boolean> {
    const child = this.#child;
    if (child === undefined) return false;
    this.#health = 'restarting';
    this.#isAsked = true;
    child.kill('SIGTERM');
    const deadline = performance.now() + START_MILLISECONDS;
    while (performance.now() < deadline) {
      if (this.#child !== child && this.report().health === 'ready') return true;
      await pause(POLL_MILLISECONDS);
    }
    return false;
  }

  /**
   * A successor with these further arguments takes the place of the running process, which ends by itself when what it does is done.
   * False when the successor did not live; the running one then goes on.
   */
  async handOver(args: (pid: number) => readonly string[]): Promise<boolean> {
    const before = this.#child;
    if (before?.pid === undefined) return this.restart();
    this.#spawn(args(before.pid));
    const successor = this.#child;
    await pause(HAND_OVER_MILLISECONDS);
    if (successor !== undefined && successor.exitCode === null && successor.signalCode === null) {
      return true;
    }
    if (before.exitCode === null) this.#child = before;
    return false;
  }

  /** Asked first, made when it does not. */
  async stop(): Promise<void> {
    this.#isWanted = false;
    const child = this.#child;
    if (child !== undefined) {
      const ended = new Promise<void>((done) => child.once('exit', () => done()));
      child.kill('SIGTERM');
      await Promise.race([ended, pause(END_MILLISECONDS, undefined, { ref: false })]);
      child.kill('SIGKILL');
      await Promise.race([ended, pause(END_MILLISECONDS, undefined, { ref: false })]);
    }
    this.#health = 'stopped';
    this.#log.close();
  }

  #spawn(further: readonly string[] = []): void {
    const [program = '', ...args] = [...this.order.command, ...further];
    this.#sawLine = false;
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.order.env },
    });
    this.#child = child;
    const began = performance.now();
    let tail = '';
    const take = (chunk: Buffer) => {
      this.#log.write(chunk);
      const { ready } = this.order;
      if (this.#sawLine || ready.kind !== 'line') return;
      tail = (tail + chunk.toString('utf8')).slice(-4096);
      this.#sawLine = tail.includes(ready.text);
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    const ended = (how: string) => {
      if (this.#child !== child) return;
      if (further.length > 0 && performance.now() - began < HAND_OVER_MILLISECONDS) return;
      this.#child = undefined;
      if (!this.#isAsked) this.#lastExit = how;
      this.#log.write(Buffer.from(`-- ended: ${how}\n`));
      if (this.#isWanted) this.#again(performance.now() - began);
    };
    child.on('error', (error) => ended(error.message));
    child.on('exit', (code, signal) => ended(signal ?? `exit code ${code}`));
  }

  #again(livedMilliseconds: number): void {
    const isStarting = this.#health === 'starting';
    if (!this.order.restarts && !isStarting) {
      this.#health = 'dead';
      return;
    }
    if (livedMilliseconds > SOUND_MILLISECONDS) this.#wait = RESTART_FIRST_MILLISECONDS;
    if (!isStarting) this.#health = 'restarting';
    // Only what it did by itself is worth telling.
    if (!this.#isAsked) this.#restarts += 1;
    this.#isAsked = false;
    setTimeout(() => {
      if (!this.#isWanted) return;
      this.#spawn();
      if (!isStarting) void this.#becomeReady();
    }, this.#wait);
    this.#wait = Math.min(2 * this.#wait, RESTART_MOST_MILLISECONDS);
  }

  async #becomeReady(): Promise<void> {
    const child = this.#child;
    const deadline = performance.now() + START_MILLISECONDS;
    while (this.#isWanted && this.#child === child && performance.now() < deadline) {
      if (await this.#isReady(this.order.ready)) {
        if (this.#child === child) this.#health = 'ready';
        return;
      }
      await pause(POLL_MILLISECONDS);
    }
  }

  async #isReady(ready: Readiness): Promise<boolean> {
    switch (ready.kind) {
      case 'line':
        return this.#sawLine;
      case 'file':
        return existsSync(ready.path);
      case 'tcp':
        return listensIn((await runProgram(ready.list, { milliseconds: 2000 })).out, ready.port);
    }
  }
}

/** Is there a listening socket of this port in the text of `/proc/net/tcp` or `tcp6`? */
export function listensIn(table: string, port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  // local_address:port remote state; 0A is LISTEN.
  return new RegExp(`^\\s*\\d+: [0-9A-F]+:${hex} [0-9A-F]+:0000 0A `, 'm').test(table);
}
