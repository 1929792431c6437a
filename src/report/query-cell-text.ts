import type { QueryCell } from '../questions/query/index.ts';
import type { Passed } from '../reach/index.ts';
import { flowRows, rowText } from './flow-rows.ts';
import type { NamedObject } from './named-objects.ts';
import { servicesText } from './port-names.ts';
import { boxOfDecider, type ToldCell, witnessCommand } from './query-cells.ts';
import { grouped, share } from './share.ts';
import { shortPlace } from './shared-folder.ts';
import { displayWidth, hanging, padded, paint, type Style, safe } from './style.ts';

/** How cells are laid out. */
export interface Layout {
  readonly style: Style;
  /** The folder all places share, which is said once for all. */
  readonly folder: string;
  readonly names: readonly NamedObject[];
  readonly paths: readonly string[];
  /** Lines of flows per cell. */
  readonly rowsMax: number;
  /** Entries of a list on one line. */
  readonly listMax: number;
  /** `trace` tells the same of a witness. */
  readonly hasReplay: boolean;
  /** What every told cell passes, by `passedKey`: said once, above. */
  readonly common: ReadonlySet<string>;
}

/** Where everything below the verdict starts, and how wide the labels are. */
export const LABEL = 10;
const HEAD = 7;
const SERVICES_MAX = 30;

/** A cell: verdict, who and whom; the flows; who decides; what it needs; an example. */
export function cellLines(cell: ToldCell, layout: Layout): string[] {
  const { style } = layout;
  const { good, warning, error, bold } = paint(style);
  const colours = { allowed: good, open: warning, broken: error, denied: error };
  const verdict = bold(colours[cell.verdict](padded(cell.verdict, LABEL - 2)));
  return [
    hanging(style, 1, `${verdict} `, whoAndWhom(cell, layout)),
    ...flowLines(cell, layout),
    ...needsLines(cell, layout),
    ...chainLines(cell, layout),
    ...witnessLines(cell, layout),
  ];
}

/** `pets/a, pets/b and 3 more → the internet, by name`. */
export function whoAndWhom({ origins, targets }: ToldCell, { listMax }: Layout): string {
  return `${listed(origins, listMax)} → ${listed(targets, listMax)}`;
}

export function listed(entries: readonly string[], most: number): string {
  const shown = entries.slice(0, most).map(safe).join(', ');
  return entries.length > most ? `${shown} and ${entries.length - most} more` : shown;
}

/** What of the flows is told, and exactly how much is not. */
function flowLines({ flows }: ToldCell, layout: Layout): string[] {
  const { names, rowsMax, listMax, style } = layout;
  const rows = flowRows(flows.boxes);
  const shown = rows.slice(0, rowsMax);
  const told = shown.map((row) => ({
    services: servicesText(row.services, 2 * listMax),
    text: rowText(row, names, listMax),
  }));
  const room = Math.max(
    0,
    ...told.map(({ services }) => displayWidth(services)).filter((width) => width <= SERVICES_MAX),
  );
  const { dim } = paint(style);
  const lines = told.map(({ services, text }, index) => {
    const label = padded(index === 0 ? dim('flows') : '', HEAD);
    if (text === '') return hanging(style, LABEL, label, services);
    const isWide = displayWidth(services) > SERVICES_MAX;
    return isWide
      ? hanging(style, LABEL, label, `${services}, ${text}`)
      : hanging(style, LABEL, `${label}${padded(services, room)}  `, text);
  });
  const hidden = flows.count - shown.reduce((sum, { boxes }) => sum + boxes, 0);
  if (hidden > 0) {
    const part = `${grouped(hidden)} of ${grouped(flows.count)} boxes (${share(hidden, flows.count)})`;
    const more = dim(`and ${part}, not shown (--limit)`);
    lines.push(hanging(style, LABEL, ' '.repeat(HEAD), more));
  }
  return lines;
}

/** What decides an open cell does so only if what it needs comes out that way. */
const DECIDES = { allowed: 'by', open: 'if so', broken: 'lost', denied: 'by' } as const;

/** Many rules may do the same under the same condition: the first is named. */
function alternativesLine({ alternatives = 0 }: ToldCell, { style }: Layout): string[] {
  if (alternatives === 0) return [];
  const { dim } = paint(style);
  const rules = alternatives === 1 ? '1 other rule' : `${grouped(alternatives)} other rules`;
  return [hanging(style, LABEL, ' '.repeat(HEAD), dim(`or ${rules}`))];
}

function chainLines(cell: ToldCell, layout: Layout): string[] {
  const { by, told, verdict } = cell;
  const rows = told.filter((passed) => !layout.common.has(passedKey(passed))).map(rowOf);
  const decider = by === undefined ? [] : [deciderRow(cell, by)];
  const width = widestBox([...decider, ...rows]);
  return [
    ...decider.map((row) => rowLine(row, DECIDES[verdict], width, layout)),
    ...rows.map((row, index) => {
      const label = index > 0 ? '' : by === undefined ? DECIDES[verdict] : 'after';
      return rowLine(row, label, width, layout);
    }),
    ...alternativesLine(cell, layout),
  ];
}

/** What all told cells pass, once for all of them. */
export function commonLines(common: readonly Passed[], layout: Layout): string[] {
  const { dim } = paint(layout.style);
  const rows = common.map(rowOf);
  const width = widestBox(rows);
  return rows.map((row, index) => {
    const [first = '', ...rest] = rowLine(row, '', width, layout).split('\n');
    const label = padded(index === 0 ? dim('all pass') : '', LABEL - 1);
    return [` ${label}${first.slice(LABEL)}`, ...rest].join('\n');
  });
}

/** Two passages that read alike. */
export function passedKey({ box, name, stage, by }: Passed): string {
  return JSON.stringify([box, name, stage, by.name]);
}

function widestBox(rows: readonly Row[]): number {
  return Math.min(40, Math.max(0, ...rows.map(({ box }) => displayWidth(box))));
}

interface Row {
  readonly box: string;
  readonly text: string;
  readonly at: Passed['by']['at'];
}

function rowOf({ box, name, stage, by }: Passed): Row {
  const isSaid = by.name.toLowerCase().startsWith(stage.toLowerCase());
  return {
    box: boxText(box, name),
    text: safe(isSaid ? by.name : `${stage}: ${by.name}`),
    at: by.at,
  };
}

function deciderRow(
  cell: Pick<QueryCell, 'chain' | 'verdict'>,
  by: NonNullable<QueryCell['by']>,
): Row {
  const passed = boxOfDecider({ chain: cell.chain, by });
  const row =
    passed === undefined ? { box: '', text: safe(by.name), at: by.at } : rowOf({ ...passed, by });
  return cell.verdict === 'open' ? { ...row, text: `lost: ${row.text}` } : row;
}

/** `firewall fw-hub`; the kind is left out where the name says it, as in a trace. */
function boxText(box: string, name: string): string {
  if (box === 'internet') return box;
  if (name.startsWith('each ')) return name;
  const spoken = box.replaceAll('-', ' ');
  const isSaid = name.toLowerCase().replaceAll('-', ' ').startsWith(spoken);
  return safe(isSaid ? name : `${spoken} ${name}`);
}

/** The place ends the line, or stands at the end of one of its own. */
function rowLine(row: Row, label: string, boxWidth: number, layout: Layout): string {
  const { style, folder } = layout;
  const { dim } = paint(style);
  const box = row.box === '' ? '' : `${padded(row.box, boxWidth)}  `;
  const text = hanging(style, LABEL, `${padded(dim(label), HEAD)}${box}`, row.text);
  const where = shortPlace(style, row.at, folder);
  if (where === '') return text;
  const last = text.split('\n').at(-1) ?? '';
  const gap = style.width - displayWidth(last) - displayWidth(where);
  if (gap >= 2) return `${text}${' '.repeat(gap)}${dim(where)}`;
  return `${text}\n${' '.repeat(Math.max(0, style.width - displayWidth(where)))}${dim(where)}`;
}

function needsLines({ needs }: ToldCell, layout: Layout): string[] {
  return needs.map(({ missing, at }, index) =>
    rowLine({ box: '', text: safe(missing), at }, index === 0 ? 'needs:' : '', 0, layout),
  );
}

/** On one line however long: it is there to be copied. */
export function witnessLines({ witness }: Pick<ToldCell, 'witness'>, layout: Layout): string[] {
  if (witness === undefined) return [];
  const { dim } = paint(layout.style);
  const command = layout.hasReplay ? witnessCommand(witness, layout.paths) : undefined;
  const { from, to, protocol } = witness;
  const line =
    command === undefined
      ? `${padded('e.g.', HEAD)}${safe(from)} → ${safe(to)} (${protocol})`
      : `${padded('see', HEAD)}${safe(command)}`;
  return [' '.repeat(LABEL) + dim(line)];
}
