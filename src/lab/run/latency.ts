import type { LabLink } from '../plan/lab-plan.ts';
import type { Cut, Failure } from './failures.ts';

/** Who holds packets back: the kernel, or a program of the lab for each way through a cable. */
export type LatencyBy = 'netem' | 'queue';

/** One way through a cable on which packets come later. */
export interface LateWay {
  /** Who sends, and from which of its interfaces. */
  readonly host: string;
  readonly interface: string;
  /** Where it arrives. */
  readonly arrives: { readonly host: string; readonly interface: string };
  /** No other way of the lab has it; from 1, in 16 bits for as many as 32,767 cables. */
  readonly number: number;
  readonly milliseconds: number;
}

/** More than these on one way at one time are lost; netem's own limit is a thousand. */
export const WAITING_MOST = 10_000;

/** Whether the kernel delays packets itself is found by doing it, where nobody sees it. */
export const NETEM_TRIAL: readonly string[] = ['unshare', '--net', 'tc', ...netem('add', 'lo', 1)];

export const NO_LATENCY =
  'this kernel delays no packet: it has neither netem (module sch_netem) nor queues for programs (nfnetlink_queue, with nft_queue or xt_NFQUEUE); losing them works: --loss 30%';

/**
 * What is late on which way. A host is late in all that it sends, a cable in both directions; a port alone cannot be delayed, so its
 * whole host is. The longest wins.
 */
export function lateWays(
  { links }: { readonly links: readonly LabLink[] },
  failures: readonly Failure[],
): readonly LateWay[] {
  const late = failures.filter(({ latencyMilliseconds = 0 }) => latencyMilliseconds > 0);
  if (late.length === 0) return [];
  return links.flatMap(({ ends: [one, other] }, at) =>
    [
      { from: one, to: other },
      { from: other, to: one },
    ].flatMap(({ from, to }, side) => {
      const isHere = (cut: Cut) =>
        cut.interface === undefined ? cut.host === from.host : isEnd(cut, from) || isEnd(cut, to);
      const milliseconds = Math.max(
        0,
        ...late
          .filter(({ cuts }) => cuts.some(isHere))
          .map(({ latencyMilliseconds = 0 }) => latencyMilliseconds),
      );
      const number = 2 * at + side + 1;
      return milliseconds === 0 ? [] : [{ ...from, arrives: to, number, milliseconds }];
    }),
  );
}

/** Lines for `tc -batch` in the namespace of a host, from what was late there to what is; empty where nothing changes. */
export function netemBatch(
  host: string,
  before: readonly LateWay[],
  after: readonly LateWay[],
): string {
  const here = (ways: readonly LateWay[]) =>
    new Map(
      ways.flatMap((way) =>
        way.host === host ? [[way.interface, way.milliseconds] as const] : [],
      ),
    );
  const was = here(before);
  const is = here(after);
  const lines = [
    ...[...was.keys()]
      .filter((name) => !is.has(name))
      .map((name) => ['qdisc', 'del', 'dev', name, 'root']),
    ...[...is].flatMap(([name, milliseconds]) =>
      was.get(name) === milliseconds ? [] : [netem('replace', name, milliseconds)],
    ),
  ];
  return lines.map((words) => `${words.join(' ')}\n`).join('');
}

/** As tc-netem(8) has it. */
function netem(verb: string, device: string, milliseconds: number): readonly string[] {
  const limit = String(WAITING_MOST);
  return [
    'qdisc',
    verb,
    'dev',
    device,
    'root',
    'netem',
    'limit',
    limit,
    'delay',
    `${milliseconds}ms`,
  ];
}

function isEnd(cut: Cut, end: { readonly host: string; readonly interface: string }): boolean {
  return cut.host === end.host && cut.interface === end.interface;
}
