import { formatPortSet } from '../net/index.ts';
import type { CellService, Matrix, MatrixCell, MatrixEnd } from '../questions/matrix/index.ts';
import { cellText } from './matrix-words.ts';
import { safe } from './style.ts';

/** The version of the shape below; raised when a field changes its meaning or goes away. docs/matrix.md lists it. */
export const MATRIX_JSON_VERSION = 1;

export function matrixJson({ senders, receivers, cells, notes, inconclusive }: Matrix): string {
  const json = {
    schemaVersion: MATRIX_JSON_VERSION,
    senders,
    receivers,
    cells: cells.map((row) => row.map(cellJson)),
    notes,
    inconclusive,
  };
  return `${JSON.stringify(json, undefined, 1)}\n`;
}

function cellJson({ level, allowed, open, isPartial }: MatrixCell): object {
  if (level === 'none') return { level };
  const told = (services: readonly CellService[]) => services.map(serviceText);
  return {
    level,
    ...(allowed.length === 0 ? {} : { allowed: told(allowed) }),
    ...(open.length === 0 ? {} : { open: told(open) }),
    ...(isPartial ? { isPartial } : {}),
  };
}

/** `tcp`, `tcp:80,443`. */
function serviceText({ protocol, ports }: CellService): string {
  return ports === undefined ? protocol : `${protocol}:${formatPortSet(ports)}`;
}

/** One line per pair that may exchange something, for spreadsheets. */
export function matrixCsv(matrix: Matrix): string {
  const lines = pairsOf(matrix).map(({ from, to, cell }) =>
    [
      from.kind,
      from.label,
      to.kind,
      to.label,
      cell.level,
      cell.allowed.map(serviceText).join(' '),
      cell.open.map(serviceText).join(' '),
    ]
      .map(csvField)
      .join(','),
  );
  return ['from_kind,from,to_kind,to,level,allowed,perhaps', ...lines, ''].join('\r\n');
}

/** Quoted where it must be; a spreadsheet takes a leading sign for a formula, so such a field begins with an apostrophe. */
function csvField(text: string): string {
  const tame = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame;
}

export function matrixDot(matrix: Matrix): string {
  const { nodes, edges } = graphOf(matrix);
  return [
    'digraph matrix {',
    '  rankdir=LR; node [shape=box, style=rounded];',
    ...nodes.map(({ id, end }) => `  ${id} [label=${quotedLabel(end.label)}];`),
    ...edges.map(({ from, to, cell }) => {
      const dashed = cell.level === 'open' ? ', style=dashed' : '';
      return `  ${from} -> ${to} [label=${quotedLabel(cellText(cell, 2))}${dashed}];`;
    }),
    '}',
    '',
  ].join('\n');
}

export function matrixMermaid(matrix: Matrix): string {
  const { nodes, edges } = graphOf(matrix);
  return [
    'flowchart LR',
    ...nodes.map(({ id, end }) => `  ${id}[${mermaidLabel(end.label)}]`),
    ...edges.map(({ from, to, cell }) => {
      const arrow = cell.level === 'open' ? '-.->' : '-->';
      return `  ${from} ${arrow}|${mermaidLabel(cellText(cell, 2))}| ${to}`;
    }),
    '',
  ].join('\n');
}

/** Ends as nodes, pairs that may exchange something as edges; an end and itself is left out. */
function graphOf(matrix: Matrix) {
  const ids = new Map<string, string>();
  const nodes: { readonly id: string; readonly end: MatrixEnd }[] = [];
  for (const end of [...matrix.senders, ...matrix.receivers]) {
    const key = `${end.kind} ${end.label}`;
    if (ids.has(key)) continue;
    ids.set(key, `n${ids.size}`);
    nodes.push({ id: ids.get(key)!, end });
  }
  const idOf = (end: MatrixEnd): string => ids.get(`${end.kind} ${end.label}`)!;
  const edges = pairsOf(matrix)
    .map(({ from, to, cell }) => ({ from: idOf(from), to: idOf(to), cell }))
    .filter(({ from, to }) => from !== to);
  return { nodes, edges };
}

function pairsOf({ senders, receivers, cells }: Matrix) {
  return senders.flatMap((from, row) =>
    receivers.flatMap((to, column) => {
      const cell = cells[row]![column]!;
      return cell.level === 'none' ? [] : [{ from, to, cell }];
    }),
  );
}

function quotedLabel(text: string): string {
  return `"${safe(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** Mermaid reads `#code;` as a character, and nothing inside quotes as its own syntax. */
function mermaidLabel(text: string): string {
  const escaped = safe(text).replace(/[#"<>&|;]/g, (sign) => `#${sign.codePointAt(0)};`);
  return `"${escaped}"`;
}
