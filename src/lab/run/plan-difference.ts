import type { LabHost } from '../plan/lab-plan.ts';
import { readsFile } from './reads-file.ts';
import type { RunPlan } from './run-plan.ts';

/** What must be done so that a lab of one plan becomes that of another, with its connections kept. */
export interface PlanDifference {
  /** Why it cannot be done in place; empty when it can. Each names what is another. */
  readonly network: readonly string[];
  /** Hosts with other rules. */
  readonly rules: readonly LabHost[];
  /** Files that are new or another. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** Daemons that read one of them, by name. */
  readonly daemons: readonly string[];
}

/** Cost: linear in the size of the plans. */
export function planDifference(before: RunPlan, after: RunPlan): PlanDifference {
  const known = new Map(before.hosts.map((host) => [host.name, host]));
  const files = new Map(before.files.map(({ path, text }) => [path, text]));
  const changed = after.files.filter(({ path, text }) => files.get(path) !== text);
  return {
    network: [
      ...added('host', before.hosts.map(nameOf), after.hosts.map(nameOf)),
      ...added('cable', before.links.map(cableOf), after.links.map(cableOf)),
      ...added('daemon', before.processes.map(asText), after.processes.map(asText)),
      ...added('certificate', before.certificates.map(asText), after.certificates.map(asText)),
      ...after.hosts.flatMap((host) => {
        const old = known.get(host.name);
        return old === undefined || shapeOf(old) === shapeOf(host)
          ? []
          : [`host \`${host.name}\` (${host.label}) has other addresses, routes or resolvers`];
      }),
    ],
    rules: after.hosts.filter(
      ({ name, nftables }) => known.has(name) && known.get(name)?.nftables !== nftables,
    ),
    files: changed,
    daemons: after.processes
      .filter((one) => changed.some(({ path }) => readsFile(one, path)))
      .map(({ name }) => name),
  };
}

/** Nothing at all is another. */
export function isSamePlan({ network, rules, files }: PlanDifference): boolean {
  return network.length === 0 && rules.length === 0 && files.length === 0;
}

/** A line per thing that is another, for people. */
export function differenceLines({ network, rules, files }: PlanDifference): readonly string[] {
  return [
    ...network,
    ...rules.map(({ label }) => `the rules of ${label}`),
    ...files.map(({ path }) => `the file \`${path}\``),
  ];
}

/**
 * Replaces the tables that a ruleset names in the transaction that loads it: whatever else the namespace has stays, and there is no
 * moment without rules.
 */
export function replacingRules(text: string): string {
  const tables = [...text.matchAll(/^table\s+(\w+)\s+(\S+)\s*\{/gm)].map(
    ([, family, name]) => `${family} ${name}`,
  );
  const heads = [...new Set(tables)].map((table) => `table ${table}\ndelete table ${table}\n`);
  return `${heads.join('')}${text}`;
}

/** Tables of the old text that the new one has no more. */
export function goneTables(before: string, after: string): string {
  const tables = (text: string) =>
    [...text.matchAll(/^table\s+(\w+)\s+(\S+)\s*\{/gm)].map(([, one, two]) => `${one} ${two}`);
  const kept = new Set(tables(after));
  return tables(before)
    .filter((table) => !kept.has(table))
    .map((table) => `delete table ${table}\n`)
    .join('');
}

function added(
  what: string,
  before: readonly string[],
  after: readonly string[],
): readonly string[] {
  const [old, now] = [new Set(before), new Set(after)];
  return [
    ...after.filter((one) => !old.has(one)).map((one) => `a new ${what}: ${one}`),
    ...before.filter((one) => !now.has(one)).map((one) => `a ${what} less: ${one}`),
  ];
}

function shapeOf({ sysctls, ip, answers, resolvers, kind }: LabHost): string {
  return JSON.stringify([sysctls, ip, answers, resolvers, kind]);
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

function cableOf({ ends: [one, other] }: RunPlan['links'][number]): string {
  return `${one.host}/${one.interface} to ${other.host}/${other.interface}`;
}

function asText(value: object): string {
  return JSON.stringify(value);
}
