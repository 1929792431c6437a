import { learn } from '../evidence/index.ts';
import { learnedYaml } from '../report/learned-yaml.ts';
import type { ExitCode } from './exit-code.ts';
import { InputError } from './exit-code.ts';
import { askingOf } from './logs-asking.ts';
import type { LogsProofOptions } from './logs-proof-input.ts';
import { openLogs } from './open-logs.ts';
import { terminal } from './terminal.ts';
import { writeOutput } from './write-output.ts';

/** 0: there is an allow-list to read. 1: nothing was seen that could go into one. */
export async function logsLearnCommand(
  paths: readonly string[],
  options: LogsProofOptions,
): Promise<ExitCode> {
  const output = terminal(options);
  const logs = await openLogs(paths, options, output);
  try {
    const asking = await askingOf(logs.engine, options, output);
    const { network } = asking;
    if (network === undefined) {
      throw new InputError(
        'no perimeter to know pods and networks by',
        'name the folder with `--perimeter .`',
      );
    }
    const answer = await learn({
      ...{ engine: logs.engine, network, locate: asking.locate, window: asking.window },
      said: asking.said,
      ...(options.firewall === undefined ? {} : { firewall: options.firewall }),
    });
    const text =
      options.format === 'json' ? `${JSON.stringify(answer, undefined, 1)}\n` : learnedYaml(answer);
    await writeOutput(output, options.output, text);
    return answer.egress.length === 0 || asking.said.length > 0 ? 1 : 0;
  } finally {
    await logs.close();
  }
}
