import { drill } from '../lab/probe/index.ts';
import { askLab } from '../lab/run/index.ts';
import { failuresOf } from '../reach/index.ts';
import { drillText } from '../report/drill-text.ts';
import { runningLab } from './chosen-lab.ts';
import { type ExitCode, InputError } from './exit-code.ts';
import { originOf, type ProbeOptions, probeLab } from './lab-probe-command.ts';
import { terminal } from './terminal.ts';
import { styleFor, writeOutput } from './write-output.ts';

/** 0: what broke is what the proof says breaks. 1: it is not, or something did not come back. */
export async function drillCommand(
  what: string,
  paths: readonly string[],
  options: ProbeOptions,
): Promise<ExitCode> {
  const output = terminal(options);
  const lab = await runningLab(options);
  const ask = async (request: Parameters<typeof askLab>[1]): Promise<void> => {
    const reply = await askLab(lab.folder.control, request);
    if (reply?.kind === 'done') return;
    throw new InputError(reply?.kind === 'refused' ? reply.why : 'the lab does not answer');
  };
  // A misspelt name is told before the lab is probed; nothing is left broken by that.
  const failure = { what, lossPercent: 100, cuts: [] };
  await ask({ ask: 'fail', failure });
  await ask({ ask: 'restore', what });
  const from = paths.length > 0 ? paths : originOf(lab);
  const probed = await probeLab(lab, from, options, output, 'allowed');
  const parsed = failuresOf(probed.network, [what]);
  output.progress(`${what} fails…`);
  const report = await drill(probed.network, probed.live, probed.report, {
    what,
    ...(parsed.kind === 'failures' ? { failures: parsed.failures } : {}),
    fail: () => ask({ ask: 'fail', failure }),
    restore: () => ask({ ask: 'restore', what }),
    now: () => performance.now(),
  });
  output.done();
  const text =
    options.format === 'json'
      ? `${JSON.stringify({ schemaVersion: 1, ...report }, null, 2)}\n`
      : drillText(report, styleFor(output, options.output), options.verbose === true);
  await writeOutput(output, options.output, text);
  const isAsProven = report.results.every(({ agrees }) => agrees !== false);
  return isAsProven && report.notRestored.length === 0 ? 0 : 1;
}
