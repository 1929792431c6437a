import { readFileSync, writeSync } from 'node:fs';
import { OperationalError } from '../../diagnostics/index.ts';
import { buildNetwork, writeLabFiles } from './build-network.ts';
import { type LabReply, type LabRequest, serveControl } from './control.ts';
import { Daemon } from './daemon.ts';
import { daemonOrders } from './daemon-orders.ts';
import { inNamespace } from './enter-host.ts';
import { cutsOf, type Failure, failureRules, unknownThing } from './failures.ts';
import { folderFault, type LabFolder, labFolder } from './lab-folder.ts';
import { LateCables } from './late-cables.ts';
import { NO_LATENCY } from './latency.ts';
import { planDifference } from './plan-difference.ts';
import { reloadLab } from './reload-lab.ts';
import type { RunPlan } from './run-plan.ts';
import { runProgram } from './run-program.ts';

/** What the process that keeps a lab is started with. */
export interface SupervisorConfiguration {
  readonly labs: string;
  readonly lab: string;
  readonly own: readonly string[];
  /** Nothing of the machine's `/run` may be seen or touched. */
  readonly hidesRun: boolean;
}

/** What it says to the command that started it, a JSON line each, on this descriptor. */
export const REPORT_DESCRIPTOR = 3;
export type SupervisorWord =
  | { readonly kind: 'network'; readonly milliseconds: number }
  | { readonly kind: 'ready'; readonly milliseconds: number; readonly notReady: readonly string[] }
  | ({ readonly kind: 'failed' } & Fault);

export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/**
 * Makes the lab, keeps its daemons alive, and ends them. It is the first process of its own process namespace: whatever ends it ends
 * all of them.
 */
export async function supervise(configuration: SupervisorConfiguration): Promise<void> {
  const started = performance.now();
  const { labs, lab, own, hidesRun } = configuration;
  const folder = labFolder(labs, lab);
  const since = () => Math.round(performance.now() - started);
  const ending = new Ending();
  let daemons: readonly Daemon[] = [];
  let late: LateCables | undefined;
  try {
    if (hidesRun) await hideRun();
    const plan = JSON.parse(readFileSync(folder.plan, 'utf8')) as RunPlan;
    writeLabFiles(plan, folder);
    await buildNetwork(plan, folder);
    tell({ kind: 'network', milliseconds: since() });
    daemons = daemonOrders(plan, folder, own).map((order) => new Daemon(order));
    late = new LateCables(plan, folder);
    const kept = { plan, folder, daemons, late };
    const control = await serveControl(folder.control, controller(kept, ending));
    const ready = await Promise.all(daemons.map((daemon) => daemon.start()));
    const notReady = daemons.flatMap(({ order }, at) => (ready[at] ? [] : [order.name]));
    tell({ kind: 'ready', milliseconds: since(), notReady });
    await ending.asked;
    control.close();
  } catch (error) {
    tell({ kind: 'failed', ...faultOf(folderFault(error, folder)) });
    process.exitCode = 3;
  }
  await Promise.all([late?.stop(), ...[...daemons].reverse().map((daemon) => daemon.stop())]);
  ending.done();
}

/** Resolves when somebody wants the end, by the socket or by a signal; and tells them when it is over. */
class Ending {
  readonly asked: Promise<void>;
  readonly over: Promise<void>;
  ask: () => void = () => {};
  done: () => void = () => {};

  constructor() {
    this.asked = new Promise((done) => {
      this.ask = done;
    });
    this.over = new Promise((done) => {
      this.done = done;
    });
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, this.ask);
    // The terminal that started it may go away.
    process.on('SIGHUP', () => {});
  }
}

interface Kept {
  readonly plan: RunPlan;
  readonly folder: LabFolder;
  readonly daemons: readonly Daemon[];
  readonly late: LateCables;
}

function controller(
  { plan, folder, daemons, late }: Kept,
  ending: Ending,
): (request: LabRequest) => Promise<LabReply> {
  const failures = new Map<string, Failure>();
  const began = performance.now();
  const run = async (host: string, command: readonly string[], input: string) => {
    const { code, err } = await runProgram(inNamespace(plan.lab, host, command), { input });
    if (code !== 0) throw new OperationalError('lab/network', `${host}: ${err.trim()}`);
  };
  const apply = async (hosts: Iterable<string>) => {
    const now = [...failures.values()];
    for (const host of new Set(hosts)) await run(host, ['nft', '-f', '-'], failureRules(host, now));
    await late.apply(now);
  };
  const hostsOf = (some: Iterable<Failure>) =>
    [...some].flatMap(({ cuts }) => cuts.map(({ host }) => host));
  let now = plan;
  return async (request) => {
    switch (request.ask) {
      case 'reload': {
        const after = request.plan;
        const difference = planDifference(now, after);
        if (difference.network.length > 0) {
          return { kind: 'refused', why: `the network is another: ${difference.network[0]}` };
        }
        const lines = await reloadLab(now, after, difference, folder, daemons).catch(
          (error: unknown) => {
            throw folderFault(error, folder);
          },
        );
        now = after;
        return { kind: 'reloaded', lines };
      }
      case 'status':
        return {
          kind: 'status',
          status: {
            daemons: [...daemons, ...late.daemons].map((daemon) => daemon.report()),
            failures: [...failures.values()],
            seconds: Math.round((performance.now() - began) / 1000),
          },
        };
      case 'fail': {
        const { what } = request.failure;
        const before = failures.get(what);
        const found = cutsOf(plan, what);
        if (found.kind === 'unknown') {
          return { kind: 'refused', why: unknownThing(what, found.known) };
        }
        const { latencyMilliseconds } = request.failure;
        const latencyBy = latencyMilliseconds === undefined ? undefined : await late.by();
        if (latencyMilliseconds !== undefined && latencyBy === undefined) {
          return { kind: 'refused', why: NO_LATENCY };
        }
        const by = latencyBy === undefined ? {} : { latencyBy };
        const failure = { ...request.failure, ...by, cuts: found.cuts };
        const hosts = hostsOf([failure, ...(before === undefined ? [] : [before])]);
        failures.set(what, failure);
        await apply(hosts).catch(async (error: unknown) => {
          if (before === undefined) failures.delete(what);
          else failures.set(what, before);
          await apply(hosts).catch(() => {});
          throw error;
        });
        return { kind: 'done', failure };
      }
      case 'restore': {
        const ended = [...failures.values()].filter(
          ({ what }) => request.what === undefined || request.what === what,
        );
        if (ended.length === 0 && request.what !== undefined) {
          return { kind: 'refused', why: `\`${request.what}\` is not failing` };
        }
        for (const { what } of ended) failures.delete(what);
        await apply(hostsOf(ended));
        return { kind: 'done' };
      }
      case 'signal': {
        const daemon = [...daemons, ...late.daemons].find(
          ({ order }) => order.name === request.process,
        );
        if (daemon === undefined) {
          return { kind: 'refused', why: `no process is called \`${request.process}\`` };
        }
        daemon.signal(request.signal);
        return { kind: 'done' };
      }
      case 'stop':
        ending.ask();
        await ending.over;
        return { kind: 'done' };
    }
  };
}

/** An ordinary user's lab keeps its namespaces' names where only it sees them. */
async function hideRun(): Promise<void> {
  const { code, err } = await runProgram(['mount', '-t', 'tmpfs', '-o', 'mode=755', 'run', '/run']);
  if (code !== 0)
    throw new OperationalError('lab/network', `/run cannot be covered: ${err.trim()}`);
}

function faultOf(error: unknown): Fault {
  if (!(error instanceof OperationalError)) {
    return { code: 'lab/network', message: error instanceof Error ? error.message : String(error) };
  }
  const { code, message, hint } = error;
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}

/** Whoever started it may be gone. */
function tell(word: SupervisorWord): void {
  try {
    writeSync(REPORT_DESCRIPTOR, `${JSON.stringify(word)}\n`);
  } catch {
    // Nobody listens: the state of the lab is in its folder.
  }
}
