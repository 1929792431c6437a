import type { Condition } from '../flows/index.ts';
import type { Network } from '../network/index.ts';
import {
  DIRECTIONS,
  type Direction,
  directionOfList,
  directionOfReach,
  type ListChange,
  type PerimeterDiff,
  type ReachChange,
  type ReachSide,
  type Side,
} from '../questions/diff/index.ts';
import { shownFlows } from '../questions/query/index.ts';
import type { Decider } from '../semantics/verdict.ts';
import { flowRows, rowText } from './flow-rows.ts';
import { flowText } from './flow-text.ts';
import { type NamedObject, namedObjects } from './named-objects.ts';
import { servicesText } from './port-names.ts';
import { quoted } from './replay-command.ts';
import { grouped } from './share.ts';
import { count, hanging, padded, paint, placeText, type Style, safe, wrapped } from './style.ts';

export interface DiffTextInput {
  readonly diff: PerimeterDiff;
  /** The later version: its names are the ones people know. */
  readonly after: Network;
  readonly paths: readonly [before: string, after: string];
  readonly verbose: boolean;
}

/** Changes of one direction, rows of one change and boxes behind them that the short report shows. */
const CHANGES_MAX = 12;
const ROWS_MAX = 4;
const BOXES_MAX = 200;
const INDENT = 10;

const WORDS: Readonly<Record<Direction, string>> = {
  opens: 'opens',
  'may-open': 'may open',
  closes: 'closes',
  'may-close': 'may close',
  changes: 'changes',
};

/** What opens first, then what closes; end to end before box by box. Says plainly when nothing does. */
export function diffText(input: DiffTextInput, style: Style): string {
  const { diff } = input;
  const names = namedObjects(input.after);
  const ends = DIRECTIONS.flatMap((direction) =>
    section(
      direction,
      diff.reach.filter((each) => directionOfReach(each.before, each.after) === direction),
      input,
      (change) => reachLines(change, direction, names, input, style),
    ),
  );
  const untold = input.verbose ? diff.lists : withoutTold(diff);
  const lists = untold.flatMap(({ list, changes }) =>
    DIRECTIONS.flatMap((direction) =>
      section(
        direction,
        changes.filter((each) => directionOfList(each.before, each.after) === direction),
        input,
        (change) => listLines(list, change, direction, names, style),
      ),
    ),
  );
  const { bold } = paint(style);
  return `${[
    summary(diff, style),
    ...ends,
    ...(lists.length === 0 ? [] : [bold(' box by box'), ...lists]),
    ...asides(diff, style),
  ].join('\n\n')}\n`;
}

/** A rule that the end-to-end part names already is not told a second time. */
function withoutTold(diff: PerimeterDiff): PerimeterDiff['lists'] {
  const told = new Set(
    diff.reach.flatMap(({ before, after }) => [before.by?.name, after.by?.name]),
  );
  const isNew = ({ before, after }: ListChange): boolean => {
    const rules = [before.by, after.by].filter((by) => by?.kind === 'rule');
    return rules.length === 0 || rules.some((by) => !told.has(by?.name));
  };
  return diff.lists
    .map(({ list, changes }) => ({ list, changes: changes.filter(isNew) }))
    .filter(({ changes }) => changes.length > 0);
}

/** `opens 2 · closes nothing`. */
function summary(diff: PerimeterDiff, style: Style): string {
  const { bold } = paint(style);
  const all = [
    ...diff.reach.map(({ before, after }) => directionOfReach(before, after)),
    ...withoutTold(diff).flatMap(({ changes }) =>
      changes.map(({ before, after }) => directionOfList(before, after)),
    ),
  ];
  const told = (direction: Direction): string[] => {
    const found = all.filter((each) => each === direction).length;
    if (found > 0) return [`${WORDS[direction]} ${found}`];
    return direction === 'opens' || direction === 'closes' ? [`${WORDS[direction]} nothing`] : [];
  };
  const { lists, pairs } = diff.compared;
  const compared = `${count(lists, 'list')} of rules and ${count(pairs, 'pair')} of ends compared`;
  return hanging(style, 1, `${bold(DIRECTIONS.flatMap(told).join(' · '))}   `, compared);
}

function section<T>(
  direction: Direction,
  changes: readonly T[],
  { verbose }: DiffTextInput,
  lines: (change: T) => string,
): readonly string[] {
  const shown = verbose ? changes : changes.slice(0, CHANGES_MAX);
  const left = changes.length - shown.length;
  return [
    ...shown.map(lines),
    ...(left > 0
      ? [` ${padded(WORDS[direction], INDENT)}${left} more (--verbose shows them)`]
      : []),
  ];
}

function reachLines(
  change: ReachChange,
  direction: Direction,
  names: readonly NamedObject[],
  { paths }: DiffTextInput,
  style: Style,
): string {
  const { origins, target, before, after, witness } = change;
  const who = `${safe(origins.join(', '))} → ${safe(target)}`;
  return [
    head(direction, who, style),
    ...flowLines(change, names, style),
    sideLine('before', reachWords(before), before.by, before.needs, style),
    sideLine('after', reachWords(after), after.by, after.needs, style),
    ...(witness === undefined
      ? []
      : [
          wrapped(
            style,
            INDENT + 1,
            `for example sallyport trace --from ${quoted(witness.from)} --to ${quoted(witness.to)} ${quoted(paths[before.verdict === 'allowed' ? 0 : 1])}`,
          ),
        ]),
  ].join('\n');
}

function reachWords({ verdict }: ReachSide): string {
  return verdict === 'open' ? 'cannot be told' : verdict === 'absent' ? 'not there' : verdict;
}

function listLines(
  list: string,
  change: ListChange,
  direction: Direction,
  names: readonly NamedObject[],
  style: Style,
): string {
  const { before, after, example } = change;
  return [
    head(direction, safe(list), style),
    ...flowLines(change, names, style),
    sideLine('before', actionWords(before), before.by, before.needs, style),
    sideLine('after', actionWords(after), after.by, after.needs, style),
    ...(example === undefined
      ? []
      : [wrapped(style, INDENT + 1, `for example ${flowText(example)}`)]),
  ].join('\n');
}

function actionWords({ action }: Side): string {
  if (action === 'open') return 'cannot be told';
  const [word] = action.split('/');
  return word === 'allow' ? 'allowed' : word === 'deny' ? 'denied' : action;
}

function head(direction: Direction, text: string, style: Style): string {
  const { bold, warning, good, note } = paint(style);
  const colour =
    direction.endsWith('opens') || direction === 'may-open'
      ? warning
      : direction.includes('close')
        ? good
        : note;
  return hanging(style, 1, colour(bold(padded(WORDS[direction], INDENT))), bold(text));
}

function flowLines(
  { sets, flows }: Pick<ReachChange, 'sets' | 'flows'>,
  names: readonly NamedObject[],
  style: Style,
): readonly string[] {
  const shown = shownFlows(sets, flows, BOXES_MAX);
  const rows = flowRows(shown.boxes);
  const told = rows.slice(0, ROWS_MAX);
  const boxes = told.reduce((sum, row) => sum + row.boxes, 0);
  const left = shown.count - boxes;
  return [
    ...told.map((row) =>
      wrapped(
        style,
        INDENT + 1,
        `${servicesText(row.services, ROWS_MAX)} ${rowText(row, names, ROWS_MAX)}`.trim(),
      ),
    ),
    ...(left > 0
      ? [wrapped(style, INDENT + 1, `and ${grouped(left)} more of ${grouped(shown.count)} boxes`)]
      : []),
  ];
}

function sideLine(
  word: string,
  verdict: string,
  by: Decider | undefined,
  needs: readonly Condition[],
  style: Style,
): string {
  const who = by === undefined ? '' : ` by ${safe(by.name)}`;
  const at = placeText(style, by?.at);
  const wants =
    needs.length === 0
      ? ''
      : `: needs ${needs
          .slice(0, 3)
          .map(({ missing }) => safe(missing))
          .join('; ')}`;
  const more = needs.length > 3 ? `; ${needs.length - 3} more` : '';
  const place = at === '' ? '' : `   ${at}`;
  return hanging(style, INDENT + 1, padded(word, 8), `${verdict}${who}${wants}${more}${place}`);
}

/** What the answer does not cover, on the first screen. */
function asides(diff: PerimeterDiff, style: Style): readonly string[] {
  const { dim } = paint(style);
  const lines = [
    ...diff.onlyBefore.map((name) => `${safe(name)}: only in the old version`),
    ...diff.onlyAfter.map((name) => `${safe(name)}: only in the new version`),
    ...diff.inconclusive.map(
      ({ artefact, exhausted, hint }) =>
        `inconclusive: ${safe(artefact)} (${exhausted === 'ways' ? 'too many ways' : `out of ${exhausted}`}); ${safe(hint)}`,
    ),
  ];
  return lines.length === 0 ? [] : [lines.map((line) => wrapped(style, 1, dim(line))).join('\n')];
}
