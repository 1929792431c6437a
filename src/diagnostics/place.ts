/** A text we read: its name as the person gave it, and where its lines start. The text itself is not kept. */
export interface SourceText {
  readonly file: string;
  /** Offset (UTF-16 code units) of the first character of each line; the first entry is 0. */
  readonly lineStarts: readonly number[];
  /** Set when `file` is not a file but says what the value comes from. */
  readonly isDerived?: true;
}

/** Where a value was written. Small on purpose: every value of every input carries one. */
export interface Place {
  readonly source: SourceText;
  /** UTF-16 code units from the start of the text. */
  readonly offset: number;
  /** How the value came from there, outermost first: `module hub`, `copy index 2`, `parameter fwName`. */
  readonly via?: readonly string[];
}

/** A place as a person or a machine reads it. Line and column count from 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly via?: readonly string[];
}

export function sourceText(file: string, text: string): SourceText {
  const lineStarts = [0];
  for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1)) {
    lineStarts.push(index + 1);
  }
  return { file, lineStarts };
}

/** O(log lines). */
export function locate(place: Place): Location {
  const { lineStarts } = place.source;
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (lineStarts[middle]! <= place.offset) low = middle;
    else high = middle - 1;
  }
  return {
    file: place.source.file,
    line: low + 1,
    column: place.offset - lineStarts[low]! + 1,
    ...(place.via === undefined ? {} : { via: place.via }),
  };
}

/** Values that no file holds (bundled defaults, derived objects) are placed in a text that says so. */
export function placeless(what: string): Place {
  return { source: { file: what, lineStarts: [0], isDerived: true }, offset: 0 };
}

/** A file as a whole: one that was not read, or that a remark is about. */
export function wholeFile(file: string): Place {
  return { source: { file, lineStarts: [0] }, offset: 0 };
}

/** As many steps say how a value came somewhere; functions that call themselves would make hundreds. */
const STEPS_MAX = 12;

/** The way with one more step. Of a long way the outermost and the innermost steps are kept. */
export function through(via: readonly string[], step: string): readonly string[] {
  if (via.length < STEPS_MAX) return [...via, step];
  return [...via.slice(0, STEPS_MAX / 2), '…', ...via.slice(2 - STEPS_MAX / 2), step];
}
