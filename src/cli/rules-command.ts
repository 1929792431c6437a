import { DEFAULT_BUDGET } from '../packets/index.ts';
import {
  auditPerimeter,
  boxesToAudit,
  FINDING_KINDS,
  type FindingKind,
  type PerimeterAudit,
} from '../questions/rules/index.ts';
import { type CheckHead, checkHead } from '../report/check-head.ts';
import { rulesText } from '../report/rules-text.ts';
import { eachCluster } from './cluster-views.ts';
import { type ExitCode, InputError } from './exit-code.ts';
import type { InputOptions } from './input-options.ts';
import { nearest } from './nearest.ts';
import { type Input, readInput } from './read-input.ts';
import { type Output, terminal } from './terminal.ts';
import { styleFor, writeOutput } from './write-output.ts';

export interface RulesOptions extends InputOptions {
  readonly format: 'text' | 'json' | 'markdown';
  readonly output?: string;
  readonly only?: readonly string[];
  readonly failOn?: readonly string[];
  readonly for?: string;
  readonly timeLimit: number;
  readonly logs?: readonly string[];
  readonly unusedDays: number;
}

/** A rule that never does what it says is a mistake; one that could go is an opinion. */
const FAILING: readonly FindingKind[] = ['shadowed', 'empty'];

/** 0: no finding of a kind to fail on. 1: there is one, or some rules could not be asked about to the end. */
export async function rulesCommand(
  paths: readonly string[],
  options: RulesOptions,
  version: string,
): Promise<ExitCode> {
  const output = terminal(options);
  // A misspelt kind is told before anything is read.
  options.only?.map(kindNamed);
  if (options.failOn !== undefined) kindsToFailOn(options.failOn);
  const input = await readInput(paths, options, output);
  const isText = options.format === 'text' && options.output === undefined;
  if (options.logs !== undefined) {
    const { rulesUsage } = await import('./rules-usage.ts');
    return await rulesUsage(input, options.logs, options, output);
  }
  return await eachCluster(input, output, isText, (view) =>
    rulesOne(view, paths, options, version, output),
  );
}

async function rulesOne(
  input: Input,
  paths: readonly string[],
  options: RulesOptions,
  version: string,
  output: Output,
): Promise<ExitCode> {
  const only = options.only?.map(kindNamed);
  const failing = options.failOn === undefined ? FAILING : kindsToFailOn(options.failOn);
  const box = options.for === undefined ? {} : { box: knownBox(input, options.for) };
  const audit = auditPerimeter(input.network, {
    ...box,
    budget: () => ({
      ...DEFAULT_BUDGET,
      now: () => performance.now(),
      until: performance.now() + options.timeLimit * 1000,
    }),
    onProgress: (list, done, total) =>
      output.progress(`${list}: ${Math.floor((done / Math.max(1, total)) * 100)} %`),
  });
  const shown =
    only === undefined
      ? audit
      : { ...audit, findings: audit.findings.filter(({ kind }) => only.includes(kind)) };
  const head = checkHead(input.network, paths, version, input.asOf);
  await writeOutput(output, options.output, await formatted(shown, head, input, options, output));
  if (input.isMisconfigured) return 2;
  if (audit.rules === 0) {
    output.err('error: no rules in what was read; this says nothing about the perimeter\n');
    return 2;
  }
  const couldNotRead = input.diagnostics.some(({ severity }) => severity === 'error');
  const fails = shown.findings.some(({ kind }) => failing.includes(kind));
  return fails || couldNotRead || audit.inconclusive.length > 0 ? 1 : 0;
}

async function formatted(
  audit: PerimeterAudit,
  head: CheckHead,
  input: Input,
  options: RulesOptions,
  output: Output,
): Promise<string> {
  switch (options.format) {
    case 'json': {
      const { rulesJson } = await import('../report/rules-json.ts');
      return rulesJson(head, audit, input.diagnostics, input.perimeter.gaps);
    }
    case 'markdown': {
      const { rulesMarkdown } = await import('../report/rules-markdown.ts');
      return rulesMarkdown(head, audit);
    }
    case 'text':
      return rulesText(
        { head, audit, diagnostics: input.diagnostics, verbose: options.verbose === true },
        styleFor(output, options.output),
      );
  }
}

/** @throws InputError that names what may have been meant */
function kindNamed(name: string): FindingKind {
  const kind = FINDING_KINDS.find((one) => one === name);
  if (kind !== undefined) return kind;
  const near = nearest(name, FINDING_KINDS);
  throw new InputError(
    `there is no kind of finding \`${name}\``,
    near.length > 0 ? `did you mean ${near.join(', ')}?` : `there are ${FINDING_KINDS.join(', ')}`,
  );
}

function kindsToFailOn(names: readonly string[]): readonly FindingKind[] {
  return names.length === 1 && names[0] === 'none' ? [] : names.map(kindNamed);
}

/** @throws InputError when nothing has such a name */
function knownBox(input: Input, name: string): string {
  const boxes = boxesToAudit(input.network);
  if (boxes.some((box) => box.toLowerCase().includes(name.toLowerCase()))) return name;
  const names = boxes.map((box) => box.slice(box.lastIndexOf(' ') + 1));
  const near = nearest(name, names);
  throw new InputError(
    `no firewall, security group or cluster with rules is called \`${name}\``,
    near.length > 0
      ? `did you mean ${near.join(', ')}?`
      : boxes.length > 0
        ? `there are ${boxes.slice(0, 5).join(', ')}`
        : 'the input has none',
  );
}
