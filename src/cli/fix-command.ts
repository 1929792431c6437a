import { createInterface } from 'node:readline/promises';
import { decodeText } from '../importers/index.ts';
import { nodeFileSystem, overlaidFileSystem } from '../io/index.ts';
import { DEFAULT_BUDGET } from '../packets/index.ts';
import { patchFiles } from '../patches/index.ts';
import { type CheckReport, counting, type Finding } from '../questions/check/index.ts';
import { comparePerimeters, directionsOf } from '../questions/diff/index.ts';
import { fixText } from '../report/fix-text.ts';
import type { ExitCode } from './exit-code.ts';
import type { InputOptions } from './input-options.ts';
import { type Input, readInput } from './read-input.ts';
import type { Output } from './terminal.ts';
import { writeText } from './write-output.ts';

export interface FixOptions extends InputOptions {
  /** Ids of checks, or true: everything that can be written. */
  readonly fix: string | true;
  readonly yes?: boolean;
  readonly allowOpening?: boolean;
}

/** Comparing the perimeter before and after may take this long. */
const PROOF_SECONDS = 120;

/**
 * Shows the repairs as a patch, proves what they open and close, and writes them when somebody says so.
 * 0: written, or there was nothing to write. 1: shown and not written.
 */
export async function fixCommand(
  paths: readonly string[],
  options: FixOptions,
  output: Output,
  input: Input,
  check: (input: Input) => CheckReport,
): Promise<ExitCode> {
  const wanted = options.fix === true ? undefined : options.fix.split(',').map((id) => id.trim());
  const all = counting(check(input));
  const findings = all.filter(({ check: id }) => wanted?.includes(id) ?? true);
  const repairable = findings.filter(({ changes }) => changes !== undefined);
  const texts = await textsOf(repairable);
  const patch = patchFiles(
    repairable.map(({ changes }) => changes ?? []),
    (file) => texts.get(file)?.text,
  );
  if (patch.files.length === 0) {
    output.done();
    output.out(fixText({ patch, repairable, findings, all, paths }, output.style));
    return 0;
  }
  const changed = new Map(
    patch.files.map(({ file, after }) => [file, texts.get(file)!.encode(after)]),
  );
  const files = overlaidFileSystem(nodeFileSystem(), changed);
  const after = await readInput(paths, options, output, files);
  const until = performance.now() + PROOF_SECONDS * 1000;
  const diff = comparePerimeters(input.network, after.network, {
    budget: () => ({ ...DEFAULT_BUDGET, now: () => performance.now(), until }),
    onProgress: (what, done, total) => output.progress(`comparing ${what} ${done}/${total}`),
  });
  const left = counting(check(after));
  output.done();
  output.out(
    fixText(
      { patch, repairable, findings, all, paths, proof: { diff, network: after.network, left } },
      output.style,
    ),
  );
  const [wrong] = errorsOf(after).filter(
    ({ code, message }) =>
      !errorsOf(input).some((one) => one.code === code && one.message === message),
  );
  if (wrong !== undefined) {
    output.err(`not written: the input would not be read as a whole any more: ${wrong.message}\n`);
    return 1;
  }
  const opens = directionsOf(diff).some((one) => one === 'opens' || one === 'may-open');
  const isUnproven = opens || diff.inconclusive.length > 0;
  if (isUnproven && options.allowOpening !== true) {
    output.err('not written: --allow-opening writes a repair that opens something\n');
    return 1;
  }
  if (!(await mayWrite(options, output))) return 1;
  for (const [file, bytes] of changed) await writeText(file, bytes);
  output.err(`${patch.files.map(({ file }) => file).join(', ')} written\n`);
  return 0;
}

function errorsOf({ diagnostics }: Input): Input['diagnostics'] {
  return diagnostics.filter(({ severity }) => severity === 'error');
}

export async function mayWrite(options: Pick<FixOptions, 'yes'>, output: Output): Promise<boolean> {
  if (options.yes === true) return true;
  if (!output.isInteractive || process.stdin.isTTY !== true) {
    output.err('not written: --yes writes it\n');
    return false;
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await asking.question('write this? [y/N] ');
    return /^y(?:es)?$/i.test(answer.trim());
  } finally {
    asking.close();
  }
}

interface Text {
  readonly text: string;
  readonly encode: (text: string) => Uint8Array;
}

/** The files that the repairs are about, as they are now. */
export async function textsOf(
  findings: readonly Pick<Finding, 'changes'>[],
): Promise<ReadonlyMap<string, Text>> {
  const disk = nodeFileSystem();
  const names = new Set(
    findings.flatMap(({ changes = [] }) =>
      changes.flatMap(({ at: { source } }) => (source.isDerived === true ? [] : [source.file])),
    ),
  );
  const texts = new Map<string, Text>();
  for (const file of names) {
    const bytes = await disk.read(file);
    const decoded = decodeText(file, bytes);
    const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    // What is not clean UTF-8 would come back changed in places that nobody asked about.
    if (decoded.kind === 'binary' || decoded.diagnostics.length > 0) continue;
    texts.set(file, {
      text: decoded.text,
      encode: (text) => new TextEncoder().encode(hasMark ? `\uFEFF${text}` : text),
    });
  }
  return texts;
}
