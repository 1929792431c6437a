import type { Diagnostic } from '../diagnostics/index.ts';
import type { SnapshotPart } from '../importers/index.ts';
import { isoDay, loadDatasets, nodeFileSystem, systemClock } from '../io/index.ts';
import { readPerimeter, type Snapshot } from '../model/index.ts';
import { deriveNetwork } from '../network/index.ts';
import {
  CATALOGUE,
  type CheckReport,
  holds,
  mergeReports,
  runChecks,
} from '../questions/check/index.ts';
import { expectationChecks } from '../questions/expect/index.ts';
import { DEPLOYMENT_DOOR } from '../rehearse/deployments/index.ts';
import {
  type Endpoint,
  endpointVariables,
  extensionDirectory,
  installedExtensions,
  notModelled,
  recordedSnapshot,
  remarksOn,
  runScript,
  scriptEnvironment,
  scriptOf,
  startEndpoint,
} from '../rehearse/index.ts';
import { PROVIDERS } from '../rehearse/providers/index.ts';
import { checkHead } from '../report/check-head.ts';
import type { RehearsalSummary } from '../report/rehearsal-text.ts';
import { count } from '../report/style.ts';
import { viewsOf } from './cluster-views.ts';
import { type ExitCode, InputError } from './exit-code.ts';
import type { InputOptions } from './input-options.ts';
import { readConfiguration, readExpectations } from './read-configuration.ts';
import { readSnapshot } from './read-input.ts';
import { reportBug } from './rehearse-bug.ts';
import { type Output, terminal } from './terminal.ts';
import { styleFor, writeOutput } from './write-output.ts';

export interface RehearseOptions extends InputOptions {
  readonly format: 'text' | 'json';
  readonly output?: string;
  readonly directory: string;
  readonly polls: number;
  readonly fresh?: boolean;
  readonly check: boolean;
  readonly with?: readonly string[];
}

/**
 * The script, the summary, the check. 0: the script succeeded and what it made holds. 1: the script failed, was refused something, or a
 * finding remains. 2: there is nothing to check. 3: the world failed.
 */
export async function rehearseCommand(
  command: readonly string[],
  options: RehearseOptions,
  version: string,
): Promise<ExitCode> {
  if (command.length === 0) {
    throw new InputError('no script was named', 'sallyport rehearse -- ./deploy.sh');
  }
  const output = terminal(options);
  const extensions = extensionDirectory(process.env);
  let bugs = 0;
  const endpoint = await startEndpoint({
    directory: options.directory,
    behaviours: PROVIDERS,
    deployments: DEPLOYMENT_DOOR,
    polls: options.polls,
    extensions: installedExtensions(extensions),
    ...(options.subscription === undefined ? {} : { subscriptionId: options.subscription }),
    onBug: (error, entry) => {
      bugs += 1;
      reportBug(error, entry);
    },
  });
  try {
    const { directory, origin, identity, arm } = endpoint;
    if (options.fresh === true) arm.reset();
    greet(output, endpoint);
    const first = (arm.journal().at(-1)?.seq ?? 0) + 1;
    const env = scriptEnvironment(
      process.env,
      endpointVariables(directory, origin, identity, extensions),
    );
    const out = options.format === 'json' && options.output === undefined ? 2 : 'inherit';
    const outcome = await runScript(command, env, {
      out,
      err: (text) => process.stderr.write(text),
    });
    const code = await report({ endpoint, command, options, version, output, first, ...outcome });
    return bugs > 0 ? 70 : code;
  } finally {
    await endpoint.close();
  }
}

function greet(output: Output, { arm }: Endpoint): void {
  const before = arm.provider.store.size();
  if (before === 0) return;
  output.err(
    `starting from ${count(before, 'resource')} of an earlier rehearsal; --fresh forgets them\n`,
  );
}

interface Rehearsed {
  readonly endpoint: Endpoint;
  readonly command: readonly string[];
  readonly options: RehearseOptions;
  readonly version: string;
  readonly output: Output;
  /** Number of the first request of this run. */
  readonly first: number;
  readonly exitCode: number;
  readonly errors: string;
}

async function report(rehearsed: Rehearsed): Promise<ExitCode> {
  const { endpoint, command, options, output, first, exitCode, errors } = rehearsed;
  const { arm } = endpoint;
  const found = scriptOf(command);
  const script = found?.script;
  const journal = arm.journal().filter(({ seq }) => seq >= first);
  const remarks = remarksOn({
    ...(script === undefined ? {} : { script }),
    text: found?.text ?? '',
    errors,
    journal,
  });
  const summary: RehearsalSummary = {
    command,
    exitCode,
    commands: new Set(journal.flatMap((entry) => (entry.command === '' ? [] : [entry.session])))
      .size,
    requests: journal.length,
    resources: arm.provider.store.size(),
    notModelled: Object.fromEntries(notModelled(arm)),
    wasCleanedUp: arm.buried().some(({ by }) => by >= first),
    remarks,
  };
  const datasets = await loadDatasets({});
  const snapshot = recordedSnapshot(
    arm,
    datasets.value,
    { buriedFrom: first, ...(script === undefined ? {} : { script }) },
    await otherParts(options, output),
  );
  const checked = options.check ? await checkRecorded(snapshot, rehearsed) : undefined;
  await writeOutput(output, options.output, await reportText(summary, checked, rehearsed));
  // A script that only takes away leaves nothing to check, and need not.
  const isDone = !options.check && journal.length > 0;
  if (snapshot.resources.size === 0 && !isDone) return exitCode === 0 ? 2 : 1;
  const isRefused = remarks.some(({ severity }) => severity === 'error');
  const holdsAll = checked === undefined || holds(checked.report);
  return exitCode === 0 && !isRefused && holdsAll ? 0 : 1;
}

/** What a person runs or keeps beside the script: manifests that `kubectl apply` would have sent. */
async function otherParts(
  options: RehearseOptions,
  output: Output,
): Promise<readonly SnapshotPart[]> {
  if (options.with === undefined) return [];
  const { cluster: _, ...reading } = options;
  const { snapshot } = await readSnapshot(options.with, reading, output);
  const { resources, objects, diagnostics, gaps, isTold } = snapshot;
  const part = { resources: [...resources.values()], objects: [...objects.values()] };
  return [{ ...part, diagnostics, gaps, ...(isTold === undefined ? {} : { isTold }) }];
}

interface Checked {
  readonly report: CheckReport;
  readonly diagnostics: readonly Diagnostic[];
  readonly snapshot: Snapshot;
  readonly network: ReturnType<typeof deriveNetwork>;
  readonly asOf: string;
}

/** With the settings and the expectations of the current folder. `undefined` when nothing was recorded. */
async function checkRecorded(
  snapshot: Snapshot,
  { options, output }: Rehearsed,
): Promise<Checked | undefined> {
  if (snapshot.resources.size === 0) return undefined;
  const files = nodeFileSystem();
  const configuration = await readConfiguration(files, ['.'], options.config);
  const expected = await readExpectations(files, ['.'], undefined);
  const perimeter = readPerimeter(snapshot);
  const network = deriveNetwork(perimeter);
  const asOf = options.asOf ?? isoDay(systemClock.now());
  const profile = configuration.value.profile ?? 'production';
  const report = mergeReports(
    viewsOf({ snapshot, perimeter, network }).map(({ cluster, input }) => ({
      cluster,
      report: runChecks(
        [...CATALOGUE, ...expectationChecks(expected.value)],
        { perimeter: input.perimeter, network: input.network, asOf, profile },
        { suppressions: configuration.value.suppressions },
        (done, total) => output.progress(`checking ${done}/${total}`),
      ),
    })),
  );
  const diagnostics = [
    ...configuration.diagnostics,
    ...expected.diagnostics,
    ...perimeter.diagnostics,
  ];
  return { report, diagnostics, snapshot, network, asOf };
}

async function reportText(
  summary: RehearsalSummary,
  checked: Checked | undefined,
  { options, output, version, command }: Rehearsed,
): Promise<string> {
  const style = styleFor(output, options.output);
  const head =
    checked === undefined
      ? undefined
      : checkHead(checked.network, [command.join(' ')], version, checked.asOf);
  if (options.format === 'json') {
    const { rehearsalJson } = await import('../report/rehearsal-json.ts');
    const { checkJson } = await import('../report/check-json.ts');
    const check =
      checked === undefined || head === undefined
        ? undefined
        : checkJson(head, checked.report, checked.diagnostics, checked.network.perimeter.gaps);
    return rehearsalJson(summary, check);
  }
  const { rehearsalText } = await import('../report/rehearsal-text.ts');
  const { checkText } = await import('../report/check-text.ts');
  const text = rehearsalText(summary, style);
  if (checked === undefined || head === undefined) return text;
  const { report, diagnostics, network } = checked;
  const { gaps } = network.perimeter;
  const verbose = options.verbose === true;
  return `${text}\n${checkText({ head, report, diagnostics, gaps, verbose }, style)}`;
}
