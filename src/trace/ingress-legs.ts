import type { TraceAnswer, TraceQuestion } from './answer.ts';
import type { Endpoint } from './endpoint.ts';
import type { Origin } from './origin.ts';
import type { Target } from './target.ts';
import type { Trace } from './trace.ts';
import type { TraceContext } from './trace-context.ts';

type TraceOne = (
  context: TraceContext,
  origin: Origin,
  target: Target,
  question: TraceQuestion,
) => Trace;

/** An ingress is two connections: the client to the controller's data plane, and that to the backend pod. */
export function ingressLegs(
  _context: TraceContext,
  _origins: readonly Origin[],
  endpoint: Endpoint & { kind: 'ingress' },
  _question: TraceQuestion,
  _traceOne: TraceOne,
): TraceAnswer {
  return {
    traces: [],
    diagnostics: [
      {
        code: 'trace/endpoint',
        severity: 'error',
        message: `\`${endpoint.text}\` is not placed yet`,
        hint: '',
      },
    ],
  };
}
