import { createTwoFilesPatch } from 'diff';
import type { Network } from '../network/index.ts';
import type { Patch } from '../patches/index.ts';
import type { Finding } from '../questions/check/index.ts';
import type { PerimeterDiff } from '../questions/diff/index.ts';
import { diffText } from './diff-text.ts';
import { count, hanging, paint, placeText, type Style, safe, wrapped } from './style.ts';

export interface FixTextInput {
  readonly patch: Patch;
  /** Findings with changes, in the order of the patch's sets. */
  readonly repairable: readonly Finding[];
  /** All that somebody asked to repair. */
  readonly findings: readonly Finding[];
  /** Everything found before the change. */
  readonly all: readonly Finding[];
  readonly paths: readonly string[];
  /** Absent when there is nothing to write. */
  readonly proof?: {
    readonly diff: PerimeterDiff;
    readonly network: Network;
    /** Findings after the change. */
    readonly left: readonly Finding[];
  };
}

const CONTEXT_LINES = 2;

/** The patch, which finding each part repairs, what was proven about it, and what is left to people. */
export function fixText(input: FixTextInput, style: Style): string {
  const { patch, repairable, findings, proof } = input;
  const { bold, dim } = paint(style);
  const refused = new Map(patch.refusals.map((one) => [one.index, one]));
  const written = repairable.filter((_, index) => !refused.has(index));
  const lines: string[] = [];
  for (const { file, before, after } of patch.files) {
    lines.push(...coloured(unified(file, before, after), style), '');
  }
  for (const { check, message } of written) {
    lines.push(` ${bold('repairs')}  ${safe(check)}`, wrapped(style, 10, safe(message)));
  }
  for (const [index, { why, at }] of refused) {
    const { check, message } = repairable[index]!;
    lines.push(` ${bold('left')}     ${safe(check)}`, wrapped(style, 10, safe(message)));
    const where = at === undefined ? '' : `${placeText(style, at)}  `;
    lines.push(hanging(style, 10, dim('not written: '), `${where}${safe(why)}`));
  }
  const others = findings.length - repairable.length;
  if (others > 0) {
    const text = `${count(others, 'finding')} ${others === 1 ? 'takes' : 'take'} a decision that no patch can make: sallyport check says which`;
    lines.push(` ${bold('left')}     ${text}`);
  }
  if (findings.length === 0) lines.push(' nothing to repair');
  else if (patch.files.length === 0) lines.push(' nothing that can be written into the files');
  if (proof !== undefined) {
    const gone = findings.length - stillThere(findings, proof.left);
    const came = proof.left.filter((one) => !input.all.some((old) => isSame(old, one))).length;
    const news = came === 0 ? ', none new' : `, ${count(came, 'new finding')}`;
    lines.push('', ` ${bold('proof')}    ${count(gone, 'finding')} gone${news}`);
    lines.push(
      diffText(
        {
          diff: proof.diff,
          after: proof.network,
          paths: [input.paths[0] ?? '.', input.paths[0] ?? '.'],
          verbose: false,
        },
        style,
      ).trimEnd(),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** A patch as lines, with a little of what stands around. */
export function unified(file: string, before: string, after: string): readonly string[] {
  const text = createTwoFilesPatch(file, file, before, after, '', '', { context: CONTEXT_LINES });
  // A rule of `=` comes first, which nobody needs; an empty line is no line of a patch.
  return text.split('\n').filter((line) => line !== '' && !/^(?:=+|Index: .*)$/.test(line));
}

export function coloured(lines: readonly string[], style: Style): readonly string[] {
  const { error, good, dim } = paint(style);
  return lines.map((line) => {
    const text = safe(line.replace(/\r$/, ''));
    if (/^(?:---|\+\+\+|@@)/.test(line)) return dim(text);
    return line.startsWith('+') ? good(text) : line.startsWith('-') ? error(text) : text;
  });
}

function stillThere(findings: readonly Finding[], left: readonly Finding[]): number {
  return findings.filter((one) => left.some((other) => isSame(one, other))).length;
}

function isSame(one: Finding, other: Finding): boolean {
  return one.check === other.check && one.subject === other.subject;
}
