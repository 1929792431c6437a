import { verifyLogs } from '../evidence/index.ts';
import { askCompleteness } from '../logs/questions/completeness.ts';
import { diagnosticLines } from '../report/diagnostic-text.ts';
import { formatLogs } from '../report/logs-format.ts';
import { verifyPage } from '../report/logs-verify-page.ts';
import type { ExitCode } from './exit-code.ts';
import { windowOf } from './logs-asking.ts';
import { type LogsProofOptions, loggingFirewall, provenInput } from './logs-proof-input.ts';
import { signsOf } from './logs-question-command.ts';
import { openLogs } from './open-logs.ts';
import { terminal } from './terminal.ts';
import { styleFor, writeOutput } from './write-output.ts';

/** 0: nothing differs. 1: something does, or there was nothing to replay. */
export async function logsVerifyCommand(
  paths: readonly string[],
  options: LogsProofOptions,
): Promise<ExitCode> {
  const output = terminal(options);
  const { network } = await provenInput(options, output);
  const { placement, firewall } = loggingFirewall(network, options.firewall);
  const logs = await openLogs(paths, options, output);
  try {
    const said: Parameters<typeof verifyLogs>[0]['said'] = [];
    const window = await windowOf(logs.engine, options);
    output.progress(`replaying what ${placement.firewall.name} decided…`);
    const answer = await verifyLogs({
      ...{ engine: logs.engine, network, placement, window, said },
      ...(firewall === undefined ? {} : { firewall }),
    });
    const completeness = await askCompleteness(
      logs.engine,
      window,
      ['threat', 'dnat', 'network', 'application'],
      firewall,
    );
    for (const one of said) output.err(`${diagnosticLines(one, output.style)}\n`);
    const scope = [logs.name, `perimeter ${(options.perimeter ?? []).join(' ')}`];
    const page = verifyPage(answer, completeness, scope, options.limit);
    const text = formatLogs(
      page,
      options.format,
      styleFor(output, options.output),
      signsOf(options),
    );
    await writeOutput(output, options.output, text);
    const isWhole = said.length === 0 && answer.records > 0 && !answer.isCut;
    return answer.disagreements.length > 0 || !isWhole ? 1 : 0;
  } finally {
    await logs.close();
  }
}
