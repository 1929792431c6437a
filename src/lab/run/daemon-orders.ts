import { ANSWER_PORT } from '../plan/answer-port.ts';
import type { LabProcess } from '../plan/lab-plan.ts';
import type { DaemonOrder, Readiness } from './daemon.ts';
import { inHost, inNamespace } from './enter-host.ts';
import type { LabFolder } from './lab-folder.ts';
import { placed, type RunPlan } from './run-plan.ts';

/** How this program starts itself: `[node, bin/sallyport.js]`. */
export type OwnProgram = readonly string[];

/** The daemons of a plan in the order they start, the answering server first. */
export function daemonOrders(
  plan: RunPlan,
  folder: LabFolder,
  own: OwnProgram,
): readonly DaemonOrder[] {
  return [
    ...responder(plan, folder),
    ...plan.processes.map((one) => orderOf(plan, one, folder, own)),
  ];
}

function responder(plan: RunPlan, folder: LabFolder): readonly DaemonOrder[] {
  const first = plan.hosts.find(({ answers }) => answers);
  if (first === undefined) return [];
  return [
    {
      name: 'responder',
      command: withOwnProcesses(['haproxy', '-db', '-f', `${folder.path}/responder.cfg`]),
      env: { OPENSSL_CONF: `${folder.path}/openssl.cnf` },
      ready: listening(plan, first.name, ANSWER_PORT),
      restarts: true,
      logFile: `${folder.logs}/responder.log`,
    },
  ];
}

/**
 * HAProxy looks for its first namespace under its own number in `/proc`, and that of the machine knows it by another. Namespaces that
 * are made later are still seen.
 */
function withOwnProcesses(command: readonly string[]): readonly string[] {
  const script = 'mount -t proc proc /proc && exec "$@"';
  return ['unshare', '--mount', '--propagation', 'slave', 'sh', '-c', script, 'sh', ...command];
}

function orderOf(
  plan: RunPlan,
  { name, host, command, ready, restarts }: LabProcess,
  folder: LabFolder,
  own: OwnProgram,
): DaemonOrder {
  const [program = '', ...args] = command.map((word) => placed(word, folder.path));
  const isAgent = program.startsWith('agent:');
  return {
    name,
    host,
    command: isAgent
      ? inNamespace(plan.lab, host, [...own, 'lab', 'agent', program.slice(6), ...args])
      : inHost(plan.lab, host, folder.path, [program, ...args]),
    env: { SALLYPORT_LAB_AGENT: '1' },
    ready: readiness(plan, host, ready, folder),
    restarts,
    logFile: `${folder.logs}/${name}.log`,
  };
}

function readiness(
  plan: RunPlan,
  host: string,
  ready: LabProcess['ready'],
  folder: LabFolder,
): Readiness {
  switch (ready.kind) {
    case 'line':
      return ready;
    case 'file':
      return { kind: 'file', path: placed(ready.path, folder.path) };
    case 'tcp':
      return listening(plan, host, ready.port);
  }
}

function listening({ lab }: RunPlan, host: string, port: number): Readiness {
  const list = inNamespace(lab, host, ['cat', '/proc/net/tcp', '/proc/net/tcp6']);
  return { kind: 'tcp', port, list };
}
