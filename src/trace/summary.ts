import type { Flow } from '../semantics/flow.ts';
import type { Decider, MissingFact } from '../semantics/verdict.ts';
import { sameAddress } from './session.ts';
import type { Hop, Trace, Walk } from './trace.ts';

/** One sentence a person can repeat. */
export function summarise(
  trace: Pick<Trace, 'answer' | 'forward' | 'back' | 'flow'>,
  from: string,
  to: string,
): string {
  switch (trace.answer) {
    case 'allowed':
      return `${from} reaches ${to}${ledElsewhere(trace.forward, trace.flow)}.`;
    case 'broken':
      return `${from} reaches ${to}, and the answer never comes back: ${endOf(trace.back)}.`;
    case 'denied':
      return `${from} does not reach ${to}: ${endOf(trace.forward)}.`;
    case 'unknown': {
      const end = trace.forward.disposition.kind === 'unknown' ? trace.forward : trace.back;
      const why = end?.disposition.kind === 'unknown' ? end.disposition.why : [];
      const tags = onlyTags(why);
      if (tags !== undefined) return unlessTag(trace, from, to, tags);
      return `Whether ${from} reaches ${to} cannot be told: ${endOf(end)}.`;
    }
  }
}

/** A box rewrote the destination, and what it became is out there. */
function ledElsewhere({ disposition, hops }: Walk, { destination: called }: Flow): string {
  const last = hops.at(-1)?.flow.destination;
  if (disposition.kind !== 'left-network' || last === undefined || sameAddress(last, called)) {
    return '';
  }
  return `, which leads to ${disposition.to}, outside the input`;
}

/** How a walk ended, after "does not reach: ". */
function endOf(walk: Walk | undefined): string {
  const disposition = walk?.disposition;
  switch (disposition?.kind) {
    case 'denied':
      return denial(disposition.by, walk?.hops.at(-1));
    case 'no-route':
      return disposition.by.kind === 'route' || disposition.by.name.startsWith('route ')
        ? `${disposition.by.name} leads nowhere`
        : disposition.by.name;
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

function denial(by: Decider, last: Hop | undefined): string {
  if (last?.kind !== 'firewall') return `denied by ${by.name}`;
  if (by.kind === 'rule') return `denied by ${by.name} of ${last.name}`;
  if (by.name === 'default deny') return `no rule of ${last.name} allows it (default deny)`;
  if (by.name.includes('no DNAT rule')) return `${last.name} has no DNAT rule for it`;
  return `denied by ${last.name}: ${by.name}`;
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
