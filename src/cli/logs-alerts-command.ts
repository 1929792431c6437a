import {
  ALERT_LIMITS,
  type AlertsAnswer,
  alertKql,
  alertRules,
  alertTemplate,
  runAlerts,
} from '../evidence/index.ts';
import { alertsPage } from '../report/logs-alerts-page.ts';
import { formatLogs } from '../report/logs-format.ts';
import { logsJson } from '../report/logs-json.ts';
import { type ExitCode, InputError } from './exit-code.ts';
import { typedTime } from './log-time.ts';
import { askingOf } from './logs-asking.ts';
import type { LogsProofOptions } from './logs-proof-input.ts';
import { signsOf } from './logs-question-command.ts';
import { openLogs } from './open-logs.ts';
import { postJson } from './post-json.ts';
import { terminal } from './terminal.ts';
import { styleFor, writeOutput } from './write-output.ts';

export interface LogsAlertsOptions extends LogsProofOptions {
  readonly at?: string;
  readonly webhook?: string;
  readonly every?: number;
  readonly publicIps?: number;
  readonly emit?: 'arm' | 'kql';
}

/** 0: quiet. 1: something fired, or could not be told. */
export async function logsAlertsCommand(
  paths: readonly string[],
  options: LogsAlertsOptions,
): Promise<ExitCode> {
  const output = terminal(options);
  const other = (['from', 'to', 'last'] as const).find((one) => options[one] !== undefined);
  if (other !== undefined) {
    throw new InputError(
      `\`--${other}\` is not for alerts: each rule has a window of its own`,
      '`--at` says as of when they are asked',
    );
  }
  if (options.emit !== undefined) return await emitted(options, options.emit);
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  process.once('SIGINT', stop);
  try {
    for (;;) {
      const { answer, text, json } = await asked(paths, options);
      await writeOutput(output, options.output, text);
      const hasFired = answer.outcomes.some(({ state }) => state === 'fired');
      if (hasFired && options.webhook !== undefined) await postJson(options.webhook, json);
      if (options.every === undefined) {
        const isOpen = answer.outcomes.some(({ state }) => state === 'unknown');
        return hasFired || isOpen ? 1 : 0;
      }
      await waited(options.every * 60_000, stopped.signal);
      if (stopped.signal.aborted) return 0;
    }
  } finally {
    process.off('SIGINT', stop);
  }
}

async function asked(
  paths: readonly string[],
  options: LogsAlertsOptions,
): Promise<{ readonly answer: AlertsAnswer; readonly text: string; readonly json: string }> {
  const output = terminal(options);
  const at = options.at === undefined ? undefined : typedTime('--at', options.at);
  const logs = await openLogs(paths, options, output);
  try {
    const { network, datasets, said } = await askingOf(logs.engine, options, output);
    const rules = alertRules(network, datasets, limitsOf(options));
    const answer = await runAlerts(logs.engine, rules, at, said);
    const page = alertsPage(answer, [logs.name]);
    const style = styleFor(output, options.output);
    return {
      answer,
      text: formatLogs(page, options.format, style, signsOf(options)),
      json: logsJson(page),
    };
  } finally {
    await logs.close();
  }
}

function limitsOf({ publicIps }: LogsAlertsOptions) {
  return publicIps === undefined ? ALERT_LIMITS : { ...ALERT_LIMITS, publicAddresses: publicIps };
}

/** No log is needed for rules that somebody else asks. */
async function emitted(options: LogsAlertsOptions, what: 'arm' | 'kql'): Promise<ExitCode> {
  const output = terminal(options);
  const silent = { name: 'none', run: async () => ({ rows: [], diagnostics: [] }), close() {} };
  const { network, datasets } = await askingOf(silent, options, output);
  const rules = alertRules(network, datasets, limitsOf(options));
  const text =
    what === 'arm'
      ? `${JSON.stringify(alertTemplate(rules), undefined, 2)}\n`
      : rules
          .map((rule) => `// ${rule.title}: ${rule.description}\n${alertKql(rule)}\n`)
          .join('\n');
  await writeOutput(output, options.output, text);
  return 0;
}

function waited(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
