import type { Diagnostic } from '../diagnostics/index.ts';
import { parseIpRange } from '../net/index.ts';
import { type Budget, DEFAULT_BUDGET } from '../packets/index.ts';
import { answerQuery, type QueryAnswer } from '../questions/query/index.ts';
import { parseSelector, type ReachVerdict } from '../reach/index.ts';
import { diagnosticLines, diagnosticsByCode } from '../report/diagnostic-text.ts';
import { namedObjects } from '../report/named-objects.ts';
import { queryText } from '../report/query-text.ts';
import { count } from '../report/style.ts';
import { clusterOfQuestion } from './cluster-of-question.ts';
import { eachCluster } from './cluster-views.ts';
import { type ExitCode, InputError } from './exit-code.ts';
import { failedResources } from './failed-resources.ts';
import type { InputOptions } from './input-options.ts';
import { type Input, readInput } from './read-input.ts';
import { type Output, terminal } from './terminal.ts';
import { styleFor, writeOutput } from './write-output.ts';

export interface QueryCommandOptions extends InputOptions {
  readonly from: string;
  readonly to: string;
  readonly ports?: string;
  readonly verdict?: readonly ReachVerdict[];
  readonly failOn?: readonly ReachVerdict[];
  readonly without?: readonly string[];
  readonly limit?: number;
  readonly budgetSeconds?: number;
  readonly format: 'text' | 'json';
  readonly output?: string;
}

/** Boxes of a region that are worked out: text joins them to far fewer lines. */
const BOXES_MAX = 200;

/**
 * 0: answered. 1: a part of it could not be, a part of the input could not be read, or there are flows of a verdict that must
 * not be. An interrupt ends the process by its signal: the engine never returns to the event loop that would run a handler.
 */
export async function queryCommand(
  paths: readonly string[],
  options: QueryCommandOptions,
): Promise<ExitCode> {
  const output = terminal(options);
  const to = withPorts(options.to, options.ports);
  const asked = clusterOfQuestion({ ...options, to });
  const input = await readInput(paths, { ...options, ...asked }, output);
  const isText = options.format === 'text' && options.output === undefined;
  return await eachCluster(input, output, isText, (view) =>
    queryOne(view, paths, { ...options, ...asked }, output),
  );
}

async function queryOne(
  input: Input,
  paths: readonly string[],
  options: QueryCommandOptions,
  output: Output,
): Promise<ExitCode> {
  const { to } = options;
  const failures = failedResources(input.network, options.without ?? []);
  const { answer, diagnostics } = answerQuery(input.network, {
    from: options.from,
    to,
    failures,
    budget: budgetOf(options),
    boxesMax: Math.max(BOXES_MAX, options.limit ?? 0),
    onProgress: (done, total) => output.progress(`asking ${done}/${total} pairs of ends`),
  });
  output.done();
  for (const one of diagnostics) output.err(`${diagnosticLines(one, output.style)}\n`);
  if (diagnostics.some(({ severity }) => severity === 'error')) return 2;
  await writeOutput(
    output,
    options.output,
    options.format === 'json'
      ? (await import('../report/query-json.ts')).queryJson(answer, {
          verdicts: options.verdict ?? [],
          without: options.without ?? [],
        })
      : queryText(
          {
            answer,
            paths,
            names: namedObjects(input.network, tagsOf(options.from, to)),
            verbose: options.verbose === true,
            verdicts: options.verdict ?? [],
            without: options.without ?? [],
            ...(options.limit === undefined ? {} : { rowsMax: options.limit }),
          },
          styleFor(output, options.output),
        ),
  );
  const errors = input.diagnostics.filter(({ severity }) => severity === 'error');
  const lost = errors.filter(isLost);
  for (const line of diagnosticsByCode(lost, false, output.style)) output.err(`${line}\n`);
  if (errors.length > 0) {
    output.err(`${count(errors.length, 'problem')} in the input; sallyport import says which\n`);
  }
  if (input.isMisconfigured) return 2;
  // What was never read may hold the rule that denies, or the one that allows.
  return lost.length === 0 && holds(answer, options.failOn ?? []) ? 0 : 1;
}

function holds({ cells, inconclusive }: QueryAnswer, failOn: readonly ReachVerdict[]): boolean {
  return inconclusive.length === 0 && !cells.some(({ verdict }) => failOn.includes(verdict));
}

function isLost({ code }: Diagnostic): boolean {
  return /^(?:file|json|yaml)\//.test(code);
}

function budgetOf({ budgetSeconds }: QueryCommandOptions): Budget {
  if (budgetSeconds === undefined) return DEFAULT_BUDGET;
  const now = () => performance.now();
  return { ...DEFAULT_BUDGET, now, until: now() + budgetSeconds * 1000 };
}

/** `--ports 443,80` is the ending of the receiving side, written apart. */
function withPorts(to: string, ports: string | undefined): string {
  if (ports === undefined) return to;
  const whole = `${parseIpRange(to)?.family === 6 ? `[${to}]` : to}:${ports}`;
  const asked = parseSelector(to);
  if (asked.kind === 'problem') return to;
  if (asked.selector.ports !== undefined || asked.selector.protocol !== undefined) {
    throw new InputError(`\`${to}\` has ports of its own beside --ports`, 'say them once');
  }
  const parsed = parseSelector(whole);
  if (parsed.kind === 'problem' || parsed.selector.ports === undefined) {
    throw new InputError(
      `\`${ports}\` is no list of ports`,
      'write 443, 80,443, 8000-8999 or 53/udp',
    );
  }
  return whole;
}

/** Service tags of the question: addresses are called by them too. */
function tagsOf(...sides: readonly string[]): readonly string[] {
  return sides.flatMap((side) => {
    const parsed = parseSelector(side);
    return parsed.kind === 'selector' && parsed.selector.kind === 'tag'
      ? [parsed.selector.tag]
      : [];
  });
}
