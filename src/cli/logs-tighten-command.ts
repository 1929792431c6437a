import {
  type Lost,
  lostFlows,
  type TightenAnswer,
  type Tightening,
  tighten,
} from '../evidence/index.ts';
import { workloadPolicies } from '../evidence/workload-policies.ts';
import { nodeFileSystem, overlaidFileSystem } from '../io/index.ts';
import { DEFAULT_BUDGET } from '../packets/index.ts';
import { type Patch, patchFiles } from '../patches/index.ts';
import { comparePerimeters, directionsOf } from '../questions/diff/index.ts';
import { diagnosticLines } from '../report/diagnostic-text.ts';
import { type TightenProof, tightenJson, tightenText } from '../report/logs-tighten-text.ts';
import { policiesYaml } from '../report/policies-yaml.ts';
import { type ExitCode, InputError } from './exit-code.ts';
import { mayWrite, textsOf } from './fix-command.ts';
import { askingOf } from './logs-asking.ts';
import { type LogsProofOptions, loggingFirewall, provenInput } from './logs-proof-input.ts';
import { openLogs } from './open-logs.ts';
import type { Input } from './read-input.ts';
import { type Output, terminal } from './terminal.ts';
import { styleFor, writeOutput, writeText } from './write-output.ts';

export interface LogsTightenOptions extends LogsProofOptions {
  readonly days?: number;
  readonly rule?: string;
  readonly all?: boolean;
  readonly policies?: string;
  readonly yes?: boolean;
}

/** How far back, unless somebody says: a month holds what happens monthly. */
const DAYS = 30;

/** Comparing the perimeter before and after may take this long. */
const PROOF_SECONDS = 120;

/** 0: written, or nothing to write. 1: shown and not written. */
export async function logsTightenCommand(
  paths: readonly string[],
  options: LogsTightenOptions,
): Promise<ExitCode> {
  if (options.format !== 'text' && options.format !== 'json') {
    throw new InputError('tighten prints text or JSON', '--format text or --format json');
  }
  if (options.days !== undefined && (options.from ?? options.last) !== undefined) {
    const other = options.from === undefined ? '--last' : '--from';
    throw new InputError(`\`--days\` and \`${other}\` say two different things`);
  }
  const output = terminal(options);
  const input = await provenInput(options, output);
  const { network } = input;
  const { placement, firewall } = loggingFirewall(network, options.firewall);
  const logs = await openLogs(paths, options, output);
  let answer: TightenAnswer;
  try {
    const { locate, said, window } = await askingOf(logs.engine, options, output);
    output.progress('reading what was used…');
    answer = await tighten({
      ...{ engine: logs.engine, network, placement, days: options.days ?? DAYS, said },
      ...(window.to === undefined ? {} : { until: window.to }),
      ...(window.from === undefined ? {} : { from: window.from }),
      ...(firewall === undefined ? {} : { firewall }),
      ...(options.rule === undefined ? {} : { rule: options.rule }),
      ...(options.all === undefined ? {} : { isForAll: options.all }),
    });
    for (const one of said) output.err(`${diagnosticLines(one, output.style)}\n`);
    if (options.policies !== undefined) {
      const policies = workloadPolicies(network, placement, answer.allowed, locate);
      await writeText(options.policies, policiesYaml(policies));
    }
  } finally {
    await logs.close();
  }
  const { patch, encoded } = await patched(answer.tightenings);
  const proof =
    patch.files.length === 0 ? undefined : await proven(input, answer, encoded, options, output);
  const told = { answer, patch, ...(proof === undefined ? {} : { proof }) };
  await writeOutput(
    output,
    options.output,
    options.format === 'json'
      ? tightenJson(told)
      : tightenText(told, styleFor(output, options.output)),
  );
  if (proof === undefined) return 0;
  return await write(patch, encoded, proof, options, output);
}

async function patched(tightenings: readonly Tightening[]) {
  const texts = await textsOf(tightenings);
  const patch = patchFiles(
    tightenings.map(({ changes }) => changes),
    (file) => texts.get(file)?.text,
  );
  const encoded = new Map(
    patch.files.map(({ file, after }) => [file, texts.get(file)!.encode(after)]),
  );
  return { patch, encoded };
}

async function proven(
  input: Input,
  answer: TightenAnswer,
  encoded: ReadonlyMap<string, Uint8Array>,
  options: LogsTightenOptions,
  output: Output,
): Promise<TightenProof> {
  const files = overlaidFileSystem(nodeFileSystem(), encoded);
  const after = await provenInput(options, output, files);
  const until = performance.now() + PROOF_SECONDS * 1000;
  const diff = comparePerimeters(input.network, after.network, {
    budget: () => ({ ...DEFAULT_BUDGET, now: () => performance.now(), until }),
    onProgress: (what, done, total) => output.progress(`comparing ${what} ${done}/${total}`),
  });
  const before = { network: input.network, ...loggingFirewall(input.network, options.firewall) };
  const now = { network: after.network, ...loggingFirewall(after.network, options.firewall) };
  const lost: readonly Lost[] = lostFlows(answer.allowed, before, now);
  const errors = ({ diagnostics }: Input) =>
    diagnostics.filter(({ severity }) => severity === 'error').length;
  return {
    diff,
    network: after.network,
    lost,
    isReadAsWell: errors(after) <= errors(input),
    paths: options.perimeter ?? [],
  };
}

/** A patch that opens something, or denies what was used, is a mistake of ours or of the logs: nobody may write it unseen. */
async function write(
  patch: Patch,
  encoded: ReadonlyMap<string, Uint8Array>,
  { diff, lost, isReadAsWell }: TightenProof,
  options: LogsTightenOptions,
  output: Output,
): Promise<ExitCode> {
  const opens = directionsOf(diff).some((one) => one === 'opens' || one === 'may-open');
  const why = !isReadAsWell
    ? 'the input would not be read as a whole any more'
    : opens
      ? 'it would open something'
      : lost.length > 0
        ? 'it would deny what was used'
        : diff.inconclusive.length > 0
          ? 'the proof did not come to an end'
          : undefined;
  if (why !== undefined) {
    output.err(`not written: ${why}\n`);
    return 1;
  }
  if (!(await mayWrite(options, output))) return 1;
  for (const [file, bytes] of encoded) await writeText(file, bytes);
  output.err(`${patch.files.map(({ file }) => file).join(', ')} written\n`);
  return 0;
}
