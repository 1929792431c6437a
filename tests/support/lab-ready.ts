import { spawnSync } from 'node:child_process';
import { withSystemPaths } from '../../src/lab/run/system-paths.ts';

export type LabReadiness = { readonly ok: true } | { readonly ok: false; readonly why: string };

const PROGRAMS = ['ip', 'nft', 'haproxy', 'nsenter', 'unshare', 'curl'];

/**
 * May tests make network namespaces here? The reason goes into the names of the tests that are left out, so that a run says what it
 * did not show.
 */
export function labReady(): LabReadiness {
  answer ??= look();
  return answer;
}

let answer: LabReadiness | undefined;

function look(): LabReadiness {
  if (process.env['SALLYPORT_LAB'] === 'none') return { ok: false, why: 'SALLYPORT_LAB=none' };
  if (process.platform !== 'linux') return { ok: false, why: 'it needs Linux' };
  const env = { ...process.env, PATH: withSystemPaths(process.env) };
  const works = (...command: readonly string[]) =>
    spawnSync(command[0]!, command.slice(1), { env, timeout: 10_000, stdio: 'ignore' });
  const absent = PROGRAMS.filter((program) => works(program, '--version').error !== undefined);
  if (absent.length > 0) return { ok: false, why: `${absent.join(', ')} is not installed` };
  if (process.getuid?.() !== 0) return { ok: false, why: 'the tests run as root only' };
  if (works('unshare', '--net', 'ip', 'link', 'add', 'a0', 'type', 'veth').status !== 0) {
    return { ok: false, why: 'network namespaces cannot be made here' };
  }
  return { ok: true };
}

/** ` (not run: why)` for the name of a suite; empty where it runs. */
export function notRun(readiness: LabReadiness): string {
  return readiness.ok ? '' : ` (not run: ${readiness.why})`;
}
