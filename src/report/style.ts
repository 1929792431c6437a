import picocolors from 'picocolors';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { type Location, locate, type Place } from '../diagnostics/index.ts';

/** How text is laid out. Colour is only ever a second channel: every line reads as well without it. */
export interface Style {
  readonly colour: boolean;
  /** Columns, 60 to 160. */
  readonly width: number;
  /** Makes `file:line` clickable; absent: plain. Gets a path as the person gave it. */
  readonly link?: (text: string, location: Location) => string;
}

export const PLAIN: Style = { colour: false, width: 100 };

export function paint(style: Style) {
  const colours = picocolors.createColors(style.colour);
  return {
    error: (text: string) => colours.red(text),
    warning: (text: string) => colours.yellow(text),
    note: (text: string) => colours.cyan(text),
    good: (text: string) => colours.green(text),
    dim: (text: string) => colours.dim(text),
    bold: (text: string) => colours.bold(text),
  };
}

/** `file:line`, clickable where the terminal can. Empty for a place that no file holds. */
export function placeText(style: Style, place: Place | undefined): string {
  if (place === undefined || isPlaceless(place)) return '';
  const location = locate(place);
  const text = `${safe(location.file)}:${location.line}`;
  return style.link === undefined ? text : style.link(text, location);
}

/** A derived value: its text was never a file. */
export function isPlaceless(place: Place): boolean {
  return place.source.isDerived === true;
}

/** Wraps to the width, every line indented. Long words (paths) are not broken. */
export function wrapped(style: Style, indent: number, text: string): string {
  return hanging(style, indent, '', text);
}

/** `head` and then the text, whose further lines start where its first one does. */
export function hanging(style: Style, indent: number, head: string, text: string): string {
  const left = indent + displayWidth(head);
  const room = Math.max(20, style.width - left);
  const [first = '', ...rest] = linesOf(text, room);
  const lines = [' '.repeat(indent) + head + first, ...rest.map((line) => ' '.repeat(left) + line)];
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** `left` and `right` at the two ends of a line; where they do not fit, `right` on a line of its own, indented. */
export function spread(style: Style, left: string, right: string, indent = 8): string {
  const gap = style.width - displayWidth(left) - displayWidth(right);
  return gap < 2 ? `${left}\n${' '.repeat(indent)}${right}` : left + ' '.repeat(gap) + right;
}

/** Pads to a display width (wide characters and colours counted right). */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** Columns; 0 for colours, 2 for wide characters. O(length). */
export function displayWidth(text: string): number {
  if (/^[\u0020-\u007e]*$/.test(text)) return text.length;
  if (text.length <= LONG) return stringWidth(text);
  return text.match(PIECES)!.reduce((sum, piece) => sum + stringWidth(piece), 0);
}

/** In characters. Both libraries take a time that grows with the square of it: 40 s for a name of 200 KB. */
const LONG = 1000;
const PIECES = /[^ ]{1,500} *| +/gu;

/** Longer texts keep their colour through a line break instead of beginning it anew. */
function linesOf(text: string, room: number): readonly string[] {
  if (text.length <= LONG) return wrapAnsi(text, room, { hard: false, trim: true }).split('\n');
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const word of text.split(' ')) {
    const width = displayWidth(word);
    if (used > 0 && used + 1 + width > room) {
      lines.push(line);
      line = word;
      used = width;
    } else {
      line += line === '' ? word : ` ${word}`;
      used += width + (used === 0 ? 0 : 1);
    }
  }
  return [...lines, line];
}

/** `1 error`, `2 errors`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/**
 * A person's own text on one line. Characters that steer a terminal, and those that turn the reading direction of
 * what follows, never reach it.
 */
export function safe(text: string): string {
  return text
    .replace(/[\t\n\r\u2028\u2029]+/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
