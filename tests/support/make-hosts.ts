import { execFileSync } from 'node:child_process';
import type { LabHost } from '../../src/lab/plan/lab-plan.ts';
import { hostFiles } from '../../src/lab/run/bring-up.ts';
import { HOST_PROGRAM, hostCommand, hostLines } from '../../src/lab/run/host-program.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Switches, rules and links of hosts whose namespaces are there. @throws Error with what was said about the first that failed */
export function makeHosts(lab: string, hosts: readonly LabHost[], setns?: number): void {
  const folder = temporaryFolder();
  try {
    for (const host of hosts) {
      for (const { path, text } of hostFiles(host, folder.path)) folder.write(path, text);
    }
    const [perl = '', ...args] = hostCommand(
      folder.write('make-hosts.pl', HOST_PROGRAM),
      folder.path,
      setns,
    );
    execFileSync(perl, args, { input: hostLines(lab, hosts), stdio: 'pipe', timeout: 30_000 });
  } finally {
    folder.remove();
  }
}
