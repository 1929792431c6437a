import { OperationalError } from '../diagnostics/index.ts';
import type { LabPlan } from '../lab/plan/lab-plan.ts';
import {
  type LabReload,
  type LabUp,
  labDown,
  labFolder,
  labReload,
  labsFolder,
  labsIn,
  labUp,
  removeEmptyLabs,
} from '../lab/run/index.ts';
import { count, safe } from '../report/style.ts';
import { folderOf, type LabChoice, runningLab } from './chosen-lab.ts';
import { type ExitCode, InputError } from './exit-code.ts';
import { type PlanOptions, plannedLab } from './lab-plan-input.ts';
import { labPlanJson, labPlanText } from './lab-plan-text.ts';
import { ownProgram } from './own-program.ts';
import { type Output, terminal } from './terminal.ts';
import { untilSignalled } from './until-signalled.ts';

const DIFFERENCES_SHOWN = 10;

export interface UpOptions extends PlanOptions {
  readonly format: 'text' | 'json';
  readonly dryRun?: boolean;
}

export async function upCommand(paths: readonly string[], options: UpOptions): Promise<ExitCode> {
  const output = terminal(options);
  const { plan, ...from } = await plannedLab(paths, options, output);
  if (options.dryRun === true) {
    output.done();
    output.out(options.format === 'json' ? labPlanJson(plan) : labPlanText(plan, output.style));
    return 0;
  }
  if (plan.hosts.every(({ kind }) => kind === 'internet')) {
    throw new InputError(
      'there is no virtual network in the input: the lab would be its internet and nothing else',
      'name what makes the network too: a template, a Terraform plan, an export of what is deployed',
    );
  }
  output.progress('making the lab…');
  const { signal, exitCode } = untilSignalled();
  const making = { labs: labsFolder(process.env), ...from, own: ownProgram(), signal };
  const up = await labUp(plan, making).catch((error: unknown) => {
    if (!isGivenUp(error)) throw error;
    output.err(`lab ${plan.lab} was given up half way; nothing of it stays\n`);
    return undefined;
  });
  output.done();
  if (up === undefined) return exitCode();
  output.out(options.format === 'json' ? upJson(plan, up) : upText(plan, up));
  tellNotReady(up, output);
  return up.notReady.length === 0 ? 0 : 1;
}

/** 1 when the folder says another network: that is made by `lab up`, and ends connections. */
export async function reloadCommand(
  paths: readonly string[],
  options: UpOptions,
): Promise<ExitCode> {
  const output = terminal(options);
  const lab = await runningLab(options);
  const named = { ...(paths.length > 0 ? {} : lab.state.input), ...options, name: lab.plan.lab };
  const { plan } = await plannedLab(paths.length > 0 ? paths : lab.state.origin, named, output);
  const reload = await labReload(plan, lab.folder);
  output.done();
  if (options.format === 'json') output.out(`${JSON.stringify(reload, null, 2)}\n`);
  else output.out(reloadText(reload, lab.plan.lab));
  return reload.kind === 'network' ? 1 : 0;
}

function isGivenUp(error: unknown): boolean {
  return error instanceof OperationalError && error.code === 'lab/given-up';
}

function reloadText(reload: LabReload, lab: string): string {
  switch (reload.kind) {
    case 'same':
      return `lab ${lab} is as the folder says\n`;
    case 'reloaded':
      return [
        `lab ${lab} has the new rules; its connections go on`,
        ...reload.lines.map((line) => `  ${safe(line)}`),
        '',
      ].join('\n');
    case 'network':
      return [
        `lab ${lab} is another network than the folder’s; sallyport lab up makes it anew`,
        ...reload.differences.slice(0, DIFFERENCES_SHOWN).map((line) => `  ${safe(line)}`),
        '',
      ].join('\n');
  }
}

export async function downCommand(
  options: LabChoice & { readonly all?: boolean },
): Promise<ExitCode> {
  const output = terminal({});
  const labs = labsFolder(process.env);
  const folders =
    options.all === true ? labsIn(labs).map((lab) => labFolder(labs, lab)) : [folderOf(options)];
  for (const folder of folders) {
    const started = performance.now();
    const wasThere = await labDown(folder);
    const seconds = ((performance.now() - started) / 1000).toFixed(2);
    output.err(
      wasThere ? `lab ${folder.lab} is gone (${seconds} s)\n` : `no lab \`${folder.lab}\` is up\n`,
    );
  }
  removeEmptyLabs(process.env);
  if (folders.length === 0) output.err('no lab is up\n');
  return 0;
}

function upText(plan: LabPlan, { was, state }: LabUp): string {
  const { milliseconds } = state;
  const made =
    milliseconds &&
    `network in ${seconds(milliseconds.network)} s, everything ready in ${seconds(milliseconds.ready)} s`;
  const before = {
    nothing: `up: ${made}`,
    same: 'up already, and as the folder says',
    changed: `made anew, for the folder says something else now: ${made}`,
    'left-over': `up: ${made}; what a killed one had left is removed`,
  }[was];
  const told = [
    ...(plan.simplifications.length === 0
      ? []
      : [`simpler than Azure in ${count(plan.simplifications.length, 'point')}`]),
    ...(plan.gaps.length === 0
      ? []
      : [`${count(plan.gaps.length, 'thing')} of the perimeter not in it`]),
  ];
  return [
    `lab ${plan.lab} is ${before}`,
    `${count(plan.hosts.length, 'host')} · ${count(plan.processes.length, 'daemon')} · ${count(plan.ends.length, 'end')}`,
    ...(told.length === 0 ? [] : [`${told.join(', ')}: sallyport lab up --dry-run lists them`]),
    'next: sallyport lab probe',
    `      sallyport lab exec ${likelyEnd(plan)} -- curl -sS https://mcr.microsoft.com/`,
    '',
  ].join('\n');
}

/** Where a person looks out from first. */
function likelyEnd({ ends }: LabPlan): string {
  const of = (kind: string) => ends.find(({ name }) => name.startsWith(`${kind}/`))?.name;
  // A node before a pod: what nodes need is allowed wherever a cluster works.
  return of('node') ?? of('pod') ?? of('machine') ?? 'internet';
}

function upJson(plan: LabPlan, { was, state, notReady, folder }: LabUp): string {
  const { lab, milliseconds, origin, isPrivileged } = state;
  return `${JSON.stringify(
    {
      lab,
      was,
      folder: folder.path,
      origin,
      isPrivileged,
      milliseconds,
      notReady,
      hosts: plan.hosts.length,
      assumed: plan.assumed,
    },
    null,
    2,
  )}\n`;
}

function tellNotReady({ notReady, folder }: LabUp, output: Output): void {
  for (const name of notReady) {
    output.err(`not ready: ${name}; what it says is in ${folder.logs}/${name}.log\n`);
  }
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(2);
}
