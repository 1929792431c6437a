import { type Diagnostic, locate } from '../../../src/diagnostics/index.ts';
import { importPaths } from '../../../src/importers/index.ts';
import { bundledDatasets, memoryFileSystem } from '../../../src/io/index.ts';
import { type Perimeter, readPerimeter, type Snapshot } from '../../../src/model/index.ts';
import { deriveNetwork, type Network } from '../../../src/network/index.ts';
import { CATALOGUE, type CheckReport, runChecks } from '../../../src/questions/check/index.ts';
import { answerTrace } from '../../../src/trace/index.ts';
import { toJson } from '../../../src/values/index.ts';

/** A page of intent as a person has it in a folder, with the workloads it speaks of. */

export interface World {
  readonly snapshot: Snapshot;
  readonly perimeter: Perimeter;
  readonly network: Network;
}

const datasets = bundledDatasets();

export async function worldOf(
  page: string,
  workloads: readonly (readonly [namespace: string, app: string])[] = [],
): Promise<World> {
  const files = {
    'perimeter.yaml': page,
    'workloads.yaml': workloads.map(([namespace, app]) => deployment(namespace, app)).join('---\n'),
  };
  const options = { today: '2026-11-21' };
  const snapshot = await importPaths(memoryFileSystem(files), ['.'], options, datasets);
  const perimeter = readPerimeter(snapshot);
  return { snapshot, perimeter, network: deriveNetwork(perimeter) };
}

function deployment(namespace: string, app: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${app}, namespace: ${namespace} }
spec:
  selector: { matchLabels: { app: ${app} } }
  template:
    metadata: { labels: { app: ${app} } }
    spec: { containers: [{ name: main, image: ghcr.io/example/${app}:1 }] }
`;
}

/** What somebody is told about the page: `code line: message`. */
export function told({ snapshot }: World, severity?: Diagnostic['severity']): readonly string[] {
  return snapshot.diagnostics
    .filter((one) => severity === undefined || one.severity === severity)
    .map(({ code, at, message }) => {
      const line = at === undefined ? 0 : locate(at).line;
      return `${code} ${line}: ${message}`;
    });
}

/** The answer to one flow: the only one, or all of them. */
export function answers({ network }: World, from: string, to: string): string {
  const { traces, diagnostics } = answerTrace(network, { from, to });
  if (traces.length === 0) return diagnostics.map(({ message }) => message).join('; ');
  return [...new Set(traces.map(({ answer }) => answer))].join(', ');
}

export function check({ perimeter, network }: World, only?: readonly string[]): CheckReport {
  const context = { perimeter, network, asOf: '2026-11-21', profile: 'production' } as const;
  return runChecks(CATALOGUE, context, only === undefined ? {} : { only });
}

/** Ids of failed checks: of all, or of those named. */
export function faults(world: World, ...only: readonly string[]): readonly string[] {
  return [...check(world, only.length === 0 ? undefined : only).outcomes.failed].sort();
}

/** The body of the resource whose id ends so, as plain JSON. */
export function resource({ snapshot }: World, end: string): Json {
  const found = [...snapshot.resources.values()].filter(({ key }) =>
    key.endsWith(end.toLowerCase()),
  );
  if (found.length !== 1) throw new Error(`${found.length} resources end in ${end}`);
  return toJson(found[0]!.body) as Json;
}

/** The object, as plain JSON: `NetworkPolicy shop/allow-front`. */
export function object({ snapshot }: World, name: string): Json {
  const found = [...snapshot.objects.values()].filter(
    (one) => name === `${one.kind} ${one.namespace === '' ? '' : `${one.namespace}/`}${one.name}`,
  );
  if (found.length !== 1) throw new Error(`${found.length} objects are ${name}`);
  return toJson(found[0]!.body) as Json;
}

// biome-ignore lint/suspicious/noExplicitAny: bodies are looked into by the names of ARM and Kubernetes
export type Json = any;

/** A page with one spoke, one cluster and one namespace; more sections are put below. */
export function page(sections = '', cluster = ''): string {
  return `name: shop
location: westeurope
hub:
  addressSpace: 10.0.0.0/24
spokes:
  - { name: shop, addressSpace: 10.1.0.0/16 }
clusters:
  - name: shop
${cluster}namespaces:
  - { name: shop }
${sections}`;
}
