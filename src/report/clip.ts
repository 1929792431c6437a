import { displayWidth } from './style.ts';

/** At most so many columns; what does not fit ends in `…`. */
export function clip(text: string, width: number): string {
  return displayWidth(text) <= width ? text : `${text.slice(0, width - 1)}…`;
}
