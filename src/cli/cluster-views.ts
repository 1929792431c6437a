import {
  type AzureResource,
  clustersNamed,
  clustersOf,
  clustersToldApart,
  type Perimeter,
  readPerimeter,
  type Snapshot,
  viewOfCluster,
} from '../model/index.ts';
import { deriveNetwork, type Network } from '../network/index.ts';
import { paint, safe } from '../report/style.ts';
import { type ExitCode, InputError } from './exit-code.ts';
import type { Input } from './read-input.ts';
import type { Output } from './terminal.ts';

/** What answers are made of. */
export interface Viewed {
  readonly snapshot: Snapshot;
  readonly perimeter: Perimeter;
  readonly network: Network;
}

/** The input as one of its clusters has it. */
export interface ClusterInput<T extends Viewed> {
  readonly cluster: string;
  readonly input: T;
}

/** One per cluster where the input says which runs what and nobody chose one; else the input as it is. */
export function viewsOf<T extends Viewed>(input: T): readonly ClusterInput<T>[] {
  const { snapshot } = input;
  const apart = snapshot.home === undefined ? clustersToldApart(snapshot) : [];
  if (apart.length === 0) return [{ cluster: '', input }];
  return apart.map((cluster) => ({ cluster: cluster.name, input: viewedBy(input, cluster) }));
}

function viewedBy<T extends Viewed>(input: T, cluster: AzureResource): T {
  const perimeter = readPerimeter(viewOfCluster(input.snapshot, cluster));
  const { snapshot } = perimeter;
  return { ...input, snapshot, perimeter, network: deriveNetwork(perimeter) };
}

/**
 * The cluster that `--cluster`, or a question, names.
 * @throws InputError that lists the clusters there are
 */
export function clusterNamed(snapshot: Snapshot, name: string): AzureResource {
  const found = clustersNamed(snapshot, name);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const known = (found.length > 1 ? found.map(({ id }) => id) : namesOf(snapshot)).join(', ');
  throw new InputError(
    found.length > 1
      ? `\`${name}\` names ${found.length} clusters of the input`
      : `no cluster of the input is named \`${name}\``,
    known === '' ? 'the input holds no cluster resource' : `there is ${known}`,
  );
}

function namesOf(snapshot: Snapshot): readonly string[] {
  return clustersOf(snapshot).map((one) => one.name);
}

/**
 * Runs a command for each cluster, one below the other. The worst outcome counts.
 * @throws InputError where the format tells of one cluster only
 */
export async function eachCluster(
  input: Input,
  output: Output,
  isText: boolean,
  run: (input: Input) => Promise<ExitCode>,
): Promise<ExitCode> {
  const views = viewsOf(input);
  const [first] = views;
  if (first !== undefined && views.length === 1) return await run(first.input);
  if (!isText) {
    throw new InputError(
      `the input has ${views.length} clusters, and this output tells of one`,
      `add ${views.map(({ cluster }) => `--cluster ${cluster}`).join(' or ')}`,
    );
  }
  let worst: ExitCode = 0;
  for (const [index, { cluster, input: view }] of views.entries()) {
    output.out(
      `${index === 0 ? '' : '\n'}${paint(output.style).bold(safe(`cluster ${cluster}`))}\n`,
    );
    const code = await run(view);
    if (code > worst) worst = code;
  }
  return worst;
}
