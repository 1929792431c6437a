import { type Command, Option } from 'commander';
import type { ImportOptions } from './import-command.ts';

/** What commander hands over for the options below, beside those of `import`. */
export interface LiveImportOptions extends ImportOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cloud: string;
  readonly armEndpoint?: string;
  readonly tenant?: string;
  readonly ca?: string;
}

/** `import` of what is deployed. */
export function liveOptions(command: Command): Command {
  const subscription = command.options.find(({ long }) => long === '--subscription');
  if (subscription !== undefined) {
    subscription.description =
      'without a path: read what is deployed there (ids or names, with commas); else the one templates are deployed to';
  }
  return command
    .optionsGroup('What is deployed, instead of files (docs/live.md):')
    .option('--kubeconfig <file>', 'read the cluster this file leads to, with kubectl')
    .option('--context <name>', 'the context of it (default: the current one)')
    .addOption(
      new Option('--cloud <cloud>', 'the cloud of --subscription')
        .choices(['public', 'usgovernment', 'china'])
        .default('public'),
    )
    .option('--arm-endpoint <url>', 'another Azure Resource Manager')
    .option('--tenant <id>', 'sign in to this tenant')
    .option('--ca <file>', 'trust this authority too (PEM)');
}

/** Options that mean nothing where files are read. `--subscription` means something there too. */
const LIVE_ONLY = ['kubeconfig', 'context', 'armEndpoint', 'tenant', 'ca'] as const;

/** No path was named, and something that is deployed was. Ends with a message when it is both, or half of one. */
export function isLive(command: Command, options: LiveImportOptions): boolean {
  const { subscription, kubeconfig, context } = options;
  const isNamed = command.args.length > 0;
  const given = LIVE_ONLY.find((name) => options[name] !== undefined);
  if (isNamed && given !== undefined) {
    const option = given === 'armEndpoint' ? 'arm-endpoint' : given;
    command.error(
      `error: --${option} is about what is deployed, and a path was named\n  hint: read the one, or the other; \`drift\` compares them`,
    );
  }
  if (isNamed) return false;
  if ([subscription, kubeconfig, context].some((one) => one !== undefined)) return true;
  if (given !== undefined) {
    command.error('error: nothing says what to read\n  hint: --subscription ID, --kubeconfig FILE');
  }
  return false;
}
