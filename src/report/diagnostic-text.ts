import { type Diagnostic, locate } from '../diagnostics/index.ts';
import { groupBy } from './group-by.ts';
import { hanging, isPlaceless, paint, placeText, type Style, safe, wrapped } from './style.ts';

/** `error[arm/expression] message`, then where, then what to do. */
export function diagnosticLines(diagnostic: Diagnostic, style: Style, indent = 0): string {
  const { severity, code, message, at, hint } = diagnostic;
  const head = paint(style)[severity](`${severity}[${code}]`);
  const lines = [wrapped(style, indent, `${head} ${safe(message)}`)];
  if (at !== undefined && !isPlaceless(at)) {
    const { column, via } = locate(at);
    const through = via === undefined ? '' : `  (${via.join(', ')})`;
    lines.push(wrapped(style, indent + 2, `${placeText(style, at)}:${column}${safe(through)}`));
  }
  if (hint !== undefined) lines.push(hanging(style, indent + 2, 'hint: ', safe(hint)));
  return lines.join('\n');
}

const ORDER = { error: 0, warning: 1, note: 2 };

/** Written by hand a moment ago: each is shown, so that one look mends them all. */
const ALWAYS_ALL: ReadonlySet<string> = new Set([
  'config/invalid',
  'assumption/unused',
  'arm/parameter-unused',
]);

/** Errors first. Of many with one code the first stands for the others, unless all are wanted. */
export function diagnosticsByCode(
  diagnostics: readonly Diagnostic[],
  all: boolean,
  style: Style,
  indent = 0,
): readonly string[] {
  const sorted = [...diagnostics].sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
  if (all) return sorted.map((one) => diagnosticLines(one, style, indent));
  return [...groupBy(sorted, ({ code }) => code)].flatMap(([code, same]) => {
    const shown = ALWAYS_ALL.has(code) ? same : same.slice(0, 1);
    const rest = same.length - shown.length;
    const more = `${' '.repeat(indent + 2)}${paint(style).dim(`and ${rest} more ${code} (--verbose)`)}`;
    return [
      ...shown.map((one) => diagnosticLines(one, style, indent)),
      ...(rest > 0 ? [more] : []),
    ];
  });
}
