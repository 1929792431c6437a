import { expect } from 'vitest';
import { formatAddressSet, formatIp } from '../../../src/net/index.ts';
import type { Network } from '../../../src/network/index.ts';
import type { Flow, FlowAddress } from '../../../src/semantics/flow.ts';
import { answerTrace, type Trace, type Walk } from '../../../src/trace/index.ts';

/** What a walk must be. */
export interface Expected {
  readonly answer: Trace['answer'];
  /** Box by box: `firewall fw: 10.0.0.4 → 1.1.1.1:443`, the flow as it leaves the box. */
  readonly there?: readonly string[];
  readonly back?: readonly string[];
  /** The source as the last box of the way there sees it. */
  readonly source?: string;
  /** Kinds of boxes that must and must not be on the way there. */
  readonly through?: readonly string[];
  readonly around?: readonly string[];
  /** How the way there ends, and who or what is named there. */
  readonly ends?: Trace['forward']['disposition']['kind'];
  readonly backEnds?: Trace['forward']['disposition']['kind'];
  /** A part of the summary. */
  readonly says?: string | RegExp;
}

/** The one trace of a question that has one. */
export function traceOf(network: Network, from: string, to: string): Trace {
  const { traces, diagnostics } = answerTrace(network, { from, to });
  expect(diagnostics.map(({ message }) => message)).toEqual([]);
  expect(traces.length).toBe(1);
  return traces[0]!;
}

export function expectWalk(network: Network, from: string, to: string, expected: Expected): Trace {
  const trace = traceOf(network, from, to);
  expectTrace(trace, expected);
  return trace;
}

export function expectTrace(trace: Trace, expected: Expected): void {
  const told = [
    trace.summary,
    ...boxesOf(trace.forward),
    '-- and back',
    ...(trace.back === undefined ? [] : boxesOf(trace.back)),
  ].join('\n');
  expect(trace.answer, told).toBe(expected.answer);
  if (expected.there !== undefined) expect(boxesOf(trace.forward), told).toEqual(expected.there);
  if (expected.back !== undefined) {
    expect(trace.back === undefined ? [] : boxesOf(trace.back), told).toEqual(expected.back);
  }
  if (expected.source !== undefined) {
    expect(end(trace.forward.hops.at(-1)!.flow.source), told).toBe(expected.source);
  }
  const kinds = trace.forward.hops.map((hop) => hop.kind);
  for (const kind of expected.through ?? []) expect(kinds, told).toContain(kind);
  for (const kind of expected.around ?? []) expect(kinds, told).not.toContain(kind);
  if (expected.ends !== undefined) {
    expect(trace.forward.disposition.kind, told).toBe(expected.ends);
  }
  if (expected.backEnds !== undefined) {
    expect(trace.back?.disposition.kind, told).toBe(expected.backEnds);
  }
  if (expected.says !== undefined) expect(trace.summary, told).toMatch(expected.says);
}

export function boxesOf(walk: Walk): string[] {
  return walk.hops
    .filter((hop) => hop.kind !== 'name')
    .map(
      (hop) =>
        `${hop.kind === 'internet' ? 'internet' : `${hop.kind} ${hop.name}`}: ${headers(hop.flow)}`,
    );
}

function headers(flow: Flow): string {
  const port = flow.destinationPort === undefined ? '' : `:${flow.destinationPort}`;
  return `${end(flow.source)} → ${end(flow.destination)}${port}`;
}

/** A number where there is one, else whose address it is. */
export function end(address: FlowAddress): string {
  if (address.kind === 'exact') return formatIp(address.ip);
  return address.label === '' ? formatAddressSet(address.addresses, 2) : address.label;
}
