import type { Diagnostic } from '../diagnostics/index.ts';
import type { Protocol } from '../net/index.ts';
import { diagnosticLines, diagnosticsByCode } from '../report/diagnostic-text.ts';
import { count } from '../report/style.ts';
import { traceText } from '../report/trace-text.ts';
import { answerTrace } from '../trace/index.ts';
import { clusterOfQuestion } from './cluster-of-question.ts';
import { eachCluster } from './cluster-views.ts';
import type { ExitCode } from './exit-code.ts';
import type { InputOptions } from './input-options.ts';
import { type Input, readInput } from './read-input.ts';
import { type Output, terminal } from './terminal.ts';
import { styleFor, writeOutput } from './write-output.ts';

export interface TraceOptions extends InputOptions {
  readonly from: string;
  readonly to: string;
  readonly protocol?: Protocol;
  readonly format: 'text' | 'json';
  readonly output?: string;
}

/** 0: the flow is allowed, both ways, from every place it may start. 1: it is not, or cannot be told for sure. */
export async function traceCommand(
  paths: readonly string[],
  options: TraceOptions,
): Promise<ExitCode> {
  const output = terminal(options);
  const asked = clusterOfQuestion(options);
  const input = await readInput(paths, { ...options, ...asked }, output);
  const isText = options.format === 'text' && options.output === undefined;
  return await eachCluster(input, output, isText, (view) =>
    traceOf(view, { ...options, ...asked }, output),
  );
}

async function traceOf(input: Input, options: TraceOptions, output: Output): Promise<ExitCode> {
  const { traces, diagnostics } = answerTrace(input.network, {
    from: options.from,
    to: options.to,
    ...(options.protocol === undefined ? {} : { protocol: options.protocol }),
  });
  for (const one of diagnostics) output.err(`${diagnosticLines(one, output.style)}\n`);
  if (traces.length === 0) return 2;
  const style = styleFor(output, options.output);
  const text =
    options.format === 'json'
      ? (await import('../report/trace-json.ts')).tracesJson(traces)
      : `${traces.map((trace) => traceText(trace, style)).join('\n\n')}\n`;
  await writeOutput(output, options.output, text);
  const errors = input.diagnostics.filter(({ severity }) => severity === 'error');
  const lost = errors.filter(isLost);
  for (const line of diagnosticsByCode(lost, false, output.style)) output.err(`${line}\n`);
  if (errors.length > 0) {
    output.err(`${count(errors.length, 'problem')} in the input; sallyport import says which\n`);
  }
  if (input.isMisconfigured) return 2;
  // What is malformed is unknown to the walk; what was never read is not, and may hold the rule that denies.
  return lost.length === 0 && traces.every(({ answer }) => answer === 'allowed') ? 0 : 1;
}

function isLost({ code }: Diagnostic): boolean {
  return /^(?:file|json|yaml)\//.test(code);
}
