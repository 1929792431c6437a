import { DEFAULT_BUDGET } from '../packets/index.ts';
import { answerMatrix, type Matrix } from '../questions/matrix/index.ts';
import { matrixText } from '../report/matrix-text.ts';
import { eachCluster } from './cluster-views.ts';
import { type ExitCode, InputError } from './exit-code.ts';
import type { InputOptions } from './input-options.ts';
import { type Input, readInput } from './read-input.ts';
import { type Output, terminal } from './terminal.ts';
import { styleFor, writeOutput } from './write-output.ts';

export interface MatrixOptions extends InputOptions {
  readonly format: 'text' | 'json' | 'csv' | 'dot' | 'mermaid' | 'html';
  readonly output?: string;
  readonly exposure?: boolean;
  readonly for?: string;
  readonly timeLimit: number;
}

/** 0: told. 1: some pairs could not be asked to the end. */
export async function matrixCommand(
  paths: readonly string[],
  options: MatrixOptions,
): Promise<ExitCode> {
  const output = terminal(options);
  const input = await readInput(paths, options, output);
  const isText = options.format === 'text' && options.output === undefined;
  return await eachCluster(input, output, isText, (view) =>
    matrixOne(view, paths, options, output),
  );
}

async function matrixOne(
  input: Input,
  paths: readonly string[],
  options: MatrixOptions,
  output: Output,
): Promise<ExitCode> {
  const { pods } = input.perimeter.kubernetes;
  const namespace = options.for;
  if (namespace !== undefined && !pods.some((pod) => pod.namespace === namespace)) {
    const names = [...new Set(pods.map((pod) => pod.namespace))].slice(0, 8);
    throw new InputError(
      `no workload of the input is in namespace \`${namespace}\``,
      names.length > 0 ? `there are ${names.join(', ')}` : 'the input has no Kubernetes workloads',
    );
  }
  const matrix = answerMatrix(input.network, {
    exposure: options.exposure === true,
    ...(namespace === undefined ? {} : { namespace }),
    budget: {
      ...DEFAULT_BUDGET,
      now: () => performance.now(),
      until: performance.now() + options.timeLimit * 1000,
    },
    onProgress: (done, total) => {
      if (done % 64 === 0) output.progress(`pairs ${done}/${total}`);
    },
  });
  await writeOutput(output, options.output, await formatted(matrix, paths, options, output));
  if (input.isMisconfigured) return 2;
  const couldNotRead = input.diagnostics.some(({ severity }) => severity === 'error');
  return couldNotRead || matrix.inconclusive.length > 0 ? 1 : 0;
}

async function formatted(
  matrix: Matrix,
  paths: readonly string[],
  options: MatrixOptions,
  output: Output,
): Promise<string> {
  if (options.format === 'text') {
    return matrixText(matrix, options.verbose === true, styleFor(output, options.output));
  }
  if (options.format === 'html') {
    const { matrixHtml } = await import('../report/matrix-html.ts');
    return matrixHtml(matrix, `Who may talk to whom: ${paths.join(' ')}`);
  }
  const formats = await import('../report/matrix-formats.ts');
  switch (options.format) {
    case 'json':
      return formats.matrixJson(matrix);
    case 'csv':
      return formats.matrixCsv(matrix);
    case 'dot':
      return formats.matrixDot(matrix);
    case 'mermaid':
      return formats.matrixMermaid(matrix);
  }
}
