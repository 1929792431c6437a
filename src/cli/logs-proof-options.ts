import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from './exit-code.ts';
import { questionOptions, whole } from './logs-question-options.ts';

type Finish = (code: ExitCode) => void;

/** Logs and proof together, below `logs`. */
export function addLogsProof(program: Command, finish: Finish): void {
  const logs = program.commands.find((one) => one.name() === 'logs');
  if (logs === undefined) return;
  addVerify(logs, finish);
  addTighten(logs, finish);
  addLearn(logs, finish);
  addAlerts(logs, finish);
}

function proofCommand(logs: Command, name: string, description: string): Command {
  return questionOptions(
    logs
      .command(name)
      .argument('[path...]', 'folders and files of logs (default: ask the store)', [])
      .description(description),
  ).option('--firewall <name>', 'which one, where the perimeter has several');
}

function addVerify(logs: Command, finish: Finish): void {
  proofCommand(
    logs,
    'verify',
    'replay every logged decision through the model: where they differ, the input is not what runs',
  )
    .addHelpText(
      'after',
      `
Kinds
  allowed-denied  the firewall allowed it, the model denies it
  denied-allowed  the firewall denied it, the model allows it
  other-target    translated to another place than the model says
  not-that-rule   the rule of the log does not hold it in the input
  renamed         decided alike, by a rule the input does not have
  other-rule      decided alike, by another rule of the input

Examples
  sallyport logs verify insights-logs/ --perimeter .
  sallyport logs verify --perimeter . --last 24h --format json

Exit codes: 0 all that can be told is as the model says; 1 something differs.`,
    )
    .action(async (paths: string[], options) => {
      const { logsVerifyCommand } = await import('./logs-verify-command.ts');
      finish(await logsVerifyCommand(paths, options));
    });
}

function addTighten(logs: Command, finish: Finish): void {
  proofCommand(logs, 'tighten', 'narrow broad rules to what was used, as a proven patch')
    .addOption(days('--days <n>', 'how far back to look (default: 30)'))
    .option('--rule <name>', 'only rules whose name holds this')
    .option('--all', 'also rules that are not broad')
    .option('--policies <file>', 'write network policies for the workloads that were seen')
    .option('--yes', 'write the patch without asking')
    .addHelpText(
      'after',
      `
Shown before anything is written: the patch, what would have been denied in the
window (nothing, or it is not written), what is no longer allowed (proven), and
how far the past speaks for the future.

Examples
  sallyport logs tighten --perimeter .              the patch and its proof
  sallyport logs tighten --perimeter . --rule web --days 90 --yes
  sallyport logs tighten --perimeter . --from 2026-10-01 --to 2026-11-01`,
    )
    .action(async (paths: string[], options) => {
      const { logsTightenCommand } = await import('./logs-tighten-command.ts');
      finish(await logsTightenCommand(paths, options));
    });
}

function addLearn(logs: Command, finish: Finish): void {
  proofCommand(logs, 'learn', 'the first allow-list of a cluster, as ways out of a page of intent')
    .addHelpText(
      'after',
      `
Reads what firewalls let through (also in alert mode), what Hubble saw leave the
pods, and what VNet flow logs saw leave the nodes. Each way out becomes a firewall
rule and a network policy.

Examples
  sallyport logs learn insights-logs/ hubble.json --perimeter . -o egress.yaml`,
    )
    .action(async (paths: string[], options) => {
      const { logsLearnCommand } = await import('./logs-learn-command.ts');
      finish(await logsLearnCommand(paths, options));
    });
}

function addAlerts(logs: Command, finish: Finish): void {
  proofCommand(logs, 'alerts', 'what is worth a message now; or the same rules for Azure Monitor')
    .option('--at <time>', 'as of then (default: the newest record)')
    .option('--webhook <url>', 'send what fired as JSON')
    .addOption(
      new Option('--every <minutes>', 'ask again and again, until you stop it').argParser(whole),
    )
    .addOption(
      new Option('--public-ips <count>', 'of the firewall, for its SNAT ports').argParser(whole),
    )
    .addOption(
      new Option('--emit <what>', 'print the rules instead of asking them').choices(['arm', 'kql']),
    )
    .addHelpText(
      'after',
      `
Rules: denied volume rose, first contact to a new destination, AKS dependency
denied, SNAT above 80 %, threat hit.

Examples
  sallyport logs alerts                                exit code 1 when one fires
  sallyport logs alerts logs/ --every 15 --webhook http://127.0.0.1:9000/
  sallyport logs alerts --emit arm --perimeter . -o alerts.json`,
    )
    .action(async (paths: string[], options) => {
      const { logsAlertsCommand } = await import('./logs-alerts-command.ts');
      finish(await logsAlertsCommand(paths, options));
    });
}

const DAYS_MAX = 3650;

/** A number of days. */
export function days(flags: string, description: string, otherwise?: number): Option {
  const option = new Option(flags, description);
  if (otherwise !== undefined) option.default(otherwise);
  return option.argParser((value: string) => {
    const number = /^\d{1,4}$/.test(value) ? Number(value) : 0;
    if (number < 1 || number > DAYS_MAX) {
      throw new InvalidArgumentError(`Write a number of days from 1 to ${DAYS_MAX}.`);
    }
    return number;
  });
}
