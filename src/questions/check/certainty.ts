import type { Evidence } from './finding.ts';

/** How an answer is known, from the surest to the least. `docs/check.md` explains the words. */
export type Certainty =
  /** Of every flow of the set that is named, whatever is unknown; one of them was walked as well. */
  | { readonly kind: 'proven' }
  /** The same, and it does not hold. */
  | { readonly kind: 'refuted' }
  /** If all of these are so. */
  | { readonly kind: 'conditional'; readonly on: readonly string[] }
  /** One flow was walked, there and back. */
  | { readonly kind: 'walked' }
  /** It is written there. */
  | { readonly kind: 'configured' };

export type CertaintyKind = Certainty['kind'];

export const CONFIGURED: Certainty = { kind: 'configured' };

/** The words of every report. */
export const CERTAINTY_WORDS: Readonly<Record<CertaintyKind, string>> = {
  proven: 'proven',
  refuted: 'refuted',
  conditional: 'conditional',
  walked: 'a flow was walked',
  configured: 'seen in configuration',
};

/** From the surest to the least. */
export const CERTAINTY_ORDER: readonly CertaintyKind[] = [
  'proven',
  'refuted',
  'conditional',
  'walked',
  'configured',
];

/** What stands on conditions is conditional, however it was found. */
export function given(kind: 'proven' | 'walked', conditions: readonly string[]): Certainty {
  return conditions.length === 0 ? { kind } : { kind: 'conditional', on: [...new Set(conditions)] };
}

export function certaintyOf(evidence: Evidence): Certainty {
  switch (evidence.kind) {
    case 'walked':
      return given(
        evidence.proof === undefined ? 'walked' : 'proven',
        evidence.proof?.on ?? evidence.trace.assumptions,
      );
    case 'configured':
      return evidence.proof === undefined ? CONFIGURED : given('proven', evidence.proof.on);
    case 'proved':
      return evidence.certainty === 'conditional'
        ? { kind: 'conditional', on: evidence.lines.flatMap(needOf) }
        : { kind: evidence.certainty };
  }
}

function needOf(line: string): readonly string[] {
  return line.startsWith('needs: ') ? [line.slice('needs: '.length)] : [];
}

/** What can be said of all together: the least sure, on everything that any of them stands on. Nothing at all: it is written. */
export function weakest(all: readonly Certainty[]): Certainty {
  const kind = CERTAINTY_ORDER.findLast((one) => all.some((each) => each.kind === one));
  if (kind === undefined) return CONFIGURED;
  if (kind !== 'conditional') return { kind };
  return {
    kind,
    on: [...new Set(all.flatMap((each) => (each.kind === 'conditional' ? each.on : [])))],
  };
}
