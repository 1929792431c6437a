import { locate, type Place } from '../../diagnostics/index.ts';
import { code } from './markdown.ts';

/** `file:line` as a code span; empty for what no file holds. */
export function placeText(at: Place | undefined): string {
  if (at === undefined || at.source.isDerived === true) return '';
  const { file, line } = locate(at);
  return code(`${file}:${line}`);
}
