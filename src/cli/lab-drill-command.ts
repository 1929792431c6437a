import { drill, undoing } from '../lab/probe/index.ts';
import { askLab, cutsOf, type Failure, type RunPlan, unknownThing } from '../lab/run/index.ts';
import { failuresOf } from '../reach/index.ts';
import { drillText } from '../report/drill-text.ts';
import { brokenNow, type ChosenLab, runningLab } from './chosen-lab.ts';
import { comparable, drilledLab, livingFirst } from './drilled-lab.ts';
import { type ExitCode, InputError } from './exit-code.ts';
import { failureOf, type Harm, harmText } from './lab-fail-command.ts';
import { type ProbeOptions, probeLab } from './lab-probe-command.ts';
import { terminal } from './terminal.ts';
import { untilSignalled } from './until-signalled.ts';
import { styleFor, writeOutput } from './write-output.ts';

/** 0: what broke is what the proof says breaks. 1: it is not, or something did not come back. */
export async function drillCommand(
  what: string,
  paths: readonly string[],
  options: ProbeOptions & Harm,
): Promise<ExitCode> {
  const output = terminal(options);
  const lab = await runningLab(options);
  const ask = async (request: Parameters<typeof askLab>[1]): Promise<Failure | undefined> => {
    const reply = await askLab(lab.folder.control, request);
    if (reply?.kind === 'done') return reply.failure;
    throw new InputError(reply?.kind === 'refused' ? reply.why : 'the lab does not answer');
  };
  const cuts = await cutsThatTell(lab, what);
  const failure = failureOf(what, options);
  const isWhole = failure.lossPercent === 100;
  const standing = undoing();
  const { signal, exitCode } = untilSignalled();
  signal.addEventListener('abort', () => {
    // Nothing is restored where it was not failing yet: that is refused.
    void Promise.allSettled([standing.undoAll(), ask({ ask: 'restore', what })]).finally(() => {
      output.err('given up; nothing stays broken\n');
      process.exit(exitCode());
    });
  });
  const plan = livingFirst(lab.plan, isWhole ? cuts : []);
  const probed = await probeLab(lab, paths, options, output, { standing, only: 'allowed', plan });
  // What is only late is proven as if nothing were wrong with it; of a share that is lost the proof says nothing.
  const failing = isWhole ? [asProven(lab.plan, what)] : [];
  const parsed =
    isWhole || failure.lossPercent === 0 ? failuresOf(probed.network, failing) : undefined;
  output.progress(isWhole ? `${what} fails…` : `${what} is harmed…`);
  let isRestored = false;
  let harm: string | undefined;
  const drilled = drilledLab(probed.live, probed.report, () => isRestored);
  const made = await drill(probed.network, drilled, probed.report, {
    what,
    ...(parsed?.kind === 'failures' ? { failures: parsed.failures } : {}),
    isLate: failure.latencyMilliseconds !== undefined,
    fail: async () => {
      if (signal.aborted) return;
      const done = await ask({ ask: 'fail', failure });
      if (!isWhole) harm = harmText(done ?? failure);
    },
    restore: async () => {
      await ask({ ask: 'restore', what });
      isRestored = true;
    },
    now: () => performance.now(),
  });
  const harmed = harm === undefined ? made : { ...made, harm };
  const report = comparable(harmed, probed.report, lab.plan, isWhole ? cuts : []);
  output.done();
  const text =
    options.format === 'json'
      ? `${JSON.stringify({ schemaVersion: 1, ...report }, null, 2)}\n`
      : drillText(report, styleFor(output, options.output), options.verbose === true);
  await writeOutput(output, options.output, text);
  const isAsProven = report.results.every(({ agrees }) => agrees !== false);
  return isAsProven && report.notRestored.length === 0 ? 0 : 1;
}

/** `firewall/fw-a` of the lab is `fw-a` to the proof. */
function asProven({ ends }: RunPlan, what: string): string {
  const end = ends.find(({ name }) => name === what && /^[a-z-]*(?:firewall|gateway)\//.test(name));
  return end === undefined ? what : end.name.slice(end.name.indexOf('/') + 1);
}

/**
 * A misspelt name is told before anything is tried, and what is broken already would be taken for what the drill broke.
 * @throws InputError
 */
async function cutsThatTell({ plan, folder }: ChosenLab, what: string): Promise<Failure['cuts']> {
  const found = cutsOf(plan, what);
  if (found.kind === 'unknown') throw new InputError(unknownThing(what, found.known));
  const broken = await brokenNow(folder);
  if (broken.length === 0) return found.cuts;
  throw new InputError(
    `something is broken on purpose already: ${broken.join(', ')}`,
    'sallyport lab restore ends it',
  );
}
