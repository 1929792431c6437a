import type { Gap } from '../diagnostics/index.ts';
import { groupBy } from './group-by.ts';

/** How many kinds of gaps are named. */
const NAMED = 3;

/**
 * Gaps by kind with how often: `Microsoft.Insights/actionGroups (1), …`. Those that may change an answer come first;
 * empty when there is none.
 */
export function gapNames(gaps: readonly Gap[]): string {
  const kinds = [...groupBy(gaps, ({ what }) => what)].map(([what, of]) => ({
    text: `${what} (${of.length})`,
    matters: of.some(({ why }) => why !== ''),
  }));
  kinds.sort((a, b) => Number(b.matters) - Number(a.matters) || (a.text < b.text ? -1 : 1));
  const shown = kinds.slice(0, NAMED).map(({ text }) => text);
  const rest = kinds.length - shown.length;
  return [...shown, ...(rest > 0 ? [`${rest} more ${rest === 1 ? 'kind' : 'kinds'}`] : [])].join(
    ', ',
  );
}
