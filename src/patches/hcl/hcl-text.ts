import type { PlainJson } from '../../questions/check/index.ts';
import type { Arguments } from './arguments.ts';

/** A value as people write it in Terraform: a flat list on one line, everything else a member a line. */
export function hclText(value: PlainJson, indent: string): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item: PlainJson) => hclText(item, inner));
    if (!items.some((item) => item.includes('\n'))) return `[${items.join(', ')}]`;
    return `[\n${items.map((item) => `${inner}${item},\n`).join('')}${indent}]`;
  }
  const entries = Object.entries(value as { readonly [name: string]: PlainJson });
  if (entries.length === 0) return '{}';
  return `{\n${assignments(entries, inner)}${indent}}`;
}

/** A block with what it says; the first line starts where it is put. */
export function blockText(type: string, words: Arguments, indent: string): string {
  const inner = `${indent}  `;
  const parts = words.blocks.map(
    (block) => `${inner}${blockText(block.name, block.words, inner)}\n`,
  );
  if (words.attributes.length > 0) parts.unshift(assignments(words.attributes, inner));
  return `${type} {\n${parts.join('\n')}${indent}}`;
}

/** `terraform fmt`: the signs of neighbouring lines stand below each other, those of several lines by themselves. */
function assignments(entries: readonly (readonly [string, PlainJson])[], indent: string): string {
  const texts = entries.map(([name, value]) => [keyText(name), hclText(value, indent)] as const);
  const lines: string[] = [];
  let run: (readonly [string, string])[] = [];
  const close = () => {
    const width = Math.max(0, ...run.map(([name]) => name.length));
    lines.push(...run.map(([name, text]) => `${indent}${name.padEnd(width)} = ${text}\n`));
    run = [];
  };
  for (const [name, text] of texts) {
    if (text.includes('\n')) {
      close();
      lines.push(`${indent}${name} = ${text}\n`);
    } else run.push([name, text]);
  }
  close();
  return lines.join('');
}

function quoted(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replace(/[$%](?=\{)/g, (sign) => sign + sign);
  return `"${escaped}"`;
}

/** A bare word where it is one. */
export function keyText(name: string): string {
  return /^[A-Za-z_][\w-]*$/.test(name) ? name : quoted(name);
}
