import { importPaths } from '../../src/importers/index.ts';
import type { FileSystem, MemoryEntry } from '../../src/io/index.ts';
import { bundledDatasets, memoryFileSystem } from '../../src/io/index.ts';
import { readPerimeter, type Snapshot } from '../../src/model/index.ts';
import { deriveNetwork } from '../../src/network/index.ts';
import { CATALOGUE, runChecks } from '../../src/questions/check/index.ts';
import { checkHead } from '../../src/report/check-head.ts';
import { checkJson } from '../../src/report/check-json.ts';
import { checkText } from '../../src/report/check-text.ts';
import { diagnosticLines } from '../../src/report/diagnostic-text.ts';
import { importJson } from '../../src/report/import-json.ts';
import { importText } from '../../src/report/import-text.ts';
import { checkJunit } from '../../src/report/junit.ts';
import { checkMarkdown } from '../../src/report/markdown.ts';
import { checkSarif } from '../../src/report/sarif.ts';
import { PLAIN } from '../../src/report/style.ts';
import { tracesJson } from '../../src/report/trace-json.ts';
import { traceText } from '../../src/report/trace-text.ts';
import { answerTrace } from '../../src/trace/index.ts';

/** Everything the command line does with a folder, in memory and for one day. */

export type Reports = Readonly<
  Record<
    | 'check.txt'
    | 'check.json'
    | 'sarif'
    | 'junit'
    | 'markdown'
    | 'import.txt'
    | 'import.json'
    | 'trace.txt'
    | 'trace.json',
    string
  >
>;

const DAY = '2026-11-21';

/** Asked of every input, whether or not it has such ends. */
const FLOWS = [
  { from: 'deploy:pets/order-service', to: 'api.example.com:443' },
  { from: 'deploy:order-service', to: 'service:product-service:3002' },
  { from: 'internet', to: 'service:store-front:80' },
  { from: 'onprem:192.168.0.0/16', to: '10.42.2.9:443' },
  { from: 'node:nodepool1', to: 'mcr.microsoft.com:443' },
  { from: 'deploy:frontend', to: '169.254.169.254:80' },
  { from: 'ns:pets', to: 'deploy:pets/rabbitmq:5672' },
  { from: 'subnet:aks-subnet', to: 'internet:443' },
  { from: '10.42.1.5', to: '[2001:db8::1]:443' },
];

/** Files to every report, verbose. The snapshot is frozen in between: who writes to it throws. */
export async function everyReport(
  files: Readonly<Record<string, MemoryEntry>>,
  disk: FileSystem = memoryFileSystem(files),
): Promise<Reports> {
  const snapshot = await importPaths(disk, ['.'], {}, bundledDatasets());
  freezeSnapshot(snapshot);
  const perimeter = readPerimeter(snapshot);
  const network = deriveNetwork(perimeter);
  const { diagnostics, gaps } = perimeter;
  const context = { perimeter, network, asOf: DAY, profile: 'production' } as const;
  const report = runChecks(CATALOGUE, context);
  const answers = FLOWS.map((flow) => answerTrace(network, flow));
  const traces = answers.flatMap((answer) => answer.traces);
  const refusals = answers.flatMap((answer) => answer.diagnostics);
  const head = checkHead(network, ['.'], '0.0.0', DAY);
  return {
    'check.txt': checkText({ head, report, diagnostics, gaps, verbose: true }, PLAIN),
    'check.json': checkJson(head, report, diagnostics, gaps),
    sarif: checkSarif(head, report, diagnostics),
    junit: checkJunit(report, diagnostics),
    markdown: checkMarkdown(head, report, diagnostics, gaps),
    'import.txt': importText(snapshot, diagnostics, gaps, true, PLAIN),
    'import.json': importJson(snapshot, diagnostics, gaps),
    'trace.txt': [
      ...traces.map((trace) => traceText(trace, PLAIN)),
      ...refusals.map((refusal) => diagnosticLines(refusal, PLAIN)),
    ].join('\n'),
    'trace.json': tracesJson(traces),
  };
}

/** A disk that lists its folders backwards: another order nobody promised. */
export function backwards(disk: FileSystem): FileSystem {
  return { ...disk, list: async (folder) => [...(await disk.list(folder))].reverse() };
}

/** Datasets are left alone: they are shared, and keep what was compiled from them. */
function freezeSnapshot(snapshot: Snapshot): void {
  const seen = new Set<unknown>();
  const { datasets: _, ...own } = snapshot;
  const waiting: unknown[] = [own];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    if (next instanceof Map) {
      forbidWriting(next);
      waiting.push(...next.values());
    } else waiting.push(...Object.values(next).filter((inner) => typeof inner === 'object'));
    Object.freeze(next);
  }
}

/** `Object.freeze` leaves the entries of a map writable. */
function forbidWriting(map: Map<unknown, unknown>): void {
  const refuse = () => {
    throw new TypeError('a map of the snapshot was written to');
  };
  Object.assign(map, { set: refuse, delete: refuse, clear: refuse });
}
