import { FACTS } from '../facts/index.ts';
import type { Check } from '../questions/check/index.ts';
import { count, padded, paint, type Style, wrapped } from './style.ts';

/** Every check on one line, grouped by area. */
export function listText(checks: readonly Check[], style: Style): string {
  const colours = paint(style);
  const sorted = [...checks].sort((a, b) => (a.id < b.id ? -1 : 1));
  const width = Math.max(...sorted.map(({ id }) => id.length));
  const lines = sorted.map(({ id, severity, title }) => {
    const [first = '', ...rest] = wrapped(
      { ...style, width: style.width - width - 12 },
      0,
      title,
    ).split('\n');
    const pad = ' '.repeat(width + 12);
    return [
      ` ${colours[severity](padded(severity, 8))} ${padded(id, width)}  ${first}`,
      ...rest.map((line) => pad + line),
    ].join('\n');
  });
  return `${lines.join('\n')}\n\n ${count(checks.length, 'check')}. sallyport check --explain ID says more about one.\n`;
}

/** What a check asks, why it matters, how to repair it, and where we know it from. */
export function explainText(check: Check, style: Style): string {
  const { bold, dim } = paint(style);
  return `${[
    ` ${bold(check.id)}  ${check.severity}`,
    wrapped(style, 1, bold(check.title)),
    '',
    wrapped(style, 1, check.explanation),
    '',
    wrapped(style, 1, `${bold('fix')}  ${check.fix}`),
    '',
    ...check.facts.map((id) =>
      wrapped(
        style,
        1,
        `${dim(id)}  ${FACTS[id].fact} ${dim(`${FACTS[id].source}, ${FACTS[id].standing}, read ${FACTS[id].readOn}`)}`,
      ),
    ),
  ].join('\n')}\n`;
}
