import { escapedHtml } from './html-text.ts';
import {
  cellWords,
  clippedWords,
  countWords,
  filledColumns,
  type LogsChart,
  type LogsColumn,
  type LogsPage,
  type LogsTable,
  secondsWords,
  timeWords,
} from './logs-page.ts';

/**
 * A page of its own, to be mailed or kept. No script, no font and no picture is loaded from anywhere, and a policy in the page keeps it so
 * whatever a log holds. Light and dark follow the reader's system.
 */
export function logsHtml(page: LogsPage): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(page.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(page.title)}</h1>
<p class="scope">${page.scope.map(escaped).join(' · ')}</p>
<ul class="lead">
${page.lead.map(({ mark, text }) => `<li class="${mark}">${escaped(text)}</li>`).join('\n')}
</ul>
${page.parts.map((part) => (part.kind === 'table' ? tableHtml(part) : chartHtml(part))).join('\n')}
${page.remarks.map((remark) => `<p class="remark">${escaped(remark)}</p>`).join('\n')}
</body>
</html>
`;
}

const escaped = (text: string): string => escapedHtml(clippedWords(text));

/** As in the terminal: a column without a value is left out, and what is long stands below its row. */
function tableHtml(table: LogsTable): string {
  const { title, note, rows, more = 0 } = table;
  const filled = filledColumns(table);
  const shown = filled.filter(({ column }) => column.kind !== 'detail');
  const details = filled.filter(({ column }) => column.kind === 'detail');
  const numeric = (kind: LogsColumn['kind']) => (kind === 'text' ? '' : ' class="n"');
  const head = shown
    .map(({ column }) => `<th scope="col"${numeric(column.kind)}>${escaped(column.title)}</th>`)
    .join('');
  const body = rows
    .map((row) => {
      const cells = shown.map(
        ({ column: { kind }, index }) =>
          `<td${numeric(kind)}>${escaped(cellWords(row[index], kind))}</td>`,
      );
      const below = details.flatMap(({ column, index }) => {
        const text = cellWords(row[index], 'detail');
        return text === '' ? [] : [`<div>${escaped(column.title)}: ${escaped(text)}</div>`];
      });
      const detail =
        below.length === 0
          ? ''
          : `\n<tr class="detail"><td colspan="${shown.length}">${below.join('')}</td></tr>`;
      return `<tr${detail === '' ? '' : ' class="has-detail"'}>${cells.join('')}</tr>${detail}`;
    })
    .join('\n');
  return [
    `<h2>${escaped(title)}</h2>`,
    note === undefined ? '' : `<p>${escaped(note)}</p>`,
    rows.length === 0
      ? '<p>none</p>'
      : `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`,
    more > 0 ? `<p>${countWords(more)} more</p>` : '',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

const WIDTH = 720;
const HEIGHT = 56;

function chartHtml({ title, note, starts, seconds, series, gaps }: LogsChart): string {
  const [first, last] = [starts[0], starts.at(-1)];
  if (first === undefined || last === undefined) return '';
  const step = WIDTH / starts.length;
  const x = (micros: number) => ((micros - first) / (seconds * 1e6)) * step;
  const missing = gaps
    .map(({ from, to }) => {
      const [left, right] = [Math.max(0, x(from)), Math.min(WIDTH, x(to))];
      return `<rect class="gap" x="${left.toFixed(1)}" y="0" width="${Math.max(0, right - left).toFixed(1)}" height="${HEIGHT}"><title>the log is missing</title></rect>`;
    })
    .join('');
  const rows = series.map(({ name, values }) => {
    const peak = Math.max(0, ...values);
    const bars = values
      .map((value, at) => {
        if (value <= 0) return '';
        const height = Math.max(1, (value / peak) * HEIGHT);
        return `<rect x="${(at * step).toFixed(1)}" y="${(HEIGHT - height).toFixed(1)}" width="${Math.max(0.5, step - 0.5).toFixed(1)}" height="${height.toFixed(1)}"><title>${timeWords(starts[at]!)}: ${countWords(value)}</title></rect>`;
      })
      .join('');
    const bad = /^(?:deny|drop|block)/i.test(name) ? ' class="bad"' : '';
    return `<tr><th scope="row">${escaped(name)}</th><td><svg${bad} role="img" aria-label="${escaped(name)}, peak ${countWords(peak)}" viewBox="0 0 ${WIDTH} ${HEIGHT}">${missing}${bars}</svg></td><td class="n">peak ${countWords(peak)}</td></tr>`;
  });
  const absent = gaps.length === 0 ? '' : '; shaded: the log is missing';
  return `<h2>${escaped(title)}</h2>
${note === undefined ? '' : `<p>${escaped(note)}</p>\n`}<table class="chart">
${rows.join('\n')}
</table>
<p class="scope">${timeWords(first)} … ${timeWords(last)} UTC, a bar is ${secondsWords(seconds)}${absent}</p>`;
}

const STYLE = `
:root { color-scheme: light dark; --line: #8886; --bar: #4878a8; --bad: #b5483c; --gap: #c7503022; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 1.5rem; max-width: 75rem; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; margin-top: 1.6rem; }
.scope, .remark { opacity: .75; }
.lead { list-style: none; padding: 0; }
.lead li { padding: .15rem 0 .15rem .8rem; border-left: .3rem solid var(--line); margin: .2rem 0; }
.lead .bad { border-color: #c0392b; } .lead .warn { border-color: #c78a1b; } .lead .good { border-color: #3c8a4e; }
.scroll { overflow: auto; }
table { border-collapse: collapse; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .6rem; text-align: left; vertical-align: top; }
th { white-space: nowrap; } td { min-width: 4rem; max-width: 32rem; overflow-wrap: anywhere; }
th.n, td.n { text-align: right; white-space: nowrap; }
.has-detail td { border: 0; } .detail td { padding: 0 .6rem .4rem 1.6rem; max-width: 60rem; font-size: .9em; opacity: .85; }
.chart td, .chart th { border: 0; } svg { width: min(60vw, ${WIDTH}px); height: ${HEIGHT}px; } svg rect { fill: var(--bar); } svg.bad rect { fill: var(--bad); } svg .gap { fill: var(--gap); }
`;
