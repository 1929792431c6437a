import type { FactId } from '../facts/index.ts';
import { formatAddressSet, formatIp } from '../net/index.ts';
import type { FlowAddress } from '../semantics/flow.ts';
import type { Verdict } from '../semantics/verdict.ts';
import type { Step } from './trace.ts';

/** A step that a verdict decides: the text is the decider's name. */
export function stepOf(stage: string, verdict: Verdict, facts: readonly FactId[] = []): Step {
  return {
    stage,
    verdict,
    text:
      verdict.kind === 'unknown'
        ? `${verdict.by.name}: needs ${verdict.why.map((fact) => fact.missing).join('; ')}`
        : verdict.by.name,
    ...(facts.length === 0 ? {} : { facts }),
  };
}

/** An address for people: its number, or whose it is. */
export function formatAddress(address: FlowAddress): string {
  if (address.kind === 'exact') return formatIp(address.ip);
  return address.label === '' ? formatAddressSet(address.addresses, 2) : address.label;
}

/** The same with the one range it lies in: `a node of snet-nodes (10.42.4.0/24)`. */
export function withRange(address: FlowAddress): string {
  const text = formatAddress(address);
  if (address.kind === 'exact' || address.label === '') return text;
  const range = formatAddressSet(address.addresses, 2);
  return range.includes(',') || range === '' ? text : `${text} (${range})`;
}
