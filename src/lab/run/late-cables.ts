import { existsSync, writeFileSync } from 'node:fs';
import { OperationalError } from '../../diagnostics/index.ts';
import { Daemon } from './daemon.ts';
import { DELAY_PROGRAM, DELAYS, delayCommand, queueTrial } from './delay-program.ts';
import { delayTable } from './delay-rules.ts';
import { inNamespace } from './enter-host.ts';
import type { Failure } from './failures.ts';
import type { LabFolder } from './lab-folder.ts';
import { type LatencyBy, type LateWay, lateWays, NETEM_TRIAL, netemBatch } from './latency.ts';
import type { RunPlan } from './run-plan.ts';
import { runProgram } from './run-program.ts';

/**
 * The cables of a lab on which packets come later. Where the kernel has no netem they wait in a queue at the end where they arrive,
 * before that end knows anything of them, and a program of the lab lets them go when it is time. While such a program is dead its
 * packets are lost: what is said to be late never comes in time.
 */
export class LateCables {
  readonly #plan: Pick<RunPlan, 'lab' | 'links'>;
  readonly #folder: LabFolder;
  readonly #program: string;
  #by: Promise<LatencyBy | undefined> | undefined;
  #now: readonly LateWay[] = [];
  #turn: Promise<void> = Promise.resolve();
  readonly #daemons = new Map<number, Daemon>();

  constructor(plan: Pick<RunPlan, 'lab' | 'links'>, folder: LabFolder) {
    this.#plan = plan;
    this.#folder = folder;
    this.#program = `${folder.path}/delay.pl`;
  }

  /** Undefined where neither is possible. */
  by(): Promise<LatencyBy | undefined> {
    this.#by ??= this.#tryBoth();
    return this.#by;
  }

  get daemons(): readonly Daemon[] {
    return [...this.#daemons.values()];
  }

  /** From what is late now to what these failures say; one after the other, in the order they were asked. */
  apply(failures: readonly Failure[]): Promise<void> {
    const turn = this.#turn.then(() => this.#change(failures));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async stop(): Promise<void> {
    await Promise.all(this.daemons.map((daemon) => daemon.stop()));
  }

  async #change(failures: readonly Failure[]): Promise<void> {
    const before = this.#now;
    const after = lateWays(this.#plan, failures);
    const changed = (some: readonly LateWay[], others: readonly LateWay[]) =>
      some.filter(
        ({ number, milliseconds }) =>
          !others.some((one) => one.number === number && one.milliseconds === milliseconds),
      );
    const ended = changed(before, after);
    const begun = changed(after, before);
    if (ended.length === 0 && begun.length === 0) return;
    this.#now = after;
    if ((await this.by()) === 'netem') {
      for (const host of new Set([...ended, ...begun].map((way) => way.host))) {
        await this.#inside(host, ['tc', '-batch', '-'], netemBatch(host, before, after));
      }
      return;
    }
    await this.#end(ended);
    await this.#begin(begun);
  }

  async #tryBoth(): Promise<LatencyBy | undefined> {
    if ((await runProgram(NETEM_TRIAL)).code === 0) return 'netem';
    const trial = queueTrial(this.#written());
    return trial !== undefined && (await runProgram(trial)).code === 0 ? 'queue' : undefined;
  }

  #written(): string {
    if (!existsSync(this.#program)) writeFileSync(this.#program, DELAY_PROGRAM, { mode: 0o600 });
    return this.#program;
  }

  async #begin(ways: readonly LateWay[]): Promise<void> {
    const file = this.#written();
    const begun = ways.map((way) => {
      const { number, arrives } = way;
      const name = `latency-${number}`;
      const daemon = new Daemon({
        name,
        host: arrives.host,
        command: inNamespace(this.#plan.lab, arrives.host, delayCommand(file, way)),
        ready: { kind: 'line', text: DELAYS },
        restarts: true,
        logFile: `${this.#folder.logs}/${name}.log`,
      });
      this.#daemons.set(number, daemon);
      return daemon;
    });
    const ready = await Promise.all(begun.map((daemon) => daemon.start()));
    const late = ready.indexOf(false);
    if (late < 0) return;
    throw new OperationalError('lab/network', `${begun[late]?.order.name} does not start`, {
      hint: `sallyport lab logs ${begun[late]?.order.name}`,
    });
  }

  /** What waits goes first, then the rule, then the program: nothing is lost, and nothing stays. */
  async #end(ways: readonly LateWay[]): Promise<void> {
    for (const { number } of ways) this.#daemons.get(number)?.signal('SIGUSR1');
    const hosts = new Set(ways.map(({ arrives }) => arrives.host));
    await Promise.all(
      [...hosts].map((host) => {
        const rules = ways
          .filter(({ arrives }) => arrives.host === host)
          .map(({ number }) => `table ip ${delayTable(number)}`)
          .map((table) => `${table}\ndelete ${table}\n`);
        return this.#inside(host, ['nft', '-f', '-'], rules.join(''));
      }),
    );
    await Promise.all(ways.map(({ number }) => this.#daemons.get(number)?.stop()));
    for (const { number } of ways) this.#daemons.delete(number);
  }

  async #inside(host: string, command: readonly string[], input: string): Promise<void> {
    const { code, err } = await runProgram(inNamespace(this.#plan.lab, host, command), { input });
    if (code !== 0) throw new OperationalError('lab/network', `${host}: ${err.trim()}`);
  }
}
