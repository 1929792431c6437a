import { plainText } from '../diagram/plain-text.ts';

/** Markdown in which a person's own text never becomes markup, ends a cell or a fence, or opens a link. */

/** Text of the perimeter as plain words. Code spans stay what they are: nothing in them is markup. */
export function prose(text: string): string {
  return plainText(text)
    .split(/((?<!`)(`+)(?!`).*?(?<!`)\2(?!`))/)
    .flatMap((part, index) => {
      // Three parts a turn: text, the code span, and the fence the pattern captured within it.
      if (index % 3 === 0) return [part.replace(/[\\`*_[\]<>|~#&!]/g, '\\$&')];
      return index % 3 === 1 ? [part.replaceAll('|', '\\|')] : [];
    })
    .join('');
}

/** A code span, whatever backticks the text holds; safe in a table too. */
export function code(text: string): string {
  const plain = plainText(text).replaceAll('|', '\\|');
  const longest = Math.max(0, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length));
  if (longest === 0) return plain.trim() === '' ? '` `' : `\`${plain}\``;
  const fence = '`'.repeat(longest + 1);
  return `${fence} ${plain} ${fence}`;
}

/** A table; empty when there are no rows. Cells are Markdown already. */
export function table(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line), ''];
}

/** A table of at most `most` rows, and how many are left out. */
export function shortTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  most: number,
  what: string,
  /** Where `rows` are only those that are shown. */
  all = rows.length,
): readonly string[] {
  const left = all - most;
  return [
    ...table(columns, rows.slice(0, most)),
    ...(left > 0 ? [`And ${left} more ${what}.`, ''] : []),
  ];
}

export function bullets(items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [...items.map((item) => `- ${item}`), ''];
}

/** A fenced block of text that holds no fence of its own (three backticks are broken up). */
export function fenced(language: string, text: string): readonly string[] {
  const body = text.replaceAll('```', "'''").replace(/\n+$/, '');
  return [`\`\`\`${language}`, body, '```', ''];
}

/** Fact ids behind a sentence: `(AZN-08, AZN-09)`. docs/facts.md has their sources. */
export function facts(...ids: readonly string[]): string {
  return `(${[...new Set(ids)].join(', ')})`;
}
