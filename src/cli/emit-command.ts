import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Diagnostic, OperationalError } from '../diagnostics/index.ts';
import {
  type DeploymentPlan,
  EMITTERS,
  type Emission,
  type EmittedFile,
  type Emitter,
  type Loss,
  NETWORK_EMITTERS,
  type NetworkEmitter,
  PAGE_PATH,
  parseResourceTypes,
  planDeployment,
  WRITTEN_BY,
} from '../emitters/index.ts';
import {
  appliancePrograms,
  bundledResourceTypes,
  compressed,
  isoDay,
  systemClock,
} from '../io/index.ts';
import { formatPrefix, hasHostBits, type Prefix, parsePrefix } from '../net/index.ts';
import { deriveNetwork } from '../network/index.ts';
import { diagnosticsByCode } from '../report/diagnostic-text.ts';
import { count, paint, placeText, safe, wrapped } from '../report/style.ts';
import { type ExitCode, InputError } from './exit-code.ts';
import type { InputOptions } from './input-options.ts';
import { readSnapshot, refuseEmpty } from './read-input.ts';
import { type Output, terminal } from './terminal.ts';
import { writeText } from './write-output.ts';

export interface EmitOptions extends InputOptions {
  readonly to?: readonly string[];
  readonly out?: string;
  /** The path of a file, or true for the first. */
  readonly stdout?: string | true;
  readonly force?: boolean;
  /** Ranges, as written. */
  readonly management?: readonly string[];
}

/** 0: written (or could be). 1: Azure would refuse it, or a part of the input could not be read. 2: bad input. */
export async function emitCommand(
  paths: readonly string[],
  options: EmitOptions,
  version: string,
): Promise<ExitCode> {
  const output = terminal(options);
  const emitters = (options.to ?? ['bicep']).map(emitterNamed);
  if (options.stdout !== undefined && options.out !== undefined) {
    throw new InputError('--stdout and --out exclude each other', 'leave one of them out');
  }
  const managementSources = (options.management ?? []).map(managementSource);
  if (managementSources.length > 0 && !emitters.some(({ target }) => target === 'nva')) {
    throw new InputError('--management is of --to nva', 'leave it out, or add the target');
  }
  const input = await readSnapshot(paths, options, output);
  refuseEmpty(input, paths, output);
  if (input.isMisconfigured) {
    for (const line of diagnosticsByCode(input.diagnostics, true, output.style))
      output.err(`${line}\n`);
    return 2;
  }
  const tool = `sallyport ${version}`;
  const isPlanned = emitters.some((emitter) => !isOfNetwork(emitter));
  output.progress(isPlanned ? 'planning…' : 'drawing…');
  const plan = isPlanned
    ? planDeployment(input.snapshot, {
        tool,
        types: parseResourceTypes(bundledResourceTypes()),
      })
    : undefined;
  const isNested = emitters.length > 1;
  const emissions: Emission[] = [];
  for (const emitter of emitters) {
    const today = options.asOf ?? isoDay(systemClock.now());
    const emission = isOfNetwork(emitter)
      ? await emitter.emit(deriveNetwork(input.perimeter), {
          tool,
          paths,
          today,
          ...(emitter.target === 'nva'
            ? { programs: appliancePrograms(), compressed, managementSources }
            : {}),
        })
      : emitter.emit(plan!);
    const prefix = isNested ? `${emitter.target}/` : '';
    const files = emission.files.map((file) => ({ ...file, path: prefix + file.path }));
    emissions.push({ files, losses: emission.losses });
  }
  const files = emissions.flatMap((emission) => emission.files);
  const told = plan?.diagnostics ?? [];
  const losses = [
    ...(plan?.losses ?? []),
    ...lossesOfAll(emissions.map((emission) => emission.losses)),
  ];
  const couldNotRead = input.diagnostics.filter(({ severity }) => severity === 'error');
  const refused = told.some(({ severity }) => severity === 'error');
  output.done();
  if (options.stdout !== undefined) {
    printDiagnostics(output, [...couldNotRead, ...told], options);
    if (refused && options.force !== true) return refusal(output);
    output.out(chosenFile(files, options.stdout).text);
    return refused || couldNotRead.length > 0 ? 1 : 0;
  }
  printDiagnostics(output, [...couldNotRead, ...told], options);
  if (refused && options.force !== true && options.out !== undefined) return refusal(output);
  if (options.out !== undefined) await writeAll(options.out, files, options.force === true);
  printTree(output, options.out, files, plan);
  printLosses(output, losses, options.verbose === true);
  return refused || couldNotRead.length > 0 ? 1 : 0;
}

/** Pictures and pages need no plan: what Azure would refuse to deploy can be drawn. */
function isOfNetwork(emitter: Emitter | NetworkEmitter): emitter is NetworkEmitter {
  return NETWORK_EMITTERS.some((each) => each === emitter);
}

function emitterNamed(target: string): Emitter | NetworkEmitter {
  const all = [...EMITTERS, ...NETWORK_EMITTERS];
  const found = all.find((each) => each.target === target);
  if (found !== undefined) return found;
  const known = all.map((each) => each.target).join(', ');
  throw new InputError(`there is no target \`${target}\``, `there are ${known}`);
}

/** IPv4 only, as all that the machine forwards. */
function managementSource(text: string): Prefix {
  const prefix = parsePrefix(text);
  const hint = 'an IPv4 range of the private network, e.g. --management 10.9.0.0/24';
  if (prefix?.family !== 4) throw new InputError(`\`${text}\` is no IPv4 range`, hint);
  if (hasHostBits(text)) {
    throw new InputError(`\`${text}\` has bits set beyond its length`, formatPrefix(prefix));
  }
  if (prefix.length === 0) throw new InputError(`\`${text}\` is everybody`, hint);
  return prefix;
}

/** What another target of the same run writes is no loss. */
function lossesOfAll(lists: readonly (readonly Loss[])[]): readonly Loss[] {
  const [first = [], ...rest] = lists;
  if (rest.length === 0) return first;
  return lists.flatMap((list) => list.filter(({ at }) => at !== undefined));
}

function chosenFile(files: readonly EmittedFile[], wanted: string | true): EmittedFile {
  // The page beside the files is for people, not for a pipe.
  const found = files.find(({ path }) =>
    wanted === true ? !path.endsWith(PAGE_PATH) : path === wanted,
  );
  if (found !== undefined) return found;
  const names = files.map(({ path }) => path).join(', ');
  throw new InputError(
    wanted === true ? 'there is nothing to print' : `there would be no file \`${wanted}\``,
    names === '' ? 'the input has nothing that this target can say' : `there would be ${names}`,
  );
}

function refusal(output: Output): ExitCode {
  const words =
    'nothing is written: Azure would refuse it. Mend the input, or write it all the same with --force';
  output.err(`error: ${words}\n`);
  return 1;
}

/** All or nothing: every file is looked at before the first is written. */
async function writeAll(
  folder: string,
  files: readonly EmittedFile[],
  isForced: boolean,
): Promise<void> {
  const foreign: string[] = [];
  for (const { path } of files) {
    const whole = join(folder, path);
    if (!isForced && (await isForeign(whole))) foreign.push(whole);
  }
  if (foreign.length > 0) {
    const some = foreign.slice(0, 3).join('`, `');
    const more = foreign.length > 3 ? ` and ${foreign.length - 3} more` : '';
    throw new InputError(
      `\`${some}\`${more} was not written by sallyport and is not overwritten`,
      'choose another folder with --out, or overwrite with --force',
    );
  }
  for (const { path, text } of files) {
    const whole = join(folder, path);
    await makeFolder(dirname(whole));
    await writeText(whole, text);
  }
}

/** Is there a file that does not say that we wrote it? */
async function isForeign(path: string): Promise<boolean> {
  try {
    const text = await readFile(path, 'utf8');
    return !text.slice(0, 2_000).includes(WRITTEN_BY);
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ENOENT') return false;
    // A folder in the way, or a file that cannot be read: it is not ours.
    return true;
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    const code = String((cause as { code?: unknown }).code);
    throw new OperationalError(
      'file/unwritable',
      `cannot make the folder \`${folder}\` (${code})`,
      {
        cause,
      },
    );
  }
}

function printDiagnostics(
  output: Output,
  diagnostics: readonly Diagnostic[],
  options: EmitOptions,
): void {
  const shown =
    options.verbose === true
      ? diagnostics
      : diagnostics.filter(({ severity }) => severity !== 'note');
  for (const line of diagnosticsByCode(shown, options.verbose === true, output.style)) {
    output.err(`${line}\n`);
  }
}

function planWords({ resources, parameters, dropped, inputHash }: DeploymentPlan): string[] {
  const deployed = resources.filter(({ isExisting }) => !isExisting).length;
  return [
    `${count(deployed, 'resource')}, ${count(parameters.length, 'parameter')}`,
    ...(dropped.length === 0
      ? []
      : [`${count(dropped.length, 'value')} that only Azure writes left out`]),
    `input ${inputHash}`,
  ];
}

function printTree(
  output: Output,
  folder: string | undefined,
  files: readonly EmittedFile[],
  plan: DeploymentPlan | undefined,
): void {
  const { dim, bold } = paint(output.style);
  const width = Math.max(0, ...files.map(({ path }) => path.length));
  const head =
    folder === undefined
      ? 'Would write (give --out FOLDER to write)'
      : `Written to ${safe(folder)}`;
  const lines = files.map(
    ({ path, text }) => `  ${path.padEnd(width)}  ${dim(sizeOf(text).padStart(9))}`,
  );
  const told = plan === undefined ? [] : planWords(plan);
  const none =
    files.length === 0 ? ['  nothing: the input has nothing that this target can say'] : [];
  output.out(
    `${[bold(head), ...lines, ...none, ...(told.length === 0 ? [] : [dim(told.join('; '))])].join('\n')}\n`,
  );
  const open = (plan?.parameters ?? []).filter(
    ({ default: fallback, value }) => fallback === undefined && value === undefined,
  );
  if (open.length === 0) return;
  output.out('\nThe input does not say these; the deployment asks for them:\n');
  for (const { name, description } of open.slice(0, 12)) {
    output.out(`${wrapped(output.style, 2, `${name}: ${safe(description)}`)}\n`);
  }
  if (open.length > 12) output.out(dim(`  and ${open.length - 12} more\n`));
}

const LOSSES_SHOWN = 10;

function printLosses(output: Output, losses: readonly Loss[], all: boolean): void {
  if (losses.length === 0) return;
  output.out('\nNot in these files:\n');
  const shown = all ? losses : losses.slice(0, LOSSES_SHOWN);
  for (const { what, why, at } of shown) {
    const place = at === undefined ? '' : ` (${placeText(output.style, at)})`;
    output.out(`${wrapped(output.style, 2, `${safe(what)}: ${safe(why)}${place}`)}\n`);
  }
  const rest = losses.length - shown.length;
  if (rest > 0) output.out(paint(output.style).dim(`  and ${rest} more (--verbose)\n`));
}

function sizeOf(text: string): string {
  const bytes = Buffer.byteLength(text);
  return bytes < 10_000 ? `${bytes} B` : `${Math.round(bytes / 1000)} kB`;
}
