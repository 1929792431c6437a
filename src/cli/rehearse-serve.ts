import { DEPLOYMENT_DOOR } from '../rehearse/deployments/index.ts';
import {
  askEndpoint,
  endpointVariables,
  exportLines,
  extensionDirectory,
  installedExtensions,
  type Json,
  resetEndpoint,
  startEndpoint,
} from '../rehearse/index.ts';
import { PROVIDERS } from '../rehearse/providers/index.ts';
import { count, safe } from '../report/style.ts';
import { type ExitCode, InputError } from './exit-code.ts';
import { reportBug } from './rehearse-bug.ts';
import { writeText } from './write-output.ts';

interface Place {
  readonly directory: string;
}

export interface ServeOptions extends Place {
  readonly polls: number;
  readonly port?: number;
  readonly subscription?: string;
  readonly subscriptionName?: string;
  readonly tenant?: string;
}

/** Until SIGINT or SIGTERM. The variables go to the output stream alone, so that a shell can take them. */
export async function serveCommand(options: ServeOptions): Promise<ExitCode> {
  const { port, subscription, subscriptionName, tenant } = options;
  const extensions = extensionDirectory(process.env);
  const endpoint = await startEndpoint({
    directory: options.directory,
    behaviours: PROVIDERS,
    deployments: DEPLOYMENT_DOOR,
    polls: options.polls,
    extensions: installedExtensions(extensions),
    ...(port === undefined ? {} : { port }),
    ...(subscription === undefined ? {} : { subscriptionId: subscription }),
    ...(subscriptionName === undefined ? {} : { subscriptionName }),
    ...(tenant === undefined ? {} : { tenantId: tenant }),
    onBug: reportBug,
  });
  const { directory, origin, identity, arm } = endpoint;
  const stopped = new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => done());
  });
  process.stdout.write(exportLines(endpointVariables(directory, origin, identity, extensions)));
  const recorded = count(arm.provider.store.size(), 'resource');
  process.stderr.write(
    `${origin} answers for subscription ${identity.subscriptionId}; ${recorded} recorded. Ctrl-C ends it.\n`,
  );
  await stopped;
  await endpoint.close();
  return 0;
}

export async function statusCommand(
  options: Place & { readonly format: 'text' | 'json' },
): Promise<ExitCode> {
  const asked = await askEndpoint(options.directory, 'status', PROVIDERS);
  if (options.format === 'json') {
    const json =
      asked === undefined
        ? { isRunning: false, resources: {} }
        : { isRunning: asked.isRunning, ...(asked.json as object) };
    process.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
    return 0;
  }
  if (asked === undefined) {
    process.stdout.write('nothing is recorded, and no endpoint runs here\n');
    return 0;
  }
  process.stdout.write(statusText(asked.isRunning, asked.json));
  return 0;
}

function statusText(isRunning: boolean, json: Json): string {
  const status = json as {
    readonly resources: Readonly<Record<string, number>>;
    readonly notModelled: Readonly<Record<string, number>>;
    readonly requests: number;
    readonly last: string | null;
  };
  const types = Object.entries(status.resources);
  const lines = [
    isRunning ? 'the endpoint runs' : 'the endpoint does not run',
    `${count(status.requests, 'request')}${status.last === null ? '' : `, the last at ${status.last}`}`,
    ...types.map(
      ([type, number]) =>
        `${String(number).padStart(6)} ${safe(type)}${type in status.notModelled ? '   not modelled' : ''}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

export async function exportCommand(
  options: Place & { readonly output?: string },
): Promise<ExitCode> {
  const asked = await askEndpoint(options.directory, 'export', PROVIDERS);
  if (asked === undefined) {
    throw new InputError(
      `nothing is recorded in \`${options.directory}\``,
      'sallyport rehearse -- ./deploy.sh records',
    );
  }
  const text = `${JSON.stringify(asked.json, null, 2)}\n`;
  if (options.output === undefined) process.stdout.write(text);
  else await writeText(options.output, text);
  return 0;
}

export async function resetCommand({ directory }: Place): Promise<ExitCode> {
  const was = await resetEndpoint(directory);
  process.stderr.write(was ? 'forgotten\n' : 'there was nothing to forget\n');
  return 0;
}
