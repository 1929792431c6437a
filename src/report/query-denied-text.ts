import { groupBy } from './group-by.ts';
import { LABEL, type Layout, listed, witnessLines } from './query-cell-text.ts';
import { boxOfDecider, type ToldCell } from './query-cells.ts';
import { shortPlace } from './shared-folder.ts';
import { count, hanging, padded, paint, safe, spread } from './style.ts';

/** Deciders the short answer names. */
const SHOWN = 5;

const NEAR = { rule: 0, route: 1, platform: 2, default: 3 } as const;

/** What is denied, by who denies it: those that turn away most pairs first. */
export function deniedLines(cells: readonly ToldCell[], layout: Layout): string[] {
  const { style, folder, listMax } = layout;
  const { bold, error, dim } = paint(style);
  const groups = [...groupBy(cells, deciderOf)].map(([text, of]) => ({
    text,
    of,
    pairs: of.reduce((sum, { origins, targets }) => sum + origins.length * targets.length, 0),
    near: Math.min(...of.map(({ by }) => NEAR[by?.kind ?? 'default'])),
  }));
  groups.sort((a, b) => b.pairs - a.pairs || a.near - b.near || (a.text < b.text ? -1 : 1));
  const shown = groups.slice(0, SHOWN);
  const verdict = bold(error(padded('denied', LABEL - 2)));
  const lines = [
    hanging(
      style,
      1,
      `${verdict} `,
      `${count(cells.length, 'kind')} of flows, by ${count(groups.length, 'decider')}`,
    ),
  ];
  for (const { text, of } of shown) {
    const [first] = of;
    if (first === undefined) continue;
    const origins = [...new Set(of.flatMap((cell) => cell.origins))];
    const targets = [...new Set(of.flatMap((cell) => cell.targets))];
    const where = shortPlace(style, first.by?.at, folder);
    const who = `${listed(origins, listMax)} → ${listed(targets, listMax)}`;
    const head = hanging(style, LABEL, '', safe(text));
    lines.push(
      where === '' || head.includes('\n') ? head : spread(style, head, dim(where), LABEL),
      ...(where !== '' && head.includes('\n') ? [' '.repeat(LABEL + 2) + dim(where)] : []),
      hanging(style, LABEL + 2, '', who),
      ...witnessLines(first, layout).map((line) => `  ${line}`),
    );
  }
  const rest = groups.slice(SHOWN).flatMap(({ of }) => of);
  if (rest.length > 0) {
    const more = `and ${count(groups.length - SHOWN, 'more decider')} of ${count(rest.length, 'kind')} of flows`;
    lines.push(' '.repeat(LABEL) + dim(`${more} (--verdict denied, or --verbose)`));
  } else lines.push(' '.repeat(LABEL) + dim('flow by flow: --verdict denied, or --verbose'));
  return lines;
}

/** `default deny (firewall aks-egress-fw)`. */
function deciderOf(cell: ToldCell): string {
  const { by } = cell;
  if (by === undefined) return 'nobody answers';
  const passed = boxOfDecider(cell);
  // A policy denies for each of its pods alike.
  const isSaid = passed === undefined || passed.box === 'pod' || by.name.includes(passed.name);
  return isSaid ? by.name : `${by.name} (${passed.box.replaceAll('-', ' ')} ${passed.name})`;
}
