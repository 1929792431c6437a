import type { PodClass } from '../../model/index.ts';
import type { Network } from '../../network/index.ts';
import { compare } from '../diagram/sketch.ts';

/** How `trace` and `query` call the ends of a flow. */

const KINDS: Readonly<Record<string, string>> = {
  Deployment: 'deploy',
  StatefulSet: 'sts',
  DaemonSet: 'ds',
  Job: 'job',
  CronJob: 'cronjob',
  Pod: 'pod',
};

/** `deploy:pets/order-service`; `undefined` for a kind or a name that cannot be written. */
export function workloadEnd({ kind, namespace, name }: PodClass): string | undefined {
  const word = KINDS[kind];
  const isPlain = /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/.test(name) && /^[a-z0-9-]+$/.test(namespace);
  return word === undefined || !isPlain ? undefined : `${word}:${namespace}/${name}`;
}

/** Workloads that can be asked about, sorted. */
export function workloadEnds({ perimeter }: Network): readonly string[] {
  const ends = perimeter.kubernetes.pods.flatMap((pod) => workloadEnd(pod) ?? []);
  return [...new Set(ends)].sort(compare);
}

/** `node:nodepool1`; with the cluster in front when there are several. */
export function nodeEnds({ clusters }: Network): readonly string[] {
  const real = clusters.filter(({ cluster }) => cluster !== undefined);
  const ends = real.flatMap(({ name, pools }) =>
    pools
      .filter(({ pool }) => /^[a-z0-9-]+$/i.test(pool.name) && /^[A-Za-z0-9_-]+$/.test(name))
      .map(({ pool }) => (real.length > 1 ? `node:${name}/${pool.name}` : `node:${pool.name}`)),
  );
  return [...new Set(ends)].sort(compare);
}

/** Namespaces in which something runs. */
export function namespaces({ perimeter }: Network): readonly string[] {
  const names = perimeter.kubernetes.pods.map(({ namespace }) => namespace);
  return [...new Set(names)].filter((name) => /^[a-z0-9-]+$/.test(name)).sort(compare);
}
