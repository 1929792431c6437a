import { type Gap, locate } from '../diagnostics/index.ts';
import type { LabPlan } from '../lab/plan/lab-plan.ts';
import { count, hanging, type Style, safe } from '../report/style.ts';

/** What `lab up --plan` reads. Maps and large numbers of the appliance are left to its files. */
export function labPlanJson(plan: LabPlan): string {
  const appliances = plan.appliances.map(({ host, appliance }) => ({
    host,
    appliance: { name: appliance.name },
  }));
  return `${JSON.stringify({ ...plan, appliances, gaps: plan.gaps.map(shownGap) }, null, 2)}\n`;
}

/** A place holds the whole shape of its file: people and plans need the line. */
function shownGap({ what, why, at, count }: Gap): Readonly<Record<string, unknown>> {
  return {
    what,
    why,
    ...(at === undefined ? {} : { at: `${locate(at).file}:${locate(at).line}` }),
    ...(count === undefined ? {} : { count }),
  };
}

/** For people: who is there, how it is wired, what runs, and what is not as in Azure. */
export function labPlanText(plan: LabPlan, style: Style): string {
  const cables = new Map<string, string[]>();
  for (const { ends } of plan.links) {
    const [one, other] = ends;
    cables.set(one.host, [...(cables.get(one.host) ?? []), `${one.interface} to ${other.host}`]);
    cables.set(other.host, [
      ...(cables.get(other.host) ?? []),
      `${other.interface} to ${one.host}`,
    ]);
  }
  const width = Math.max(0, ...plan.hosts.map(({ name }) => name.length));
  return [
    `lab ${plan.lab}: ${count(plan.hosts.length, 'host')}, ${count(plan.links.length, 'cable')}, ${count(plan.processes.length, 'daemon')}`,
    '',
    'hosts',
    ...plan.hosts.map(({ name, kind, label }) => {
      const wired = cables.get(name) ?? [];
      const first = wired.length > 3 ? `${wired.length} cables` : wired.join(', ');
      return `  ${name.padEnd(width)}  ${kind.padEnd(19)} ${safe(label)}${first === '' ? '' : `  (${first})`}`;
    }),
    '',
    'daemons, in the order they start',
    ...plan.processes.map(
      ({ name, host, command }) => `  ${name}  on ${host}: ${command.join(' ')}`,
    ),
    ...section('values only Azure knows, and what the lab takes for them', plan.assumed, (one) => [
      `  --assume ${one.name}=${one.value}`,
    ]),
    ...section('simpler than Azure', plan.simplifications, (text) => [
      hanging(style, 2, '', safe(text)),
    ]),
    ...section('in the perimeter and not in the lab', plan.gaps, ({ what, why }) => [
      hanging(style, 2, '', `${safe(what)}: ${safe(why)}`),
    ]),
    '',
  ].join('\n');
}

function section<T>(
  title: string,
  items: readonly T[],
  lines: (item: T) => readonly string[],
): readonly string[] {
  return items.length === 0 ? [] : ['', title, ...items.flatMap(lines)];
}
