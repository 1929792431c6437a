import type { Diagnostic, Gap } from '../../diagnostics/index.ts';
import { itemsOf, member, stringOf, type Value } from '../../values/index.ts';
import type { ImportedPart } from '../imported-part.ts';

/** The version of the file; its presence says what the file is. */
export const LIVE_READ_MARK = 'sallyportRead';

/** What was read, when, and above all what could not be: it lies beside what was read, so that no answer forgets it. */
export interface LiveReadReport {
  readonly sallyportRead: 1;
  readonly source: 'azure' | 'cluster';
  /** Subscriptions, or the context of a cluster. */
  readonly from: readonly string[];
  readonly readAt: string;
  readonly count: number;
  readonly notRead: readonly {
    readonly what: string;
    readonly of: string;
    readonly why: string;
  }[];
  readonly elsewhere: readonly { readonly subscription: string; readonly by: string }[];
}

export function isLiveRead(root: Value): boolean {
  return member(root, LIVE_READ_MARK) !== undefined;
}

/** Each part that could not be read as an error at its line, and as a gap: what it allows or denies is not known. */
export function importLiveRead(root: Value): ImportedPart {
  const diagnostics: Diagnostic[] = [];
  const gaps: Gap[] = [];
  for (const item of itemsOf(member(root, 'notRead'))) {
    const what = text(item, 'what');
    const of = text(item, 'of');
    const whose = of === '' ? what : `${what} of \`${of}\``;
    diagnostics.push({
      code: 'live/not-read',
      severity: 'error',
      message: `${whose} could not be read: ${text(item, 'why')}`,
      at: item.at,
    });
    gaps.push({
      what: of === '' ? what : `${what} of ${of}`,
      why: 'it could not be read, so nothing it allows or denies is known',
      at: item.at,
    });
  }
  for (const item of itemsOf(member(root, 'elsewhere'))) {
    const subscription = text(item, 'subscription');
    diagnostics.push({
      code: 'live/elsewhere',
      severity: 'warning',
      message: `\`${text(item, 'by')}\` leads to subscription \`${subscription}\`, which was not read`,
      at: item.at,
      hint: `name it too: --subscription …,${subscription}`,
    });
    gaps.push({
      what: `subscription ${subscription}`,
      why: 'what was read leads there; what it holds is not known',
      at: item.at,
    });
  }
  return { resources: [], objects: [], diagnostics, gaps };
}

/** `2 subscriptions, read 2026-11-21T10:00:00.000Z; 1 part could not be read`. */
export function liveReadDetail(root: Value): string {
  const from = itemsOf(member(root, 'from')).flatMap((item) => stringOf(item) ?? []);
  const missed = itemsOf(member(root, 'notRead')).length;
  const lost =
    missed === 0 ? '' : `; ${missed} ${missed === 1 ? 'part' : 'parts'} could not be read`;
  return `${from.join(', ')}, read ${text(root, 'readAt')}${lost}`;
}

function text(value: Value, name: string): string {
  return stringOf(member(value, name)) ?? '';
}
