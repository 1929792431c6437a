import { dirname } from 'node:path';
import type { LabProcess } from '../plan/lab-plan.ts';

/** Does this program read that file of the plan? What its command names, what lies in a folder it names, and a proxy's maps. */
export function readsFile(process: LabProcess, path: string): boolean {
  const proxy = proxyFile(process);
  if (proxy !== undefined && path.endsWith('.map') && dirname(path) === dirname(proxy)) return true;
  const file = `{folder}/${path}`;
  return process.command.some((word) => {
    const at = word.indexOf('{folder}/');
    if (at < 0) return false;
    const named = word.slice(at).replace(/\/$/, '');
    return file === named || file.startsWith(`${named}/`);
  });
}

/** Of a process that is an HAProxy: its configuration below the folder. Its maps lie beside it. */
export function proxyFile({ command }: LabProcess): string | undefined {
  if (!command.some((word) => word.endsWith('haproxy'))) return undefined;
  const word = command.find((one) => one.startsWith('{folder}/') && one.endsWith('.cfg'));
  return word?.slice('{folder}/'.length);
}
