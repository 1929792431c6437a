import { formatAddressSet, formatIp } from '../net/index.ts';
import type { Flow, FlowAddress } from '../semantics/flow.ts';
import type { Decider, Verdict } from '../semantics/verdict.ts';
import type { Disposition, Step, Trace, Walk } from '../trace/index.ts';
import { locationJson } from './location-json.ts';

/** The version of the shape below; raised when a field changes its meaning or goes away. docs/trace.md lists it. */
export const TRACE_JSON_VERSION = 1;

/** Traces as a document of their own. */
export function tracesJson(traces: readonly Trace[]): string {
  const json = { schemaVersion: TRACE_JSON_VERSION, traces: traces.map(traceJson) };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

/** A trace as plain JSON: addresses as text, places as file, line and column. */
export function traceJson(trace: Trace): object {
  return {
    question: trace.question,
    answer: trace.answer,
    summary: trace.summary,
    assumptions: trace.assumptions,
    flow: flowJson(trace.flow),
    forward: walkJson(trace.forward),
    ...(trace.back === undefined ? {} : { return: walkJson(trace.back) }),
    wouldOpen: trace.wouldOpen,
  };
}

function walkJson(walk: Walk): object {
  return {
    hops: walk.hops.map((hop) => ({
      kind: hop.kind,
      name: hop.name,
      ...locationJson(hop.at),
      flow: flowJson(hop.flow),
      steps: hop.steps.map(stepJson),
    })),
    disposition: dispositionJson(walk.disposition),
  };
}

function stepJson(step: Step): object {
  return {
    stage: step.stage,
    text: step.text,
    ...(step.verdict === undefined ? {} : { verdict: verdictJson(step.verdict) }),
    ...(step.by === undefined ? {} : { by: deciderJson(step.by) }),
    ...(step.facts === undefined ? {} : { facts: step.facts }),
  };
}

function verdictJson(verdict: Verdict): object {
  return {
    kind: verdict.kind,
    by: deciderJson(verdict.by),
    ...(verdict.kind === 'unknown' ? { missing: verdict.why.map((fact) => fact.missing) } : {}),
  };
}

function deciderJson(by: Decider): object {
  return {
    kind: by.kind,
    name: by.name,
    ...locationJson(by.at),
    ...(by.fact === undefined ? {} : { fact: by.fact }),
  };
}

function dispositionJson(disposition: Disposition): object {
  switch (disposition.kind) {
    case 'denied':
    case 'no-route':
      return { kind: disposition.kind, by: deciderJson(disposition.by) };
    case 'unknown':
      return { kind: 'unknown', missing: disposition.why.map((fact) => fact.missing) };
    default:
      return disposition;
  }
}

function flowJson(flow: Flow): object {
  return {
    source: addressJson(flow.source),
    destination: addressJson(flow.destination),
    ...(flow.destinationName === undefined ? {} : { destinationName: flow.destinationName }),
    protocol: flow.protocol,
    ...(flow.destinationPort === undefined ? {} : { destinationPort: flow.destinationPort }),
    application: flow.application,
  };
}

function addressJson(address: FlowAddress): object {
  if (address.kind === 'exact')
    return {
      address: formatIp(address.ip),
      ...(address.label === undefined ? {} : { label: address.label }),
    };
  return { within: formatAddressSet(address.addresses, 4), label: address.label };
}
