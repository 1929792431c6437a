import { createHash } from 'node:crypto';
import type { LabPlan } from '../plan/lab-plan.ts';
import { ULOGD_PLUGINS } from '../plan/lab-ulogd.ts';
import { ulogdPlugins } from './features.ts';

/** What is done of a plan; it goes to a file between the command and the supervisor. */
export interface RunPlan
  extends Pick<LabPlan, 'lab' | 'hosts' | 'links' | 'processes' | 'files' | 'names' | 'ends'> {
  readonly assumed: LabPlan['assumed'];
  readonly certificates: NonNullable<LabPlan['certificates']>;
  readonly ownNames: NonNullable<LabPlan['ownNames']>;
  readonly appliances: readonly { readonly host: string; readonly name: string }[];
}

export function runPlan(plan: LabPlan): RunPlan {
  const { lab, hosts, links, processes, files, names, ends, assumed, appliances } = plan;
  return {
    lab,
    hosts,
    links,
    processes,
    files,
    names,
    ends,
    assumed,
    certificates: plan.certificates ?? [],
    ownNames: plan.ownNames ?? [],
    appliances: appliances.map(({ host, appliance }) => ({ host, name: appliance.name })),
  };
}

/** Equal for plans that make the same lab. */
export function digestOf(plan: RunPlan): string {
  return createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 16);
}

/** `{folder}` stands for the lab's folder wherever a plan names a path; so does what else only the machine knows. */
export function placed(text: string, folder: string): string {
  const here = text.replaceAll('{folder}', folder);
  return here.includes(ULOGD_PLUGINS) ? here.replaceAll(ULOGD_PLUGINS, ulogdPlugins()) : here;
}

export function namespaceOf(lab: string, host: string): string {
  return `sp-${lab}-${host}`;
}
