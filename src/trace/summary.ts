import type { MissingFact } from '../semantics/verdict.ts';
import type { Disposition, Trace } from './trace.ts';

/** One sentence a person can repeat. */
export function summarise(
  trace: Pick<Trace, 'answer' | 'forward' | 'back' | 'flow'>,
  from: string,
  to: string,
): string {
  switch (trace.answer) {
    case 'allowed':
      return `${from} reaches ${to}.`;
    case 'broken':
      return `${from} reaches ${to}, and the answer never comes back: ${endOf(trace.back?.disposition)}.`;
    case 'denied':
      return `${from} does not reach ${to}: ${endOf(trace.forward.disposition)}.`;
    case 'unknown': {
      const end =
        trace.forward.disposition.kind === 'unknown'
          ? trace.forward.disposition
          : trace.back?.disposition;
      const tags = end?.kind === 'unknown' ? onlyTags(end.why) : undefined;
      if (tags !== undefined) return unlessTag(trace, from, to, tags);
      return `Whether ${from} reaches ${to} cannot be told: ${endOf(end)}.`;
    }
  }
}

/** How a walk ended, after "does not reach: ". */
export function endOf(disposition: Disposition | undefined): string {
  switch (disposition?.kind) {
    case 'denied':
      return `denied by ${disposition.by.name}`;
    case 'no-route':
      return `no way on (${disposition.by.name})`;
    case 'loop':
      return `it runs in circles through ${disposition.through.join(', ')}`;
    case 'no-session':
      return disposition.why;
    case 'unknown':
      return `needs ${phrases(disposition.why)}`;
    default:
      return 'it ended elsewhere';
  }
}

const FACTS_MAX = 3;

/** The first few missing facts; the walk shows each where it is missed. */
export function phrases(why: readonly MissingFact[]): string {
  const all = [...new Set(why.map((fact) => fact.missing))];
  const shown = all.slice(0, FACTS_MAX).join('; ');
  return all.length > FACTS_MAX ? `${shown}; and ${all.length - FACTS_MAX} more` : shown;
}

/** The tags, when nothing else keeps the answer open (AFW-54). */
function onlyTags(why: readonly MissingFact[]): readonly string[] | undefined {
  const tags = why.map((fact) => fact.fqdnTag);
  if (tags.length === 0 || tags.some((tag) => tag === undefined)) return undefined;
  return [...new Set(tags)] as readonly string[];
}

function unlessTag(
  trace: Pick<Trace, 'flow'>,
  from: string,
  to: string,
  tags: readonly string[],
): string {
  const name = trace.flow.destinationName ?? to;
  const word = tags.length === 1 ? 'FQDN tag' : 'one of the FQDN tags';
  return `${from} to ${to}: denied, unless ${word} ${tags.join(', ')} contains ${name} (Microsoft does not publish its members).`;
}
