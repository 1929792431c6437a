import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KernelLine } from './probe.ts';
import { traceLines } from './trace-lines.ts';
import type { Undoing } from './undoing.ts';

/** Starts a program inside the namespace of a host of the lab. */
export type SpawnIn = (host: string, command: readonly string[], input?: string) => ChildProcess;

const TABLE = 'sallyport_trace';
/** First packets of every connection, either way; the lab is quiet while it is explained. DNS would drown them. */
const RULES = `table inet ${TABLE}
delete table inet ${TABLE}
table inet ${TABLE} {
  chain arriving {
    type filter hook prerouting priority -400;
    tcp flags & syn == syn meta nftrace set 1
    meta l4proto udp th dport != 53 th sport != 53 meta nftrace set 1
  }
  chain leaving {
    type filter hook output priority -400;
    tcp flags & syn == syn meta nftrace set 1
    meta l4proto udp th dport != 53 th sport != 53 meta nftrace set 1
  }
}
`;
const LISTENING_MILLISECONDS = 250;
/** Of one host: the packets of one connection there, its answers, and what else was on the way. */
const LINES_MOST = 8;

/**
 * What the rules of every namespace do with the packets of one connection: `nft monitor trace` in each while the connection is made
 * once more. Whatever happens, the tracing rules are taken out again.
 */
export async function explainPackets(
  hosts: readonly string[],
  spawnIn: SpawnIn,
  attempt: () => Promise<unknown>,
  { undoneAfter }: Undoing,
): Promise<readonly KernelLine[]> {
  const monitors = new Map<string, { readonly child: ChildProcess; text: string }>();
  const listen = async (): Promise<void> => {
    await Promise.all(hosts.map((host) => done(spawnIn(host, ['nft', '-f', '-'], RULES))));
    for (const host of hosts) {
      const child = spawnIn(host, ['nft', 'monitor', 'trace']);
      const monitor = { child, text: '' };
      child.stdout?.on('data', (part: Buffer) => {
        if (monitor.text.length < 1_000_000) monitor.text += part.toString('utf8');
      });
      child.on('error', () => {});
      monitors.set(host, monitor);
    }
    await sleep(LISTENING_MILLISECONDS);
    await attempt();
    await sleep(LISTENING_MILLISECONDS);
  };
  await undoneAfter(listen, () => {
    for (const { child } of monitors.values()) child.kill('SIGTERM');
    return Promise.all(
      hosts.map((host) => done(spawnIn(host, ['nft', 'delete', 'table', 'inet', TABLE]))),
    );
  });
  return [...monitors].flatMap(([host, { text }]) =>
    [...new Set(traceLines(text))].slice(0, LINES_MOST).map((line) => ({ host, text: line })),
  );
}

function done(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.on('error', () => resolve());
    child.on('close', () => resolve());
  });
}
