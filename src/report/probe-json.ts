import type { ProbeReport } from '../lab/probe/index.ts';

/** The same for machines. `agreement` is `agree`, `disagree` or `open`. */
export function probeJson({ results, notTried, milliseconds }: ProbeReport): string {
  const kinds = results.map(({ agreement }) => agreement.kind);
  const of = (kind: string) => kinds.filter((each) => each === kind).length;
  const document = {
    schemaVersion: 1,
    counts: {
      agree: of('agree'),
      disagree: of('disagree'),
      open: of('open'),
      notTried: notTried.length,
    },
    milliseconds: Math.round(milliseconds),
    results: results.map(({ question, traces, observation, agreement, hasArrived, kernel }) => ({
      ...question,
      proof: [...new Set(traces.map(({ answer }) => answer))],
      lab: observation.outcome,
      address: observation.address,
      agreement: agreement.kind,
      ...(agreement.kind === 'disagree' ? { why: agreement.why } : {}),
      ...(hasArrived === undefined ? {} : { hasArrived }),
      ...(kernel === undefined ? {} : { kernel }),
    })),
    notTried: notTried.map(({ question, why }) => ({ ...question, why })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
