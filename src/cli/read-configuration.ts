import { dirname, join } from 'node:path';
import {
  type Diagnostic,
  OperationalError,
  type Parsed,
  sourceText,
} from '../diagnostics/index.ts';
import { decodeText } from '../importers/index.ts';
import { parseYaml } from '../importers/kubernetes-yaml/index.ts';
import type { FileStat, FileSystem } from '../io/index.ts';
import {
  type Baseline,
  type Configuration,
  NO_CONFIGURATION,
  parseConfiguration,
  readBaseline,
} from '../questions/check/index.ts';
import { InputError } from './exit-code.ts';

const NAME = 'sallyport.yaml';
/** In bytes. A baseline of 10,000 findings has some two million. */
const SIZE_MAX = 16 * 1024 * 1024;

/** `--config FILE`, else `sallyport.yaml` in the first path (or beside it, when that is a file), when it is there. */
export async function readConfiguration(
  files: FileSystem,
  paths: readonly string[],
  given: string | undefined,
): Promise<Parsed<Configuration>> {
  const file = given ?? (await besideInput(files, paths[0] ?? '.'));
  if (file === undefined) return { value: NO_CONFIGURATION, diagnostics: [] };
  const text = await readText(files, file);
  const { documents, diagnostics } = parseYaml(text, sourceText(file, text));
  if (diagnostics.some(({ severity }) => severity === 'error')) {
    return { value: NO_CONFIGURATION, diagnostics };
  }
  const [first, second] = documents;
  if (first?.value === undefined) return { value: NO_CONFIGURATION, diagnostics };
  const { value, diagnostics: wrong } = parseConfiguration(first.value);
  return { value, diagnostics: [...diagnostics, ...wrong, ...secondDocument(second?.at)] };
}

/** The baseline to judge by: `undefined` when none was named, or it is about to be written for the first time. */
export async function readBaselineFile(
  files: FileSystem,
  file: string | undefined,
  mayBeMissing: boolean,
): Promise<Baseline | undefined> {
  if (file === undefined) return undefined;
  if (mayBeMissing && !(await exists(files, file))) return undefined;
  const baseline = readBaseline(await readText(files, file));
  if (baseline === undefined) {
    throw new InputError(`\`${file}\` is not a baseline`, 'write one with --update-baseline');
  }
  return baseline;
}

async function besideInput(files: FileSystem, path: string): Promise<string | undefined> {
  const folder = (await kindOf(files, path)) === 'folder' ? path : dirname(path);
  const file = folder === '.' ? NAME : join(folder, NAME);
  // A folder may come from anywhere: a pipe or a device of that name would never end.
  return (await kindOf(files, file)) === 'file' ? file : undefined;
}

async function readText(files: FileSystem, file: string): Promise<string> {
  const { size } = await files.stat(file);
  if (size > SIZE_MAX) throw new InputError(`\`${file}\` is larger than settings or baselines are`);
  const decoded = decodeText(file, await files.read(file));
  if (decoded.kind === 'binary') throw new InputError(`\`${file}\` is not text`);
  return decoded.text;
}

async function kindOf(files: FileSystem, path: string): Promise<FileStat['kind'] | undefined> {
  try {
    return (await files.stat(path)).kind;
  } catch (error) {
    if (error instanceof OperationalError) return undefined;
    throw error;
  }
}

async function exists(files: FileSystem, path: string): Promise<boolean> {
  try {
    await files.stat(path);
    return true;
  } catch (error) {
    if (error instanceof OperationalError && error.code === 'file/not-found') return false;
    throw error;
  }
}

function secondDocument(at: Diagnostic['at']): readonly Diagnostic[] {
  if (at === undefined) return [];
  const message = 'only the first document of the file counts';
  return [{ code: 'config/invalid', severity: 'error', message, at }];
}
