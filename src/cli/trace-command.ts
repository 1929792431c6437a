import type { Protocol } from '../net/index.ts';
import { diagnosticLines } from '../report/diagnostic-text.ts';
import { count } from '../report/style.ts';
import { traceText } from '../report/trace-text.ts';
import { answerTrace } from '../trace/index.ts';
import type { ExitCode } from './exit-code.ts';
import type { InputOptions } from './input-options.ts';
import { readInput } from './read-input.ts';
import { terminal } from './terminal.ts';
import { styleFor, writeOutput } from './write-output.ts';

export interface TraceOptions extends InputOptions {
  readonly from: string;
  readonly to: string;
  readonly protocol?: Protocol;
  readonly format: 'text' | 'json';
  readonly output?: string;
}

/** 0: the flow is allowed, both ways, from every place it may start. 1: it is not, or cannot be told. */
export async function traceCommand(
  paths: readonly string[],
  options: TraceOptions,
): Promise<ExitCode> {
  const output = terminal(options);
  const input = await readInput(paths, options, output);
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
  const unread = input.diagnostics.filter(({ severity }) => severity === 'error').length;
  if (unread > 0) {
    output.err(`${count(unread, 'problem')} in the input; sallyport import says which\n`);
  }
  if (input.isMisconfigured) return 2;
  return traces.every(({ answer }) => answer === 'allowed') ? 0 : 1;
}
