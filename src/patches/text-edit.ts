import type { PathStep, PlainJson } from '../questions/check/index.ts';

/** `text.slice(from, to)` becomes `text`. */
export interface TextEdit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** What a format makes of a change, or why it cannot. */
export type Edited =
  | { readonly kind: 'edits'; readonly edits: readonly TextEdit[] }
  | { readonly kind: 'refused'; readonly why: string };

/** One edit alone. */
export function edits(from: number, to: number, text: string): Edited {
  return { kind: 'edits', edits: [{ from, to, text }] };
}

/** Where the line of `offset` begins. */
export function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

export function refused(why: string): Edited {
  return { kind: 'refused', why };
}

/** Several edits at once, in any order; `undefined` when two of them touch the same text. O(text + edits log edits). */
export function applyEdits(text: string, edits: readonly TextEdit[]): string | undefined {
  const sorted = [...edits].sort((a, b) => a.from - b.from || a.to - b.to);
  const pieces: string[] = [];
  let done = 0;
  for (const edit of sorted) {
    if (edit.from < done) return undefined;
    pieces.push(text.slice(done, edit.from), edit.text);
    done = edit.to;
  }
  pieces.push(text.slice(done));
  return pieces.join('');
}

/** What has to stand at a missing step so that the rest of the path leads to `to`. */
export function builtAlong(rest: readonly PathStep[], to: PlainJson): PlainJson {
  return rest.reduceRight<PlainJson>(
    (inner, step) => (typeof step === 'string' ? { [step]: inner } : [inner]),
    to,
  );
}
