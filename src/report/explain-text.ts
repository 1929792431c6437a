import { FACTS } from '../facts/index.ts';
import type { Check } from '../questions/check/index.ts';
import { count, hanging, padded, paint, type Style, wrapped } from './style.ts';

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

/** The same for machines, with the sources of each check. */
export function listJson(checks: readonly Check[]): string {
  const sorted = [...checks].sort((a, b) => (a.id < b.id ? -1 : 1));
  const listed = sorted.map(({ id, severity, title, explanation, fix, facts }) => {
    return { id, severity, title, explanation, fix, facts };
  });
  return `${JSON.stringify({ schemaVersion: 1, checks: listed }, undefined, 2)}\n`;
}

/** What a check asks, why it matters, how to repair it, and where we know it from. */
export function explainText(check: Check, style: Style): string {
  const { bold, dim } = paint(style);
  const colour = paint(style)[check.severity];
  const facts = check.facts.map((id) => {
    const { fact, source, standing, readOn } = FACTS[id];
    return hanging(style, 1, `${id}  `, `${fact} ${dim(`${source} (${standing}, ${readOn})`)}`);
  });
  return `${[
    ` ${bold(colour(check.severity))}  ${bold(check.id)}`,
    wrapped(style, 1, check.title),
    '',
    wrapped(style, 1, check.explanation),
    '',
    hanging(style, 1, `${bold('fix')}  `, check.fix),
    '',
    ` ${bold('sources')}`,
    ...facts,
  ].join('\n')}\n`;
}
