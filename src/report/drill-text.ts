import { type DrillReport, type DrillResult, outcomeText } from '../lab/probe/index.ts';
import { groupBy } from './group-by.ts';
import { count, displayWidth, padded, paint, type Style, safe } from './style.ts';

/** Lines of a table before the rest is counted. */
const ROWS = 20;

/** What a failure broke, for people: how many flows, which ones, and whether the proof said so. */
export function drillText(report: DrillReport, style: Style, isVerbose = false): string {
  const { bold, error, good, warning, dim } = paint(style);
  const broken = report.results.filter(({ isBroken }) => isBroken);
  const survived = report.results.length - broken.length;
  const judged = report.results.filter(({ agrees }) => agrees !== undefined);
  const wrong = judged.filter(({ agrees }) => agrees === false);
  const rows = isVerbose ? broken : broken.slice(0, ROWS);
  const lines = [
    ` ${bold(`${safe(report.what)} failed`)}: ${broken.length === 0 ? good('nothing broke') : error(`${count(broken.length, 'flow')} broke`)}, ${survived} of ${report.results.length} went on`,
    judged.length === 0
      ? dim('           the proof knows no such failure: nothing to compare with')
      : `           ${wrong.length === 0 ? good('as query --without proves') : error(`${count(wrong.length, 'flow')} otherwise than query --without proves`)} (${judged.length} compared)`,
    ...(report.notRestored.length === 0
      ? [dim('           restored: all of them work again')]
      : [warning(`           ${count(report.notRestored.length, 'flow')} did not come back`)]),
    '',
    ...table(rows, style),
    ...(rows.length < broken.length
      ? [dim(` and ${broken.length - rows.length} more: --verbose`)]
      : []),
  ];
  if (wrong.length > 0)
    lines.push('', ` ${error('otherwise than proven')}`, ...table(wrong, style));
  return `${lines.join('\n').trimEnd()}\n`;
}

/** One line per sender and target; ports that fared alike stand together. */
function table(results: readonly DrillResult[], style: Style): readonly string[] {
  const groups = groupBy(
    results,
    ({ question, observation, proof }) =>
      `${question.from}\n${question.to}\n${outcomeText(observation.outcome)}\n${(proof ?? []).join()}`,
  );
  const cells = [...groups.values()].map(([first]) => ({
    from: safe(first!.question.from),
    to: safe(first!.question.to),
    lab: safe(outcomeText(first!.observation.outcome)),
    proof: (first!.proof ?? []).join(' or '),
  }));
  const width = (texts: readonly string[]) => Math.min(44, Math.max(0, ...texts.map(displayWidth)));
  const from = width(cells.map((cell) => cell.from));
  const to = width(cells.map((cell) => cell.to));
  return cells.map(
    (cell) =>
      ` ${padded(cell.from, from)}  ${padded(cell.to, to)}  ${cell.lab}${cell.proof === '' ? '' : paint(style).dim(`, proof: ${cell.proof}`)}`,
  );
}
