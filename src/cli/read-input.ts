import { type Diagnostic, OperationalError } from '../diagnostics/index.ts';
import { importPaths } from '../importers/index.ts';
import { type FileSystem, isoDay, loadDatasets, nodeFileSystem, systemClock } from '../io/index.ts';
import {
  clustersOf,
  type Perimeter,
  readPerimeter,
  type Snapshot,
  viewOfCluster,
} from '../model/index.ts';
import { deriveNetwork, type Network } from '../network/index.ts';
import type { Configuration } from '../questions/check/index.ts';
import { diagnosticsByCode } from '../report/diagnostic-text.ts';
import { count } from '../report/style.ts';
import { clusterNamed } from './cluster-views.ts';
import { InputError } from './exit-code.ts';
import type { InputOptions } from './input-options.ts';
import { readConfiguration } from './read-configuration.ts';
import type { Output } from './terminal.ts';

/** A snapshot, and everything that was said while it was made. */
export interface ReadSnapshot {
  readonly snapshot: Snapshot;
  readonly configuration: Configuration;
  readonly perimeter: Perimeter;
  /** About the settings first, then about data files, then about the input. */
  readonly diagnostics: readonly Diagnostic[];
  /** The settings are not what somebody meant: what is said below may be judged by the wrong ones. */
  readonly isMisconfigured: boolean;
}

export interface Input extends ReadSnapshot {
  readonly network: Network;
  readonly asOf: string;
}

/**
 * Paths to a derived network.
 * @throws InputError when nothing at all was recognised: whatever a question then answered, it would mislead
 */
export async function readInput(
  paths: readonly string[],
  options: InputOptions,
  output: Output,
  files: FileSystem = nodeFileSystem(),
): Promise<Input> {
  const read = await readSnapshot(paths, options, output, files);
  refuseEmpty(read, paths, output);
  return {
    ...read,
    network: deriveNetwork(read.perimeter),
    asOf: options.asOf ?? isoDay(systemClock.now()),
  };
}

/** @throws InputError for a cluster that is none, and for a path that gives it nothing */
function chosenView(whole: Snapshot, { objectsOf = {}, cluster }: InputOptions): Snapshot {
  for (const name of Object.keys(objectsOf)) {
    // Manifests may be read apart from the clusters that run them.
    if (clustersOf(whole).length > 0) clusterNamed(whole, name);
    refuseEmptyHanded(whole, name);
  }
  return cluster === undefined ? whole : viewOfCluster(whole, clusterNamed(whole, cluster));
}

/** A misspelt path would give its objects to each cluster. */
function refuseEmptyHanded({ objects }: Snapshot, name: string): void {
  const wanted = name.toLowerCase();
  if ([...objects.values()].some(({ cluster }) => cluster === wanted)) return;
  throw new InputError(
    `no Kubernetes object was read below the paths of \`--objects-of ${name}=…\``,
    'paths are written as they are named after the command: sallyport import PATH lists them',
  );
}

/**
 * Says what is wrong with files of which nothing was recognised.
 * @throws InputError when that is all of them
 */
export function refuseEmpty(
  { snapshot, diagnostics }: ReadSnapshot,
  paths: readonly string[],
  output: Output,
): void {
  if (!isEmpty(snapshot)) return;
  output.done();
  for (const line of diagnosticsByCode(diagnostics, true, output.style)) output.err(`${line}\n`);
  throw new InputError(
    nothingToRead(snapshot, paths),
    'sallyport import PATH says what became of each file',
  );
}

export function isEmpty(snapshot: Snapshot): boolean {
  return snapshot.resources.size === 0 && snapshot.objects.size === 0;
}

export function nothingToRead(snapshot: Snapshot, paths: readonly string[]): string {
  const looked = count(snapshot.files.length, 'file');
  return `nothing to read in ${paths.join(' ')}: ${looked} looked at, no ARM template, Bicep, Terraform (source, plan or state), Azure export, Kubernetes manifest or page of intent understood`;
}

export async function readSnapshot(
  paths: readonly string[],
  options: InputOptions,
  output: Output,
  files: FileSystem = nodeFileSystem(),
): Promise<ReadSnapshot> {
  // A misspelt path is told before anything else is read.
  for (const path of paths) await statOf(files, path);
  const configuration = await readConfiguration(files, paths, options.config);
  const datasets = await loadDatasets({
    ...(options.serviceTags === undefined ? {} : { serviceTags: options.serviceTags }),
    ...(options.fqdnTags === undefined ? {} : { fqdnTags: options.fqdnTags }),
    ...(options.requiredEgress === undefined ? {} : { requiredEgress: options.requiredEgress }),
    ...(options.privateDnsZones === undefined ? {} : { privateDnsZones: options.privateDnsZones }),
    ...(options.threatList === undefined ? {} : { threatList: options.threatList }),
  });
  const unusable = datasets.diagnostics.find(({ severity }) => severity === 'error');
  if (unusable !== undefined) {
    throw new InputError(unusable.message, 'leave the option out to use the bundled list');
  }
  const whole = await importPaths(
    files,
    paths,
    {
      ...(options.parameters === undefined ? {} : { parameterFiles: options.parameters }),
      parameters: { ...asText(configuration.value.parameters), ...options.param },
      assumptions: { ...configuration.value.assume, ...options.assume },
      ...(options.location === undefined ? {} : { location: options.location }),
      ...(options.resourceGroup === undefined ? {} : { resourceGroup: options.resourceGroup }),
      ...(options.subscription === undefined ? {} : { subscriptionId: options.subscription }),
      today: options.asOf ?? isoDay(systemClock.now()),
      ...(options.objectsOf === undefined ? {} : { objectsOf: options.objectsOf }),
      ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
      onProgress: ({ done, total, file }) => output.progress(`reading ${done}/${total} ${file}`),
    },
    datasets.value,
  );
  output.progress('reading resources…');
  const snapshot = isEmpty(whole) ? whole : chosenView(whole, options);
  const perimeter = readPerimeter(snapshot);
  return {
    snapshot,
    configuration: configuration.value,
    perimeter,
    diagnostics: [...configuration.diagnostics, ...datasets.diagnostics, ...perimeter.diagnostics],
    isMisconfigured: configuration.diagnostics.some(({ severity }) => severity === 'error'),
  };
}

async function statOf(files: ReturnType<typeof nodeFileSystem>, path: string): Promise<void> {
  try {
    await files.stat(path);
  } catch (error) {
    if (error instanceof OperationalError && error.code === 'file/not-found') {
      throw new InputError(error.message, 'name a folder or a file; `.` is the current folder');
    }
    throw error;
  }
}

/** Parameters as the command line has them: text that may be JSON. */
function asText(parameters: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, JSON.stringify(value)]),
  );
}
