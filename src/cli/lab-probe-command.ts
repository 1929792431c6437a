import { isAbsolute, relative } from 'node:path';
import { nodeFileSystem } from '../io/index.ts';
import type { LabPlan } from '../lab/plan/lab-plan.ts';
import {
  chosenOf,
  type ProbeLab,
  type ProbeQuestion,
  type ProbeReport,
  probe,
  probeQuestions,
  type Told,
  type Undoing,
  undoing,
} from '../lab/probe/index.ts';
import { liveLab } from '../lab/probe/live-lab.ts';
import {
  differenceLines,
  folderFault,
  type LabFolder,
  planDifference,
  type RunPlan,
  runPlan,
} from '../lab/run/index.ts';
import type { Network } from '../network/index.ts';
import { CATALOGUE, counting, runChecks } from '../questions/check/index.ts';
import { judgeExpectations } from '../questions/expect/index.ts';
import { answerQuery, type QueryCell } from '../questions/query/index.ts';
import { probeJson } from '../report/probe-json.ts';
import { probeText } from '../report/probe-text.ts';
import { answerTrace } from '../trace/index.ts';
import { brokenNow, type ChosenLab, type LabChoice, runningLab } from './chosen-lab.ts';
import { type ExitCode, InputError } from './exit-code.ts';
import type { InputOptions } from './input-options.ts';
import { planOf, readPinned } from './lab-plan-input.ts';
import { ownProgram } from './own-program.ts';
import { readExpectations } from './read-configuration.ts';
import { type Output, terminal } from './terminal.ts';
import { untilSignalled } from './until-signalled.ts';
import { styleFor, writeOutput } from './write-output.ts';

export interface ProbeOptions extends InputOptions, LabChoice {
  readonly format: 'text' | 'json';
  readonly output?: string;
  readonly sample?: number;
  readonly all?: boolean;
  /** Seconds one connection may take. */
  readonly seconds: number;
}

/** Tried without `--all` and `--sample`. */
const SAMPLE = 300;

/** 0: proof and kernel agree on every flow that was tried and that the proof decides. 1: they do not. */
export async function probeCommand(
  paths: readonly string[],
  options: ProbeOptions,
): Promise<ExitCode> {
  const output = terminal(options);
  const lab = await runningLab(options);
  const broken = await brokenNow(lab.folder);
  if (broken.length > 0) {
    output.err(`broken on purpose: ${broken.join(', ')}; sallyport lab restore ends it\n`);
  }
  const standing = undoing();
  const { signal, exitCode } = untilSignalled();
  signal.addEventListener('abort', () => {
    void standing.undoAll().finally(() => process.exit(exitCode()));
  });
  const { report } = await probeLab(lab, paths, options, output, { standing });
  output.done();
  const text =
    options.format === 'json'
      ? probeJson(report)
      : probeText(report, styleFor(output, options.output), options.verbose === true);
  await writeOutput(output, options.output, text);
  return report.results.every(({ agreement }) => agreement.kind !== 'disagree') ? 0 : 1;
}

/** A probe, with what it was made by: a drill goes on from there. */
export interface Probed {
  readonly network: Network;
  readonly live: ProbeLab;
  readonly report: ProbeReport;
}

export interface ProbeManner {
  /** What stands while it is tried: taken down by whoever gives the probe up. */
  readonly standing: Undoing;
  readonly only?: 'allowed';
  /** The lab's own plan with its ends in another order: of ends alike the first is tried. */
  readonly plan?: RunPlan;
}

/** @param named what to read; nothing: what the lab was made from, and how it was read then */
export async function probeLab(
  lab: ChosenLab,
  named: readonly string[],
  options: ProbeOptions,
  output: Output,
  { standing, only, plan = lab.plan }: ProbeManner,
): Promise<Probed> {
  const paths = named.length > 0 ? named : originOf(lab);
  const asBefore = named.length > 0 ? {} : inputOf(lab);
  const pinned = await readPinned(paths, { ...asBefore, ...options }, output);
  const { perimeter, network, asOf } = pinned;
  tellDifference(lab, planOf(pinned, lab.plan.lab), output);
  output.progress('asking the proof…');
  const context = { perimeter, network, asOf, profile: 'production' } as const;
  const { value: expectations } = await readExpectations(nodeFileSystem(), paths, undefined);
  const expected: QueryCell[] = [];
  judgeExpectations(network, expectations, {
    ask: (from, to) => {
      const asked = answerQuery(network, { from, to });
      expected.push(...asked.answer.cells);
      return asked;
    },
  });
  const told: Told = { findings: counting(runChecks(CATALOGUE, context)), expected };
  const questions = probeQuestions(network, plan, told, (done, total) =>
    output.progress(`asking the proof ${done}/${total}`),
  );
  const wanted = only === 'allowed' ? allowedOf(network, questions) : questions;
  const most = options.all === true ? undefined : (options.sample ?? SAMPLE);
  const chosen = chosenOf(network, plan, wanted, most);
  const live = onFullDisk(
    lab.folder,
    liveLab({
      folder: lab.folder,
      plan,
      undoing: standing,
      entrance: lab.entrance,
      own: ownProgram(),
      timeoutMilliseconds: options.seconds * 1000,
    }),
  );
  const report = await probe(network, live, chosen, {
    now: () => performance.now(),
    onProgress: (done, total) => output.progress(`connecting ${done}/${total}`),
  });
  return { network, live, report };
}

/** What was proven of one perimeter says nothing about the lab of another. */
function tellDifference({ plan }: ChosenLab, now: LabPlan, output: Output): void {
  const [first, ...rest] = differenceLines(planDifference(plan, runPlan(now)));
  if (first === undefined) return;
  const more = rest.length === 0 ? '' : ` and ${rest.length} more`;
  output.err(
    `the lab is not what is read now: ${first}${more}; what disagrees may come from that (sallyport lab reload)\n`,
  );
}

/** What is to be tried goes through files of the lab's folder. */
function onFullDisk(folder: LabFolder, live: ProbeLab): ProbeLab {
  return {
    ...live,
    attempt: (...asked) =>
      live.attempt(...asked).catch((error: unknown) => {
        throw folderFault(error, folder);
      }),
  };
}

/** What a failure can break: flows that are proven to arrive. */
function allowedOf(
  network: Network,
  questions: readonly ProbeQuestion[],
): readonly ProbeQuestion[] {
  return questions.filter(({ from, to, protocol }) => {
    const { traces } = answerTrace(network, { from, to, protocol, isVerdictOnly: true });
    return traces.length > 0 && traces.every(({ answer }) => answer === 'allowed');
  });
}

/** The folders the lab was made from, as short as they can be said. */
export function originOf({ state, folder }: ChosenLab): readonly string[] {
  if (state.origin.length === 0 || state.input?.['plan'] !== undefined) {
    throw new InputError(
      `lab \`${folder.lab}\` was made from a plan, not from a folder`,
      'name the folder: sallyport lab probe PATH',
    );
  }
  return state.origin.map(shortened);
}

/** How it was read then; the paths of objects are named as those they lie below. */
function inputOf({ state }: ChosenLab): InputOptions {
  const { objectsOf, ...input } = (state.input ?? {}) as InputOptions;
  if (objectsOf === undefined) return input;
  const byCluster = Object.entries(objectsOf).map(([name, some]) => [name, some.map(shortened)]);
  return { ...input, objectsOf: Object.fromEntries(byCluster) };
}

function shortened(path: string): string {
  const short = relative(process.cwd(), path);
  return isAbsolute(short) || short.startsWith('..') ? path : short || '.';
}
