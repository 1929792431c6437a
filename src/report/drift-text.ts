import type { Network } from '../network/index.ts';
import type { PerimeterDiff } from '../questions/diff/index.ts';
import type {
  ChangedThing,
  PropertyDifference,
  Thing,
  ThingsDrift,
} from '../questions/drift/index.ts';
import { diffText } from './diff-text.ts';
import { count, hanging, padded, paint, placeText, type Style, safe } from './style.ts';

export interface DriftTextInput {
  readonly flows: PerimeterDiff;
  readonly things: ThingsDrift;
  readonly live: Network;
  readonly paths: readonly [approved: string, live: string];
  readonly verbose: boolean;
}

/** Things of one kind of change, and properties of one thing, that the short report shows. */
const THINGS_MAX = 12;
const PROPERTIES_MAX = 8;
const INDENT = 10;

/** Flows first: they say what the drift means. Then thing by thing. */
export function driftText(input: DriftTextInput, style: Style): string {
  const { flows, things, live, paths, verbose } = input;
  const { bold } = paint(style);
  const { changed, come, gone, compared } = things;
  const total = changed.length + come.length + gone.length;
  const parts = [
    ...(changed.length > 0 ? [`${changed.length} changed`] : []),
    ...(come.length > 0 ? [`${come.length} never approved`] : []),
    ...(gone.length > 0 ? [`${gone.length} gone`] : []),
  ];
  const summary = total === 0 ? 'nothing differs' : parts.join(' · ');
  const compares = `${count(compared, 'resource')} and objects compared`;
  const shown = <T>(list: readonly T[]): readonly T[] =>
    verbose ? list : list.slice(0, THINGS_MAX);
  const more = <T>(list: readonly T[]): readonly string[] =>
    list.length > shown(list).length
      ? [` ${padded('', INDENT)}${list.length - shown(list).length} more (--verbose shows them)`]
      : [];
  return `${[
    bold(' flows'),
    diffText({ diff: flows, after: live, paths, verbose }, style).trimEnd(),
    bold(' properties'),
    `${hanging(style, 1, `${bold(summary)}   `, compares)}`,
    ...shown(changed).map((one) => changedLines(one, verbose, style)),
    ...more(changed),
    ...(come.length === 0 ? [] : [listed('came', shown(come), style).join('\n'), ...more(come)]),
    ...(gone.length === 0 ? [] : [listed('gone', shown(gone), style).join('\n'), ...more(gone)]),
  ].join('\n\n')}\n`;
}

function changedLines({ name, differences }: ChangedThing, verbose: boolean, style: Style): string {
  const { bold } = paint(style);
  const shown = verbose ? differences : differences.slice(0, PROPERTIES_MAX);
  const left = differences.length - shown.length;
  return [
    ` ${padded('changed', INDENT)}${bold(safe(name))}`,
    ...shown.map((one) => propertyLine(one, style)),
    ...(left > 0 ? [` ${padded('', INDENT)}${left} more (--verbose shows them)`] : []),
  ].join('\n');
}

function propertyLine(
  { path, approved, live, approvedAt, liveAt }: PropertyDifference,
  style: Style,
): string {
  const { dim } = paint(style);
  const words =
    approved === undefined
      ? `${safe(live ?? '')} was added`
      : `${safe(approved)} → ${live === undefined ? 'not there' : safe(live)}`;
  const places = [approvedAt, liveAt].map((at) => placeText(style, at)).filter((at) => at !== '');
  const where = places.length === 0 ? '' : `   ${dim(places.join(' · '))}`;
  return hanging(
    style,
    INDENT + 1,
    '',
    `${safe(path.replace(/^properties\./, ''))}  ${words}${where}`,
  );
}

function listed(word: string, things: readonly Thing[], style: Style): readonly string[] {
  const { dim } = paint(style);
  return things.map(
    ({ name, at }, index) =>
      ` ${padded(index === 0 ? word : '', INDENT)}${safe(name)}   ${dim(placeText(style, at))}`,
  );
}
