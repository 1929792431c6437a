import { readFileSync } from 'node:fs';
import type { LabPlan } from '../lab/plan/lab-plan.ts';
import { InputError } from './exit-code.ts';

const NAME = /^[a-z0-9][a-z0-9-]{0,19}$/;
const INTERFACE = /^[A-Za-z0-9._-]{1,15}$/;
const BYTES_MOST = 200_000_000;

/**
 * A plan that `--dry-run --format json` wrote. Its names become names of namespaces, interfaces and files, so they are checked; what
 * its programs do is for the person to know, as with a script.
 * @throws InputError
 */
export function readLabPlan(file: string): LabPlan {
  const plan = parsed(file);
  const wrong = wrongIn(plan);
  if (wrong !== undefined) {
    throw new InputError(
      `\`${file}\` is no plan of a lab: ${wrong}`,
      'sallyport lab up . --dry-run --format json writes one',
    );
  }
  return plan as LabPlan;
}

function parsed(file: string): unknown {
  try {
    const text = readFileSync(file, 'utf8');
    if (text.length > BYTES_MOST) throw new Error('it is too large');
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(`\`${file}\` cannot be read: ${why}`);
  }
}

function wrongIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'not an object';
  const plan = value as Record<keyof LabPlan, unknown>;
  const lists = ['hosts', 'links', 'processes', 'files', 'names', 'ends', 'appliances'] as const;
  for (const list of [...lists, 'assumed', 'gaps', 'simplifications'] as const) {
    if (!Array.isArray(plan[list])) return `\`${list}\` is no list`;
  }
  if (typeof plan.lab !== 'string' || !/^[a-z][a-z0-9]{0,11}$/.test(plan.lab)) {
    return '`lab` is no name';
  }
  try {
    return wrongName(value as LabPlan);
  } catch {
    return 'an entry is not as plans write it';
  }
}

function wrongName({ hosts, links, files, processes }: LabPlan): string | undefined {
  const names = new Set(hosts.map(({ name }) => name));
  const host = hosts.find(({ name }) => !NAME.test(name));
  if (host !== undefined) return `\`${host.name}\` is no name of a host`;
  if (names.size < hosts.length) return 'two hosts have one name';
  const ends = links.flatMap((link) => link.ends);
  const end = ends.find((one) => !names.has(one.host) || !INTERFACE.test(one.interface));
  if (end !== undefined) return `\`${end.host}\` has no interface \`${end.interface}\``;
  const file = files.find(({ path }) => path.startsWith('/') || path.split('/').includes('..'));
  if (file !== undefined) return `\`${file.path}\` lies outside of the lab's folder`;
  const lost = processes.find((one) => !names.has(one.host) || !NAME.test(one.name.slice(0, 20)));
  return lost === undefined ? undefined : `process \`${lost.name}\` has no place`;
}
