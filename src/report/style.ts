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
  const left = indent + stringWidth(head);
  const room = Math.max(20, style.width - left);
  const [first = '', ...rest] = wrapAnsi(text, room, { hard: false, trim: true }).split('\n');
  const lines = [' '.repeat(indent) + head + first, ...rest.map((line) => ' '.repeat(left) + line)];
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** `left` and `right` at the two ends of a line; one space apart when they do not fit. */
export function spread(style: Style, left: string, right: string): string {
  const gap = style.width - stringWidth(left) - stringWidth(right);
  return left + ' '.repeat(Math.max(2, gap)) + right;
}

/** Pads to a display width (wide characters and colours counted right). */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
}

export function displayWidth(text: string): number {
  return stringWidth(text);
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
