import type { Place } from '../diagnostics/index.ts';
import { formatIp } from '../net/index.ts';
import type { FlowAddress } from '../semantics/flow.ts';
import type { Disposition, Hop, Step, Walk } from '../trace/index.ts';
import { safe } from './style.ts';

/** A box as it is printed: what is said of it line by line. */
export interface BoxRows {
  /** `firewall fw-hub`. */
  readonly box: string;
  readonly rows: readonly StepRow[];
}

export interface StepRow {
  readonly stage: string;
  readonly text: string;
  /** `drop`: no rule denies, and still nothing goes on from here. */
  readonly verdict: 'allow' | 'deny' | 'unknown' | 'drop' | '';
  readonly at?: Place;
}

/**
 * The boxes of a walk as people read them. Left out is what says nothing: a subnet or a node that only passes the flow
 * on. The routes of a firewall's or gateway's own subnet are said with the firewall or gateway.
 */
export function boxRows(walk: Walk): readonly BoxRows[] {
  const boxes: { box: string; rows: StepRow[]; kind: string }[] = [];
  walk.hops.forEach((hop, index) => {
    const isEnd = index === walk.hops.length - 1;
    if (
      hop.steps.length === 0 &&
      !isEnd &&
      index > 0 &&
      (hop.kind === 'subnet' || hop.kind === 'node')
    ) {
      return;
    }
    const rows = rowsOf(hop, isEnd ? walk.disposition : undefined);
    const last = boxes.at(-1);
    const isOwnRoute =
      hop.kind === 'subnet' &&
      hop.steps.every(({ stage }) => stage === 'route') &&
      hop.steps.length > 0 &&
      (last?.kind === 'firewall' || last?.kind === 'application-gateway');
    if (isOwnRoute) {
      last.rows.push(...rows);
      return;
    }
    if (rows.length === 0) {
      const text = isEnd && index > 0 ? destinationOf(hop) : '';
      if (text !== '') rows.push({ stage: '', text, verdict: '' });
    }
    boxes.push({ box: hop.kind === 'name' ? '' : boxName(hop), rows, kind: hop.kind });
  });
  return boxes;
}

/** `firewall fw-hub`; the kind is left out where the name says it, and the internet has no name. */
export function boxName({ kind, name }: Hop): string {
  if (kind === 'internet') return kind;
  const spoken = kind.replaceAll('-', ' ');
  const isSaid = kind === 'name' || name.toLowerCase().replaceAll('-', ' ').startsWith(spoken);
  return safe(isSaid ? name : `${spoken} ${name}`);
}

/** Where a flow went that ends outside: the name it was called by, else the address. */
function destinationOf({ kind, flow }: Hop): string {
  if (kind !== 'internet') return '';
  return safe(flow.destinationName ?? addressText(flow.destination));
}

function addressText(address: FlowAddress): string {
  return address.kind === 'exact' ? formatIp(address.ip) : address.label;
}

/** The steps of one box. Where the walk ends without a verdict, the last step says that it ends there. */
function rowsOf({ name, steps }: Hop, end: Disposition | undefined): StepRow[] {
  const undecided = steps.findIndex(({ verdict }) => verdict?.kind === 'unknown');
  const rows = steps.map((step, index): StepRow => {
    const row = rowOf(step);
    // A denial that did not stop the walk holds only if the rule before it does not match.
    const isElse = row.verdict === 'deny' && undecided >= 0 && index > undecided;
    return isElse && end?.kind !== 'denied' ? { ...row, text: `otherwise ${row.text}` } : row;
  });
  const last = rows.at(-1);
  if (last === undefined || last.verdict !== '') return rows;
  return [...rows.slice(0, -1), { ...last, verdict: verdictOfEnd(end, name) }];
}

function verdictOfEnd(end: Disposition | undefined, box: string): StepRow['verdict'] {
  switch (end?.kind) {
    case 'denied':
      return 'deny';
    case 'no-route':
      return 'drop';
    case 'no-session':
      // The box that drops may be one that the walk never came to.
      return end.at === box ? 'drop' : '';
    default:
      return '';
  }
}

function rowOf(step: Step): StepRow {
  const at = step.verdict?.by.at ?? step.by?.at;
  return {
    stage: safe(step.stage),
    text: safe(step.text),
    verdict: step.verdict?.kind ?? '',
    ...(at === undefined ? {} : { at }),
  };
}
