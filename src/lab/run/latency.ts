import type { Cut, Failure } from './failures.ts';
import type { RunPlan } from './run-plan.ts';

/** Whether the kernel delays packets is found by doing it, where nobody sees it. */
export const LATENCY_TRIAL: readonly string[] = [
  'unshare',
  '--net',
  'tc',
  'qdisc',
  'add',
  'dev',
  'lo',
  'root',
  'netem',
  'delay',
  '1ms',
];

export const NO_LATENCY =
  'this kernel has no netem (module sch_netem), so it delays no packet; losing them works: --loss 30%';

/**
 * Lines for `tc -batch` in the namespace of a host that bring its interfaces from what was broken before to what is broken now; empty
 * where latency has no part in it. The longest wins. A port alone cannot be delayed, so its whole host is.
 */
export function latencyBatch(
  plan: Pick<RunPlan, 'links'>,
  host: string,
  before: readonly Failure[],
  after: readonly Failure[],
): string {
  const interfaces = plan.links.flatMap(({ ends }) =>
    ends.filter((end) => end.host === host).map((end) => end.interface),
  );
  return interfaces
    .flatMap((name) => {
      const was = latencyOf(host, name, before);
      const is = latencyOf(host, name, after);
      if (was === is) return [];
      return is === 0
        ? [`qdisc del dev ${name} root\n`]
        : [`qdisc replace dev ${name} root netem delay ${is}ms\n`];
    })
    .join('');
}

function latencyOf(host: string, name: string, failures: readonly Failure[]): number {
  const isHere = (cut: Cut) =>
    cut.host === host && (cut.interface === undefined || cut.interface === name);
  return Math.max(
    0,
    ...failures
      .filter(({ cuts }) => cuts.some(isHere))
      .map(({ latencyMilliseconds = 0 }) => latencyMilliseconds),
  );
}
