import type { Protocol } from '../net/index.ts';
import { diagnosticLines } from '../report/diagnostic-text.ts';
import { traceJson } from '../report/trace-json.ts';
import { traceText } from '../report/trace-text.ts';
import { answerTrace } from '../trace/index.ts';
import { writeText } from './check-command.ts';
import type { ExitCode } from './exit-code.ts';
import { type InputOptions, readInput } from './read-input.ts';
import { terminal } from './terminal.ts';

export interface TraceOptions extends InputOptions {
  readonly from: string;
  readonly to: string;
  readonly protocol?: Protocol;
  readonly format: 'text' | 'json';
  readonly output?: string;
}

export async function traceCommand(
  paths: readonly string[],
  options: TraceOptions,
): Promise<ExitCode> {
  const output = terminal(options);
  const input = await readInput(paths, options, output);
  const answer = answerTrace(input.network, {
    from: options.from,
    to: options.to,
    ...(options.protocol === undefined ? {} : { protocol: options.protocol }),
  });
  output.done();
  if (answer.traces.length === 0) {
    for (const diagnostic of answer.diagnostics)
      output.err(`${diagnosticLines(diagnostic, output.style)}\n`);
    return 2;
  }
  const errors = input.diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    output.err(
      `${errors.length} part(s) of the input could not be read; sallyport import says which\n`,
    );
  }
  const style = options.output === undefined ? output.style : { colour: false, width: 100 };
  const text =
    options.format === 'json'
      ? `${JSON.stringify({ schemaVersion: 1, traces: answer.traces.map(traceJson) }, undefined, 2)}\n`
      : `${answer.traces.map((trace) => traceText(trace, style)).join('\n\n')}\n`;
  if (options.output === undefined) output.out(text);
  else await writeText(options.output, text);
  return answer.traces.every((trace) => trace.answer === 'allowed') ? 0 : 1;
}
