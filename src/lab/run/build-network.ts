import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OperationalError } from '../../diagnostics/index.ts';
import { makeAuthority } from './authority.ts';
import { creationBatch, failedHost, hostFiles } from './bring-up.ts';
import { enterFiles, NSSWITCH } from './enter-host.ts';
import { HOST_PROGRAM, hostCommand, hostLines } from './host-program.ts';
import type { LabFolder } from './lab-folder.ts';
import { OPENSSL_CONFIGURATION, responderConfiguration, responderPages } from './responder.ts';
import { placed, type RunPlan } from './run-plan.ts';
import { runProgram } from './run-program.ts';

/** The kernel makes each wait for others to have seen its rules: more than there are processors. */
const SIDE_BY_SIDE = 8;
const LONG_NAME = 63;
const PROGRAM = 'make-hosts.pl';

/** Every file that anything in the lab reads, before anything starts. Owner-only. */
export function writeLabFiles(plan: RunPlan, folder: LabFolder): void {
  const { path } = folder;
  // HAProxy makes certificates for names of up to 63 characters; the rest stands in the one it has.
  const known = [...plan.names.map(({ name }) => name), ...plan.ownNames];
  const names = known.filter(({ length }) => length > LONG_NAME);
  const addresses = plan.ends.flatMap((end) => end.addresses);
  const authority = makeAuthority(new Date());
  const leaf = authority.issue([...names, ...addresses]);
  const files = [
    ...plan.files.map((file) => ({ path: file.path, text: placed(file.text, path) })),
    ...plan.hosts.flatMap((host) => [...hostFiles(host, path), ...enterFiles(plan, host, path)]),
    ...responderPages(),
    ...plan.certificates.flatMap((wanted) => {
      const made = authority.issue(wanted.names);
      return [
        { path: wanted.certificate, text: made.certificate },
        { path: wanted.key, text: made.key },
      ];
    }),
    { path: PROGRAM, text: HOST_PROGRAM },
    { path: 'ca.crt', text: authority.certificate },
    { path: 'ca.pem', text: `${authority.certificate}${authority.key}` },
    { path: 'leaf.pem', text: `${leaf.certificate}${leaf.key}` },
    { path: 'nsswitch.conf', text: NSSWITCH },
    { path: 'openssl.cnf', text: OPENSSL_CONFIGURATION },
    {
      path: 'responder.cfg',
      text: responderConfiguration(plan, {
        folder: path,
        authority: `${path}/ca.pem`,
        leaf: `${path}/leaf.pem`,
        filesMax: filesMax(),
      }),
    },
  ];
  for (const file of files) {
    const target = join(path, file.path);
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    writeFileSync(target, file.text, { mode: 0o600 });
  }
}

/**
 * Namespaces and cables in one go, then each host by itself, several side by side.
 * @throws OperationalError `lab/network` with what the kernel said, and about which host
 */
export async function buildNetwork(plan: RunPlan, folder: LabFolder): Promise<void> {
  const made = await runProgram(['ip', '-batch', '-'], { input: creationBatch(plan) });
  if (made.code !== 0) throw refused('the namespaces and cables', made.err);
  const ends = await Promise.all(
    Array.from({ length: SIDE_BY_SIDE }, (_, lane) => {
      const hosts = plan.hosts.filter((_, at) => at % SIDE_BY_SIDE === lane);
      const command = hostCommand(join(folder.path, PROGRAM), folder.path);
      return runProgram(command, { input: hostLines(plan.lab, hosts) });
    }),
  );
  const failed = ends.find(({ code }) => code !== 0);
  if (failed === undefined) return;
  const { said, name } = failedHost(failed.err);
  const host = plan.hosts.find((one) => one.name === name);
  throw refused(host === undefined ? 'a host' : `host \`${host.name}\` (${host.label})`, said);
}

/** The hard limit: each daemon may raise its own up to it. */
function filesMax(): number {
  const line = /^Max open files\s+\S+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
  return line === null ? 1024 : Number(line[1]);
}

function refused(what: string, said: string): OperationalError {
  const lines = said.trim().split('\n').slice(0, 6).join('; ');
  return new OperationalError('lab/network', `${what} could not be made: ${lines}`);
}
