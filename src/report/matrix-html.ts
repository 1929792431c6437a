import type { Matrix, MatrixEnd } from '../questions/matrix/index.ts';
import { cellText, LEVEL_SIGNS, LEVEL_WORDS } from './matrix-words.ts';
import { safe } from './style.ts';

/**
 * A page of its own: a heat map with the services of a pair in its tooltip and below. No script, no font and no picture is loaded
 * from anywhere. Signs repeat what colours say; light and dark follow the reader's system.
 */
export function matrixHtml({ senders, receivers, cells, notes }: Matrix, title: string): string {
  const head = receivers
    .map((end) => `<th scope="col"><span>${escaped(end.label)}</span></th>`)
    .join('');
  const rows = senders.map((from, row) => {
    const columns = receivers.map((to, column) => {
      const cell = cells[row]![column]!;
      const words = `${from.label} to ${to.label}: ${cellText(cell)}`;
      return `<td class="${cell.level}" title="${escaped(words)}"><span>${LEVEL_SIGNS[cell.level]}</span></td>`;
    });
    return `<tr><th scope="row">${escaped(from.label)}</th>${columns.join('')}</tr>`;
  });
  const legend = (['all', 'some', 'open', 'none'] as const)
    .map((level) => `<li><b class="${level}">${LEVEL_SIGNS[level]}</b> ${LEVEL_WORDS[level]}</li>`)
    .join('');
  const shared = [...senders, ...receivers].filter(({ members }) => members.length > 1);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p>Rows send, columns receive. Hover or focus a cell for protocols and ports.</p>
<ul class="legend">${legend}</ul>
<div class="scroll"><table>
<thead><tr><td></td>${head}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table></div>
${notes.map((note) => `<p>${escaped(note)}</p>`).join('\n')}
${membersHtml(shared)}
</body>
</html>
`;
}

function membersHtml(ends: readonly MatrixEnd[]): string {
  const distinct = [...new Map(ends.map((end) => [end.label, end])).values()];
  if (distinct.length === 0) return '';
  const items = distinct
    .map((end) => `<dt>${escaped(end.label)}</dt><dd>${escaped(end.members.join(', '))}</dd>`)
    .join('');
  return `<h2>Workloads that share a row</h2><dl>${items}</dl>`;
}

function escaped(text: string): string {
  return safe(text).replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);
}

const STYLE = `
:root { color-scheme: light dark; --all: #e8b4a0; --some: #a9d5b5; --open: #bcd0ee; --none: transparent; --line: #8886; }
@media (prefers-color-scheme: dark) { :root { --all: #7a3b25; --some: #255c38; --open: #2b4a78; } }
body { font: 15px/1.4 system-ui, sans-serif; margin: 1.5rem; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; }
.scroll { overflow: auto; max-height: 80vh; }
table { border-collapse: collapse; }
th, td { border: 1px solid var(--line); padding: .25rem .5rem; }
td { text-align: center; min-width: 1.6rem; }
thead th { position: sticky; top: 0; background: Canvas; vertical-align: bottom; }
thead th span { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; }
tbody th { position: sticky; left: 0; background: Canvas; text-align: left; font-weight: 500; white-space: nowrap; }
.all { background: var(--all); } .some { background: var(--some); } .open { background: var(--open); }
.legend { list-style: none; padding: 0; display: flex; gap: 1.2rem; flex-wrap: wrap; }
.legend b { display: inline-block; min-width: 1.4rem; text-align: center; border: 1px solid var(--line); }
dt { font-weight: 600; } dd { margin: 0 0 .5rem 1rem; }
`;
