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

/** `file:line`, clickable where the terminal can. Places that no file holds give nothing. */
export function placeText(style: Style, place: Place | undefined): string {
  if (place === undefined || isPlaceless(place)) return '';
  const location = locate(place);
  const text = `${location.file}:${location.line}`;
  return style.link === undefined ? text : style.link(text, location);
}

/** A derived value: its text was never a file. */
export function isPlaceless(place: Place): boolean {
  return (
    place.source.lineStarts.length === 1 && place.offset === 0 && !place.source.file.includes('.')
  );
}

/** Wraps to the width, every line after the first indented as the first is. */
export function wrapped(style: Style, indent: number, text: string): string {
  const pad = ' '.repeat(indent);
  return wrapAnsi(text, Math.max(20, style.width - indent), { hard: false, trim: true })
    .split('\n')
    .map((line) => pad + line)
    .join('\n');
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

/** Control characters of a person's own text never reach a terminal. */
export function safe(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '�');
}
