/**
 * Lines of a Terraform file as `terraform fmt` lays them out (iac-formats 4.4): two spaces a level, and `=` in one
 * column for arguments of one line that follow each other.
 */
export type Entry =
  | {
      readonly kind: 'argument';
      readonly name: string;
      /** The first line stands behind `=`. */
      readonly value: readonly string[];
    }
  | { readonly kind: 'block'; readonly head: string; readonly entries: readonly Entry[] }
  | { readonly kind: 'comment'; readonly line: string }
  | { readonly kind: 'gap' };

/** An empty line. */
export const GAP: Entry = { kind: 'gap' };

export function argument(name: string, ...value: readonly string[]): Entry {
  return { kind: 'argument', name, value };
}

/** The same of many lines: a call takes no hundred thousand arguments. */
export function linedArgument(name: string, value: readonly string[]): Entry {
  return { kind: 'argument', name, value };
}

export function block(head: string, entries: readonly Entry[]): Entry {
  return { kind: 'block', head, entries };
}

/** The inside of a body: arguments first come, blocks apart from them by an empty line. */
export function bodyLines(entries: readonly Entry[]): readonly string[] {
  const lines: string[] = [];
  for (const [index, entry] of entries.entries()) {
    const before = entries[index - 1];
    const isApart = entry.kind === 'block' || before?.kind === 'block';
    if (before !== undefined && isApart && lines.at(-1) !== '') lines.push('');
    if (entry.kind === 'gap') {
      if (lines.at(-1) !== '') lines.push('');
    } else if (entry.kind === 'comment') lines.push(entry.line);
    else if (entry.kind === 'argument') {
      const [first = '', ...rest] = entry.value;
      const width = rest.length > 0 ? entry.name.length : widthAt(entries, index);
      lines.push(`${entry.name.padEnd(width)} = ${first}`);
      append(lines, rest);
    } else append(lines, blockLines(entry.head, entry.entries));
  }
  return lines;
}

/** A policy of thousands of rules has more lines than a call takes arguments. */
function append(lines: string[], more: readonly string[]): void {
  for (const line of more) lines.push(line);
}

export function blockLines(head: string, entries: readonly Entry[]): readonly string[] {
  if (entries.length === 0) return [`${head} {}`];
  return [`${head} {`, ...indented(bodyLines(entries)), '}'];
}

/** An object in braces, whose members are laid out as arguments are. */
export function objectLines(
  members: readonly (readonly [name: string, value: readonly string[]])[],
): readonly string[] {
  if (members.length === 0) return ['{}'];
  const entries = members.map(([name, value]) => linedArgument(name, value));
  return ['{', ...indented(bodyLines(entries)), '}'];
}

const LINE_MAX = 100;

/** A list on one line where it fits. */
export function listLines(items: readonly (readonly string[])[]): readonly string[] {
  if (items.length === 0) return ['[]'];
  const line = `[${items.map(([first]) => first).join(', ')}]`;
  if (items.every((item) => item.length === 1) && line.length <= LINE_MAX) return [line];
  return [
    '[',
    ...indented(items.flatMap((item) => [...item.slice(0, -1), `${item.at(-1)},`])),
    ']',
  ];
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === '' ? line : `  ${line}`));
}

/** The longest name among the neighbours of one line. Code points: `fmt` counts letters. */
function widthAt(entries: readonly Entry[], index: number): number {
  const width = (entry: Entry | undefined) =>
    entry?.kind === 'argument' && entry.value.length === 1 ? [...entry.name].length : undefined;
  let longest = width(entries[index]) ?? 0;
  for (const step of [-1, 1]) {
    for (let at = index + step; ; at += step) {
      const next = width(entries[at]);
      if (next === undefined) break;
      longest = Math.max(longest, next);
    }
  }
  return longest;
}
