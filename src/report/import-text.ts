import type { Diagnostic, Gap } from '../diagnostics/index.ts';
import type { Snapshot } from '../model/index.ts';
import { diagnosticLines } from './diagnostic-text.ts';
import {
  count,
  displayWidth,
  padded,
  paint,
  placeText,
  type Style,
  safe,
  wrapped,
} from './style.ts';

/** What became of every file, then what was wrong and what we do not model. */
export function importText(
  snapshot: Snapshot,
  diagnostics: readonly Diagnostic[],
  gaps: readonly Gap[],
  verbose: boolean,
  style: Style,
): string {
  const { good, dim, warning, bold } = paint(style);
  const word = {
    read: good('read'),
    skipped: dim('skipped'),
    'not-understood': warning('not understood'),
  };
  const width = Math.min(60, Math.max(0, ...snapshot.files.map(({ file }) => displayWidth(file))));
  const files = snapshot.files.map(
    ({ file, outcome, recognisedAs, detail }) =>
      ` ${padded(word[outcome], 15)}${padded(safe(file), width)}  ${safe(recognisedAs)}${detail === '' ? '' : `  ${dim(safe(detail))}`}`,
  );
  const types = countBy([...snapshot.resources.values()].map(({ type }) => type));
  const kinds = countBy([...snapshot.objects.values()].map(({ kind }) => kind));
  const shown = diagnostics.filter(({ severity }) => verbose || severity !== 'note');
  const listed = gaps.filter((gap) => verbose || gap.why !== '');
  return `${[
    ...files,
    '',
    ` ${bold(count(snapshot.resources.size, 'Azure resource'))}`,
    ...types.map(([type, number]) => `   ${String(number).padStart(5)}  ${type}`),
    ` ${bold(count(snapshot.objects.size, 'Kubernetes object'))}`,
    ...kinds.map(([kind, number]) => `   ${String(number).padStart(5)}  ${kind}`),
    ...(shown.length > 0 ? ['', ...shown.map((one) => diagnosticLines(one, style))] : []),
    ...(listed.length > 0
      ? [
          '',
          ` ${bold('not modelled')}`,
          ...listed.map((gap) =>
            wrapped(
              style,
              3,
              `${safe(gap.what)}${gap.why === '' ? '' : `: ${safe(gap.why)}`}  ${dim(placeText(style, gap.at))}`,
            ),
          ),
        ]
      : []),
  ].join('\n')}\n`;
}

function countBy(names: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => (a[0] < b[0] ? -1 : 1));
}
