import { type DrillReport, type DrillResult, outcomeText } from '../lab/probe/index.ts';
import { clip } from './clip.ts';
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
  const asTold = broken.filter(({ agrees }) => agrees !== false);
  const most = isVerbose ? Number.POSITIVE_INFINITY : ROWS;
  const { harm, medianMilliseconds: median } = report;
  const head = harm === undefined ? `${report.what} failed` : `${report.what}: ${harm}`;
  const proven = harm === undefined ? 'query --without proves' : 'proven of it unharmed';
  const isProven = report.results.some(({ proof }) => proof !== undefined);
  const nothing = isProven
    ? 'nothing to compare: these flows begin or end in what failed, or are left open'
    : 'the proof knows no such failure: nothing to compare with';
  const lines = [
    ` ${bold(safe(head))}${harm === undefined ? ':' : '\n          '} ${broken.length === 0 ? good('nothing broke') : error(`${count(broken.length, 'flow')} broke`)}, ${survived} of ${report.results.length} went on`,
    judged.length === 0
      ? dim(`           ${nothing}`)
      : `           ${wrong.length === 0 ? good(`as ${proven}`) : error(`${count(wrong.length, 'flow')} otherwise than ${proven}`)} (${judged.length} compared)`,
    ...(harm === undefined || median === undefined
      ? []
      : [dim(`           ${medianText(median)}`)]),
    ...(report.notRestored.length === 0
      ? [dim('           restored: all of them work again')]
      : [warning(`           ${count(report.notRestored.length, 'flow')} did not come back`)]),
    '',
    ...table(asTold, style, most),
  ];
  if (wrong.length > 0) {
    lines.push('', ` ${error('otherwise than proven')}`, ...table(wrong, style, most));
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

function medianText({ before, during }: NonNullable<DrillReport['medianMilliseconds']>): string {
  return `half of the answers came within ${whole(before)} ms before, within ${whole(during)} ms meanwhile`;
}

const whole = (milliseconds: number): string => String(Math.round(milliseconds));

/** One line per sender and target; ports that fared alike stand together. */
function table(results: readonly DrillResult[], style: Style, most: number): readonly string[] {
  const { dim } = paint(style);
  const groups = groupBy(
    results,
    ({ question, observation, proof }) =>
      `${question.from}\n${question.to}\n${outcomeText(observation.outcome)}\n${(proof ?? []).join()}`,
  );
  const cells = [...groups.values()].slice(0, most).map(([first]) => ({
    from: safe(first!.question.from),
    to: safe(first!.question.to),
    lab: safe(outcomeText(first!.observation.outcome)),
    proof: first!.agrees === undefined ? '' : (first!.proof ?? []).join(' or '),
  }));
  const widest = (texts: readonly string[]) => Math.max(0, ...texts.map(displayWidth));
  const from = Math.min(28, widest(cells.map((cell) => cell.from)));
  const told = widest(
    cells.map(({ lab, proof }) => `${lab}${proof === '' ? '' : `, proof: ${proof}`}`),
  );
  const room = Math.max(20, style.width - from - told - 5);
  const to = Math.min(room, widest(cells.map((cell) => cell.to)));
  const more = groups.size - cells.length;
  return [
    ...cells.map(
      (cell) =>
        ` ${padded(clip(cell.from, from), from)}  ${padded(clip(cell.to, to), to)}  ${cell.lab}${cell.proof === '' ? '' : dim(`, proof: ${cell.proof}`)}`,
    ),
    ...(more > 0 ? [dim(` and ${more} more: --verbose`)] : []),
  ];
}
