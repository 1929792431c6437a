import {
  askLab,
  type DaemonReport,
  differenceLines,
  isRunning,
  type LabStatus,
  labFolder,
  labsFolder,
  labsIn,
  planDifference,
  readState,
  ruleHits,
  runPlan,
} from '../lab/run/index.ts';
import { ruleHitsText } from '../report/rule-hits-text.ts';
import { count, safe } from '../report/style.ts';
import { type ChosenLab, folderOf, type LabChoice, runningLab } from './chosen-lab.ts';
import type { ExitCode } from './exit-code.ts';
import { harmText } from './lab-fail-command.ts';
import { type PlanOptions, planOf, readPinned } from './lab-plan-input.ts';
import { readLabPlan } from './read-lab-plan.ts';
import { terminal } from './terminal.ts';

const DIFFERENCES_SHOWN = 5;
const ADDRESSES_SHOWN = 4;

/** 0 when it is up and all of it works; 1 when something does not, or nothing is up. */
export async function statusCommand(
  options: LabChoice & { readonly format: 'text' | 'json'; readonly rules?: boolean },
): Promise<ExitCode> {
  const labs = labsFolder(process.env);
  const folder = folderOf(options);
  if (readState(folder) === undefined) {
    const others = labsIn(labs);
    if (options.format === 'json') process.stdout.write(`${JSON.stringify({ isUp: false })}\n`);
    else {
      process.stdout.write(`${notUp(folder.lab, others)}\n`);
    }
    return 1;
  }
  const lab = await runningLab(options);
  const reply = await askLab(lab.folder.control, { ask: 'status' });
  const differences = await differencesOf(lab);
  const status = reply?.kind === 'status' ? reply.status : undefined;
  const firewalls = options.rules ? await ruleHits(lab.plan, lab.folder, lab.entrance) : undefined;
  if (options.format === 'json') {
    const { milliseconds, origin, isPrivileged, digest } = lab.state;
    process.stdout.write(
      `${JSON.stringify(
        {
          isUp: true,
          lab: lab.plan.lab,
          folder: lab.folder.path,
          origin,
          digest,
          isPrivileged,
          milliseconds,
          hosts: lab.plan.hosts.map(({ name, kind, label }) => ({ name, kind, label })),
          ends: lab.plan.ends,
          assumed: lab.plan.assumed,
          differences,
          ...(firewalls === undefined ? {} : { firewalls }),
          ...status,
        },
        null,
        2,
      )}\n`,
    );
  } else {
    const rules = firewalls === undefined ? '' : ruleHitsText(firewalls);
    process.stdout.write(`${statusText(lab, status, labs, differences)}${rules}`);
  }
  return status !== undefined && isSound(status) ? 0 : 1;
}

/** A folder without a state is what a killed `lab up` had begun. */
function notUp(lab: string, others: readonly string[]): string {
  const more = others.filter((other) => other !== lab);
  const there = more.length === 0 ? '' : `; there is ${more.join(', ')}`;
  return others.includes(lab)
    ? `lab \`${lab}\` was begun and never finished: sallyport lab up makes it, lab down clears it${there}`
    : `no lab \`${lab}\` is up${there}`;
}

function isSound({ daemons, failures }: LabStatus): boolean {
  return failures.length === 0 && daemons.every(({ health }) => health === 'ready');
}

/** What the folder says now and the lab is not; undefined when that can no longer be read. */
async function differencesOf({ state, plan }: ChosenLab): Promise<readonly string[] | undefined> {
  const input = (state.input ?? {}) as PlanOptions;
  try {
    const now =
      input.plan === undefined
        ? planOf(await readPinned(state.origin, input, terminal({ quiet: true })), plan.lab)
        : readLabPlan(input.plan);
    return differenceLines(planDifference(plan, runPlan(now)));
  } catch {
    return undefined;
  }
}

function differenceText(differences: readonly string[] | undefined): readonly string[] {
  if (differences === undefined) return ['what it was made from cannot be read any more'];
  if (differences.length === 0) return [];
  return [
    `the folder says something else now (sallyport lab reload): ${count(differences.length, 'difference')}`,
    ...differences.slice(0, DIFFERENCES_SHOWN).map((line) => `  ${safe(line)}`),
  ];
}

function statusText(
  { state, plan }: ChosenLab,
  status: LabStatus | undefined,
  labs: string,
  differences: readonly string[] | undefined,
): string {
  const daemons = status?.daemons ?? [];
  const ill = daemons.filter(({ health, restarts }) => health !== 'ready' || restarts > 0);
  const health = ill.length === 0 ? 'all ready' : `${ill.length} not well`;
  const width = Math.max(0, ...plan.ends.map(({ name }) => name.length));
  const left = labsIn(labs).filter((lab) => lab !== plan.lab && isLeftOver(labs, lab));
  return [
    `lab ${plan.lab} · ${status === undefined ? state.phase : `up for ${status.seconds} s`} · from ${state.origin.map(safe).join(', ')}${state.isPrivileged ? '' : ' · in a user namespace'}`,
    status === undefined
      ? `${count(plan.hosts.length, 'host')}; its daemons are not known: nobody answers yet`
      : `${count(plan.hosts.length, 'host')}, ${count(daemons.length, 'daemon')}: ${health}`,
    ...ill.map((daemon) => `  ${daemonText(daemon)}`),
    ...(status?.failures ?? []).map(
      (failure) => `  broken on purpose: ${failure.what}: ${harmText(failure)}`,
    ),
    ...differenceText(differences),
    '',
    ...plan.ends.map(({ name, addresses }) => `  ${name.padEnd(width)}  ${addressText(addresses)}`),
    ...left.map((lab) => `left over by a killed lab: ${lab}; sallyport lab down --name ${lab}`),
    '',
  ].join('\n');
}

function daemonText({ name, host, health, restarts, lastExit }: DaemonReport): string {
  return [
    `${name}${host === undefined ? '' : ` on ${host}`}: ${health}`,
    ...(restarts === 0 ? [] : [`started again ${count(restarts, 'time')}`]),
    ...(lastExit === undefined ? [] : [`last ended by ${lastExit}`]),
  ].join(', ');
}

function addressText(addresses: readonly string[]): string {
  const more = addresses.length - ADDRESSES_SHOWN;
  const shown = addresses.slice(0, ADDRESSES_SHOWN).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function isLeftOver(labs: string, lab: string): boolean {
  const state = readState(labFolder(labs, lab));
  return state !== undefined && (state.owner === undefined || !isRunning(state.owner));
}
