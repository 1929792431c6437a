import type { Diagnostic } from '../diagnostics/index.ts';
import { importPaths } from '../importers/index.ts';
import { isoDay, loadDatasets, nodeFileSystem, systemClock } from '../io/index.ts';
import { type Perimeter, readPerimeter, type Snapshot } from '../model/index.ts';
import { deriveNetwork, type Network } from '../network/index.ts';
import { InputError } from './exit-code.ts';
import type { Output } from './terminal.ts';

/** What commander hands over for `inputOptions`. */
export interface InputOptions {
  readonly parameters?: readonly string[];
  readonly param?: Readonly<Record<string, string>>;
  readonly assume?: Readonly<Record<string, string>>;
  readonly location?: string;
  readonly resourceGroup?: string;
  readonly subscription?: string;
  readonly serviceTags?: string;
  readonly threatList?: string;
  readonly asOf?: string;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
  readonly color?: boolean;
}

export interface Input {
  readonly snapshot: Snapshot;
  readonly perimeter: Perimeter;
  readonly network: Network;
  readonly diagnostics: readonly Diagnostic[];
  readonly asOf: string;
}

/** Paths to a derived network. Nothing recognised at all is the person's mistake, and said so. */
export async function readInput(
  paths: readonly string[],
  options: InputOptions,
  output: Output,
): Promise<Input> {
  const { snapshot, dataDiagnostics } = await readSnapshot(paths, options, output);
  output.progress('reading resources…');
  const perimeter = readPerimeter(snapshot);
  if (snapshot.resources.size === 0 && snapshot.objects.size === 0) {
    const looked = snapshot.files.length;
    throw new InputError(
      `nothing to read in ${paths.join(' ')}: ${looked} ${looked === 1 ? 'file' : 'files'} looked at, none an ARM template, an Azure export or a Kubernetes manifest`,
      'sallyport import PATH says what became of each file',
    );
  }
  return {
    snapshot,
    perimeter,
    network: deriveNetwork(perimeter),
    diagnostics: [...dataDiagnostics, ...perimeter.diagnostics],
    asOf: options.asOf ?? isoDay(systemClock.now()),
  };
}

export async function readSnapshot(
  paths: readonly string[],
  options: InputOptions,
  output: Output,
): Promise<{ readonly snapshot: Snapshot; readonly dataDiagnostics: readonly Diagnostic[] }> {
  const datasets = await loadDatasets({
    ...(options.serviceTags === undefined ? {} : { serviceTags: options.serviceTags }),
    ...(options.threatList === undefined ? {} : { threatList: options.threatList }),
  });
  const snapshot = await importPaths(
    nodeFileSystem(),
    paths,
    {
      ...(options.parameters === undefined ? {} : { parameterFiles: options.parameters }),
      ...(options.param === undefined ? {} : { parameters: options.param }),
      ...(options.assume === undefined ? {} : { assumptions: options.assume }),
      ...(options.location === undefined ? {} : { location: options.location }),
      ...(options.resourceGroup === undefined ? {} : { resourceGroup: options.resourceGroup }),
      ...(options.subscription === undefined ? {} : { subscriptionId: options.subscription }),
      progress: (text: string) => output.progress(text),
    },
    datasets.value,
  );
  return { snapshot, dataDiagnostics: datasets.diagnostics };
}
