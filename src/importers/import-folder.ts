import {
  type Diagnostic,
  type Gap,
  OperationalError,
  sourceText,
  wholeFile,
} from '../diagnostics/index.ts';
import type { Datasets } from '../facts/index.ts';
import type { FileSystem } from '../io/index.ts';
import type { FileReport, Snapshot } from '../model/index.ts';
import { assignClusters } from './assign-clusters.ts';
import { type LoadedText, parseBicep } from './bicep/index.ts';
import { chartsOf, placeOfChart } from './charts.ts';
import { type CollectedFile, collectFiles } from './collect-files.ts';
import { decodeText } from './encoding.ts';
import { FILE_LIMITS, type FileLimits, YAML_COSTS } from './file-paths.ts';
import { type FolderContent, importContent } from './import-content.ts';
import type { ImportOptions } from './import-options.ts';
import { parseJson } from './json/index.ts';
import { isOpened, type ReadFile, type ReadOptions, readFile } from './read-file.ts';
import { approachOf } from './recognise.ts';
import { buildSnapshot } from './snapshot/index.ts';
import { settleAssumptions } from './snapshot/settle-assumptions.ts';
import { readTerraformSource } from './terraform/hcl/index.ts';
import { unreadReport } from './unread-files.ts';

/**
 * Everything below `paths` that is understood, as one snapshot; every file looked at is in its `files`. The same
 * files give the same snapshot, in whatever order paths and listings come. What cannot be read is a diagnostic and,
 * where it could matter, a gap; the rest is read.
 * A 2 MB policy of 5,000 rules and 3,000 Kubernetes objects in 2 MB of YAML take 0.9 s together, 0.65 s of it for the YAML.
 * @throws OperationalError when one of `paths` or `parameterFiles` is not there or cannot be opened
 */
export async function importPaths(
  disk: FileSystem,
  paths: readonly string[],
  options: ImportOptions,
  datasets: Datasets,
): Promise<Snapshot> {
  const limits = { ...FILE_LIMITS, ...options.limits };
  const reading: ReadOptions = {
    ...options,
    requiredEgress: datasets.requiredEgress.entries,
  };
  const collected = await collectFiles(disk, paths, limits);
  const charts = chartsOf(collected.files.map((file) => file.path));
  const files: ReadFile[] = [];
  const total = collected.files.length;
  let kept = 0;
  for (const [done, file] of collected.files.entries()) {
    options.onProgress?.({ done, total, file: file.path });
    const chart = placeOfChart(file.path, charts);
    const read =
      chart === undefined
        ? await loadFile(disk, file, kept, limits, reading)
        : passedOver(file.path, chart);
    if (read.content.kind !== 'unread') kept += costOf(file);
    files.push(read);
  }
  options.onProgress?.({ done: total, total, file: '' });
  const folder: FolderContent = {
    files,
    given: await loadParameterFiles(disk, options),
    load: async (path) => {
      const loaded = await loadLinked(disk, path, paths, limits);
      return loaded === undefined ? undefined : parseJson(loaded.text, loaded.source);
    },
    loadText: (path) => loadLinked(disk, path, paths, limits),
    list: (path) => listLinked(disk, path, paths),
  };
  const content = await importContent(folder, options);
  const found = { diagnostics: collected.diagnostics, gaps: [], resources: [], objects: [] };
  const reports = [...collected.reports, ...content.reports];
  const parts = assignClusters(content.parts, options.objectsOf);
  const snapshot = buildSnapshot([found, ...parts], datasets, reports);
  return settleAssumptions(snapshot, options.assumptions);
}

async function loadFile(
  disk: FileSystem,
  file: CollectedFile,
  kept: number,
  limits: FileLimits,
  options: ReadOptions,
): Promise<ReadFile> {
  const { path, size, isGiven } = file;
  if (!isOpened(path, isGiven)) return readFile(path, new Uint8Array(), isGiven, options);
  const factor = costOf(file) / Math.max(1, size);
  const sizeMax = limits.fileSizeMax / factor;
  if (size > sizeMax) {
    const kind = factor > 1 ? 'YAML files' : 'files';
    const message = `\`${path}\` has ${megabytes(size)}; ${kind} over ${megabytes(sizeMax)} are not read`;
    return lost(path, 'too large', 'file/too-large', message, 'split it into several files');
  }
  if (kept + costOf(file) > limits.keptSizeMax) {
    const message = `\`${path}\` is more than can be held beside the files before it; it was not read`;
    const hint = 'name the folders that matter';
    return lost(path, 'too large', 'file/too-large', message, hint);
  }
  try {
    return readFile(path, await disk.read(path), isGiven, options);
  } catch (error) {
    if (!(error instanceof OperationalError) || isGiven) throw error;
    return lost(path, 'unreadable', 'file/unreadable', error.message, error.hint);
  }
}

function costOf({ path, size }: CollectedFile): number {
  const { kind } = approachOf(path);
  return kind === 'yaml' || kind === 'terraform' ? size * YAML_COSTS : size;
}

function lost(
  path: string,
  recognisedAs: string,
  code: Diagnostic['code'],
  message: string,
  hint: string | undefined,
): ReadFile {
  const at = wholeFile(path);
  const why = 'it was not read, so nothing it allows or denies is known';
  return {
    path,
    report: { file: path, outcome: 'skipped', recognisedAs, detail: message },
    content: { kind: 'unread', as: 'text' },
    diagnostics: [
      { code, severity: 'error', message, at, ...(hint === undefined ? {} : { hint }) },
    ],
    gaps: [{ what: path, why, at }],
  };
}

function passedOver(
  path: string,
  place: { readonly chart: string; readonly isValues: boolean },
): ReadFile {
  const report: FileReport = place.isValues
    ? unreadReport(path, 'helm-values', place.chart)
    : {
        file: path,
        outcome: 'skipped',
        recognisedAs: 'Helm template',
        detail: `belongs to the chart \`${place.chart}\`, which is not rendered`,
      };
  const gaps: readonly Gap[] = [];
  return { path, report, content: { kind: 'unread', as: 'helm-values' }, diagnostics: [], gaps };
}

/** Named by the person: not being able to read one is not something to go on from. */
async function loadParameterFiles(
  disk: FileSystem,
  options: ImportOptions,
): Promise<FolderContent['given']> {
  const given = [];
  for (const path of options.parameterFiles ?? []) {
    const decoded = decodeText(path, await disk.read(path));
    const text = decoded.kind === 'text' ? decoded.text : '';
    const source = decoded.kind === 'text' ? decoded.source : sourceText(path, '');
    const terraform = readTerraformSource(path, text, source);
    if (/\.bicepparam$/i.test(path)) {
      given.push({ path, value: undefined, diagnostics: [], bicep: parseBicep(text, source) });
    } else if (terraform?.role === 'values') {
      given.push({ path, value: undefined, diagnostics: [], terraform });
    } else given.push({ path, ...parseJson(text, source) });
  }
  return given;
}

/** The text a template links to, if it lies below what the person named; nothing else is opened for it. */
async function loadLinked(
  disk: FileSystem,
  path: string,
  paths: readonly string[],
  limits: FileLimits,
): Promise<LoadedText | undefined> {
  if (!(await isBelow(disk, path, paths))) return undefined;
  try {
    const { kind, size } = await disk.stat(path);
    if (kind !== 'file' || size > limits.fileSizeMax) return undefined;
    const decoded = decodeText(path, await disk.read(path));
    return decoded.kind === 'text' ? decoded : undefined;
  } catch (error) {
    if (error instanceof OperationalError) return undefined;
    throw error;
  }
}

/** The files of a folder a configuration refers to, under the same condition. */
async function listLinked(
  disk: FileSystem,
  folder: string,
  paths: readonly string[],
): Promise<readonly string[]> {
  if (!(await isBelow(disk, folder, paths))) return [];
  try {
    const entries = await disk.list(folder);
    return entries.filter(({ kind }) => kind === 'file').map(({ name }) => name);
  } catch (error) {
    if (error instanceof OperationalError) return [];
    throw error;
  }
}

/** Real paths are compared: a `..` or a link must not lead out of what was named. */
async function isBelow(disk: FileSystem, path: string, paths: readonly string[]): Promise<boolean> {
  try {
    const real = await disk.realpath(path);
    for (const root of paths) {
      const { kind } = await disk.stat(root);
      const realRoot = await disk.realpath(root);
      const folder = kind === 'folder' ? realRoot : realRoot.replace(/[/\\][^/\\]*$/, '');
      if (real === folder || real.startsWith(folder.replace(/[/\\]$/, '') + separatorOf(real))) {
        return true;
      }
    }
    return false;
  } catch (error) {
    if (error instanceof OperationalError) return false;
    throw error;
  }
}

function separatorOf(realPath: string): string {
  return realPath.includes('\\') ? '\\' : '/';
}

function megabytes(bytes: number): string {
  return `${(bytes / (1024 * 1024)).toFixed(1)} MB`;
}
