import type { PodClass } from '../model/index.ts';

/** `pets/order-service`: how people name a workload. */
export function podName(pod: PodClass): string {
  return `${pod.namespace}/${pod.name}`;
}

/** `deploy:pets/order-service`: how `--from` names it. */
export function podEndpoint(pod: PodClass): string {
  const short: Readonly<Record<string, string>> = {
    Pod: 'pod',
    Deployment: 'deploy',
    StatefulSet: 'sts',
    DaemonSet: 'ds',
    Job: 'job',
    CronJob: 'cronjob',
    ReplicaSet: 'rs',
  };
  return `${short[pod.kind] ?? 'deploy'}:${pod.namespace}/${pod.name}`;
}
