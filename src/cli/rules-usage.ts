import type { Diagnostic } from '../diagnostics/index.ts';
import { ruleUsage } from '../evidence/index.ts';
import { diagnosticLines } from '../report/diagnostic-text.ts';
import { formatLogs } from '../report/logs-format.ts';
import { usagePage } from '../report/logs-usage-page.ts';
import { type ExitCode, InputError } from './exit-code.ts';
import { signsOf } from './logs-question-command.ts';
import { openLogs } from './open-logs.ts';
import type { Input } from './read-input.ts';
import type { RulesOptions } from './rules-command.ts';
import type { Output } from './terminal.ts';
import { styleFor, writeOutput } from './write-output.ts';

const ROWS_MAX = 30;

/**
 * `rules --logs`: which rules of each firewall were used, beside what the rules say of each other. A path that ends in `.duckdb` is a
 * store. 0: every rule was used. 1: some were not, or that cannot be told.
 */
export async function rulesUsage(
  input: Input,
  paths: readonly string[],
  options: RulesOptions,
  output: Output,
): Promise<ExitCode> {
  const wanted = (options.for ?? '').toLowerCase();
  const all = [...input.network.firewalls.values()];
  const firewalls = all.filter(({ firewall }) => firewall.name.toLowerCase().includes(wanted));
  if (firewalls.length === 0) {
    throw new InputError(
      'no firewall to hold the logs against',
      all.length === 0
        ? 'the input has none'
        : `there is ${all.map(({ firewall }) => firewall.name).join(', ')}`,
    );
  }
  if (firewalls.length > 1 && options.format === 'json') {
    throw new InputError(
      `the input has ${firewalls.length} firewalls, and this output tells of one`,
      `add ${firewalls.map(({ firewall }) => `--for ${firewall.name}`).join(' or ')}`,
    );
  }
  const [store, ...others] = paths.filter((path) => path.endsWith('.duckdb'));
  if (store !== undefined && (others.length > 0 || paths.length > 1)) {
    throw new InputError('`--logs` takes one store, or folders and files of logs');
  }
  const logs = await openLogs(
    store === undefined ? paths : [],
    store === undefined ? {} : { store },
    output,
  );
  try {
    const said: Diagnostic[] = [];
    let isClean = true;
    const texts: string[] = [];
    for (const placement of firewalls) {
      const { name } = placement.firewall;
      output.progress(`rules of ${name}…`);
      const answer = await ruleUsage({
        ...{
          engine: logs.engine,
          network: input.network,
          placement,
          days: options.unusedDays,
          said,
        },
        ...(all.length > 1 ? { firewall: name } : {}),
      });
      isClean &&= answer.rules.every(({ verdict }) => verdict === 'used');
      const page = usagePage(answer, [logs.name], options.verbose === true ? 10_000 : ROWS_MAX);
      const format = options.format;
      texts.push(formatLogs(page, format, styleFor(output, options.output), signsOf({})));
    }
    for (const one of said) output.err(`${diagnosticLines(one, output.style)}\n`);
    await writeOutput(output, options.output, texts.join('\n'));
    return isClean && said.length === 0 ? 0 : 1;
  } finally {
    await logs.close();
  }
}
