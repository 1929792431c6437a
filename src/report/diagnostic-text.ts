import { type Diagnostic, locate } from '../diagnostics/index.ts';
import { isPlaceless, paint, placeText, type Style, safe, wrapped } from './style.ts';

/** `error[arm/expression] message`, then where, then what to do. */
export function diagnosticLines(diagnostic: Diagnostic, style: Style): string {
  const colours = paint(style);
  const head = colours[diagnostic.severity](`${diagnostic.severity}[${diagnostic.code}]`);
  const lines = [wrapped(style, 0, `${head} ${safe(diagnostic.message)}`)];
  const { at } = diagnostic;
  if (at !== undefined && !isPlaceless(at)) {
    const { column, via } = locate(at);
    const through = via === undefined ? '' : `  (${via.join(', ')})`;
    lines.push(wrapped(style, 2, `${placeText(style, at)}:${column}${safe(through)}`));
  }
  if (diagnostic.hint !== undefined)
    lines.push(wrapped(style, 2, `hint: ${safe(diagnostic.hint)}`));
  return lines.join('\n');
}
