import { locate, type Place } from '../diagnostics/index.ts';
import type { Inconclusive, QueryAnswer } from '../questions/query/index.ts';
import type { Passed, ReachVerdict } from '../reach/index.ts';
import type { NamedObject } from './named-objects.ts';
import { cellLines, commonLines, LABEL, type Layout, passedKey } from './query-cell-text.ts';
import { type ToldCell, toldCells, VERDICTS } from './query-cells.ts';
import { deniedLines } from './query-denied-text.ts';
import { sharedFolder } from './shared-folder.ts';
import { count, hanging, isPlaceless, padded, paint, type Style, safe, wrapped } from './style.ts';

export interface QueryTextInput {
  readonly answer: QueryAnswer;
  /** What addresses are called by; see `namedObjects`. */
  readonly names: readonly NamedObject[];
  /** As the person gave them: commands to repeat need them. */
  readonly paths: readonly string[];
  readonly verbose: boolean;
  /** Lines of flows per cell. */
  readonly rowsMax?: number;
  /** Only these are told; all are counted. Empty: all. */
  readonly verdicts?: readonly ReachVerdict[];
  /** What is taken as failed, in the person's words. `trace` cannot be asked about such a world. */
  readonly without?: readonly string[];
}

/** Cells of one verdict the short answer shows. */
const SHOWN = 12;
/** As many denied cells are told like the others; more are told by who denies. */
const DENIED_SHOWN = 3;
const ROWS = 6;

/**
 * An answer for people: what is allowed first, then what hangs on something, what loses its answer, what is denied; each with
 * who decides, where that is written, and an example to walk.
 */
export function queryText(input: QueryTextInput, style: Style): string {
  const { answer, verbose } = input;
  const { dim } = paint(style);
  const groups = toldCells(answer.cells, verbose);
  const asked =
    input.verdicts === undefined || input.verdicts.length === 0 ? VERDICTS : input.verdicts;
  const common = commonOf(
    VERDICTS.flatMap((verdict) => (asked.includes(verdict) ? (groups.get(verdict) ?? []) : [])),
  );
  const folder = sharedFolder(placesOf(answer));
  const layout: Layout = {
    style,
    folder,
    names: input.names,
    paths: input.paths,
    rowsMax: verbose ? Number.MAX_SAFE_INTEGER : (input.rowsMax ?? ROWS),
    listMax: verbose ? Number.MAX_SAFE_INTEGER : 4,
    hasReplay: (input.without ?? []).length === 0,
    common: new Set(common.map(passedKey)),
  };
  const assumptions = new Set<string>();
  const blocks: string[][] = [headLines(input, groups, asked, style)];
  if (common.length > 0) blocks.push(commonLines(common, layout));
  for (const one of answer.inconclusive) blocks.push(inconclusiveLines(one, style));
  for (const verdict of VERDICTS.filter((each) => asked.includes(each))) {
    const cells = groups.get(verdict) ?? [];
    const isExplicit = asked.length < VERDICTS.length;
    if (verdict === 'denied' && !verbose && !isExplicit && cells.length > DENIED_SHOWN) {
      blocks.push(deniedLines(cells, layout));
      continue;
    }
    const shown = verbose ? cells : cells.slice(0, SHOWN);
    for (const cell of shown) {
      blocks.push(cellLines(cell, layout));
      for (const text of cell.assumptions) assumptions.add(text);
    }
    const rest = cells.length - shown.length;
    if (rest > 0) {
      const text = `and ${count(rest, `more ${verdict} kind`)} of flows (--verbose)`;
      blocks.push([' '.repeat(LABEL) + dim(text)]);
    }
  }
  if (assumptions.size > 0) {
    blocks.push(
      [...assumptions].map((text, index) =>
        hanging(style, 1, padded(index === 0 ? dim('assuming') : '', LABEL), safe(text)),
      ),
    );
  }
  if (folder !== '')
    blocks.push([dim(` ${padded('files', LABEL)}in ${safe(folder.slice(0, -1))}`)]);
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** As many cells must share a passage before it is said once for all. */
const COMMON_MIN = 3;

/** What every told cell passes: worth saying once, and not in every block. */
function commonOf(cells: readonly ToldCell[]): readonly Passed[] {
  const [first, ...others] = cells;
  if (first === undefined || cells.length < COMMON_MIN) return [];
  const sets = others.map(({ told }) => new Set(told.map(passedKey)));
  return first.told.filter((passed) => sets.every((set) => set.has(passedKey(passed))));
}

/** The question, and the answer in one line. */
function headLines(
  { answer, without = [] }: QueryTextInput,
  groups: ReadonlyMap<ReachVerdict, readonly ToldCell[]>,
  asked: readonly ReachVerdict[],
  style: Style,
): string[] {
  const { good, warning, error, bold, dim } = paint(style);
  const colours = { allowed: good, open: warning, broken: error, denied: (text: string) => text };
  const told = VERDICTS.flatMap((verdict) => {
    const number = groups.get(verdict)?.length ?? 0;
    return number === 0 ? [] : [colours[verdict](`${number} ${verdict}`)];
  });
  const unsure = answer.inconclusive.length;
  if (unsure > 0) told.push(warning(`${unsure} inconclusive`));
  const failed = without.length === 0 ? '' : `, without ${without.map(safe).join(', ')}`;
  const none = asked.filter((verdict) => (groups.get(verdict)?.length ?? 0) === 0);
  const isFiltered = asked.length < VERDICTS.length && none.length === asked.length;
  const nothing = answer.cells.length === 0 && unsure === 0;
  return [
    hanging(style, 1, '', bold(`${safe(answer.from)} → ${safe(answer.to)}${failed}`)),
    nothing
      ? wrapped(style, 1, 'there is no such flow')
      : wrapped(
          style,
          1,
          `${told.join(' · ')}${dim('   kinds of flows: one verdict, one reason each')}`,
        ),
    ...(isFiltered && !nothing ? [wrapped(style, 1, `nothing is ${none.join(' or ')}`)] : []),
  ];
}

const WHY: Readonly<Record<Inconclusive['exhausted'], string>> = {
  time: 'no time was left',
  nodes: 'it needs more memory than it may use',
  cancelled: 'it was interrupted',
  ways: 'there are too many ways',
};

function inconclusiveLines({ exhausted, artefact, hint }: Inconclusive, style: Style): string[] {
  const { bold, warning, dim } = paint(style);
  return [
    hanging(
      style,
      1,
      `${bold(warning('inconclusive'))}  `,
      `${safe(artefact)}: ${WHY[exhausted]}, so nothing is said of these flows`,
    ),
    hanging(style, LABEL, `${dim('hint')}  `, safe(hint)),
  ];
}

function placesOf({ cells }: QueryAnswer): readonly string[] {
  const fileOf = (at: Place | undefined): readonly string[] =>
    at === undefined || isPlaceless(at) ? [] : [locate(at).file];
  return cells.flatMap(({ by, chain, needs }) => [
    ...fileOf(by?.at),
    ...chain.flatMap((passed) => fileOf(passed.by.at)),
    ...needs.flatMap(({ at }) => fileOf(at)),
  ]);
}
