import { dirname, join } from 'node:path';
import {
  type Diagnostic,
  OperationalError,
  type Parsed,
  sourceText,
  wholeFile,
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
import { type Expectation, parseExpectations } from '../questions/expect/index.ts';
import { InputError } from './exit-code.ts';

const NAME = 'sallyport.yaml';
const EXPECTED = ['perimeter.yaml', 'perimeter.yml'];
/** In bytes. A baseline of 10,000 findings has some two million. */
const SIZE_MAX = 16 * 1024 * 1024;

/** `--config FILE`, else `sallyport.yaml` in the first path (or beside it, when that is a file), when it is there. */
export async function readConfiguration(
  files: FileSystem,
  paths: readonly string[],
  given: string | undefined,
): Promise<Parsed<Configuration>> {
  const file = given ?? (await besideInput(files, paths[0] ?? '.', NAME));
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

/** What must be so, and the file that says it: `undefined` when there is none. */
export interface ReadExpectations extends Parsed<readonly Expectation[]> {
  readonly file: string | undefined;
}

/** `--expect FILE`, else `perimeter.yaml` or `perimeter.yml` in the first path (or beside it), when it is there. */
export async function readExpectations(
  files: FileSystem,
  paths: readonly string[],
  given: string | undefined,
): Promise<ReadExpectations> {
  const beside = given === undefined ? await expectationsBeside(files, paths[0] ?? '.') : [given];
  const [file, second] = beside;
  if (file === undefined) return { file, value: [], diagnostics: [] };
  const both: readonly Diagnostic[] =
    second === undefined
      ? []
      : [
          {
            code: 'expect/invalid',
            severity: 'error',
            message: `\`${file}\` and \`${second}\` are both there; the second is not read`,
            at: wholeFile(second),
            hint: 'keep one of them',
          },
        ];
  const text = await readText(files, file);
  const { documents, diagnostics } = parseYaml(text, sourceText(file, text));
  const [first, next] = documents;
  if (diagnostics.some(({ severity }) => severity === 'error') || first?.value === undefined) {
    return { file, value: [], diagnostics: [...both, ...diagnostics] };
  }
  const { value, diagnostics: wrong } = parseExpectations(first.value);
  const more = secondDocument(next?.at, 'expect/invalid');
  return { file, value, diagnostics: [...both, ...diagnostics, ...wrong, ...more] };
}

async function expectationsBeside(files: FileSystem, path: string): Promise<readonly string[]> {
  const found = await Promise.all(EXPECTED.map((name) => besideInput(files, path, name)));
  return found.flatMap((file) => file ?? []);
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

async function besideInput(
  files: FileSystem,
  path: string,
  name: string,
): Promise<string | undefined> {
  const folder = (await kindOf(files, path)) === 'folder' ? path : dirname(path);
  const file = folder === '.' ? name : join(folder, name);
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

function secondDocument(
  at: Diagnostic['at'],
  code: 'config/invalid' | 'expect/invalid' = 'config/invalid',
): readonly Diagnostic[] {
  if (at === undefined) return [];
  const message = 'only the first document of the file counts';
  return [{ code, severity: 'error', message, at }];
}
