import type { ContainerPort, PodClass } from '../../kubernetes/objects.ts';
import type { KubernetesObject } from '../../snapshot.ts';
import { present } from '../present.ts';
import type { Reading } from '../reading.ts';
import {
  booleanIn,
  labelsIn,
  numberIn,
  objectPart,
  type Part,
  partIn,
  partsIn,
  portIn,
  portOrNameIn,
  protocolIn,
  stringIn,
} from './object.ts';

/** Where each kind of workload keeps its pod template; a Pod is its own. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  ReplicationController: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
  Pod: [],
};

/** Groups these kinds live in, past ones included. */
const GROUPS: ReadonlySet<string> = new Set(['', 'apps', 'batch', 'extensions']);

export function isWorkload(object: KubernetesObject): boolean {
  const slash = object.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : object.apiVersion.slice(0, slash);
  return Object.hasOwn(TEMPLATES, object.kind) && GROUPS.has(group);
}

/**
 * Every class of pods. What a workload of the input owns (K8P-92) is that workload's class and not listed again; pods and jobs
 * that have ended have no traffic. O(objects).
 */
export function readPodClasses(reading: Reading): readonly PodClass[] {
  const workloads = [...reading.snapshot.objects.values()].filter(isWorkload);
  const owners = new Set(workloads.map((each) => ownerKey(each.kind, each.namespace, each.name)));
  const pods: PodClass[] = [];
  for (const object of workloads) {
    const part = objectPart(reading, object);
    if (hasOwnerIn(part, object.namespace, owners) || hasEnded(part, object.kind)) continue;
    pods.push(readPodClass(part, object));
  }
  return pods;
}

function readPodClass(part: Part, object: KubernetesObject): PodClass {
  const template = (TEMPLATES[object.kind] ?? []).reduce(partIn, part);
  const metadata = partIn(template, 'metadata');
  const spec = partIn(template, 'spec');
  const replicas = numberIn(partIn(part, 'spec'), 'replicas');
  const dnsPolicy = stringIn(spec, 'dnsPolicy');
  const nodeName = stringIn(spec, 'nodeName');
  const address = object.kind === 'Pod' ? stringIn(partIn(part, 'status'), 'podIP') : undefined;
  const nodeSelector = labelsIn(spec, 'nodeSelector');
  const os = osOf(stringIn(partIn(spec, 'os'), 'name') ?? nodeSelector['kubernetes.io/os']);
  const containers = partsIn(spec, 'containers');
  const first = partsIn(spec, 'initContainers');
  // An init container that always restarts is a sidecar: it serves as long as the pod does.
  const serving = [
    ...containers,
    ...first.filter((each) => stringIn(each, 'restartPolicy') === 'Always'),
  ];
  // The spread comes first: behind other members it costs a tenth of the reading of all objects.
  return {
    ...present({ replicas, dnsPolicy, address, nodeName, os }),
    kind: object.kind,
    namespace: object.namespace,
    name: object.name,
    at: object.at,
    labels: labelsIn(metadata, 'labels'),
    annotations: labelsIn(metadata, 'annotations'),
    serviceAccount:
      stringIn(spec, 'serviceAccountName') ?? stringIn(spec, 'serviceAccount') ?? 'default',
    hostNetwork: booleanIn(spec, 'hostNetwork', false),
    ports: serving.flatMap(readPorts),
    nodeSelector,
    probePorts: serving.flatMap(readProbePorts),
    images: [...containers, ...first].flatMap((each) => stringIn(each, 'image') ?? []),
  };
}

function osOf(text: string | undefined): PodClass['os'] {
  return text === 'linux' || text === 'windows' ? text : undefined;
}

function readPorts(container: Part): readonly ContainerPort[] {
  return partsIn(container, 'ports').flatMap((entry) => {
    const port = portIn(entry, 'containerPort');
    if (port === undefined) return [];
    const name = stringIn(entry, 'name');
    const hostPort = portIn(entry, 'hostPort');
    return [
      {
        ...present({ name }),
        port,
        protocol: protocolIn(entry),
        // 0 is how live objects write "none".
        ...(hostPort === undefined || hostPort === 0 ? {} : { hostPort }),
        at: entry.at,
      },
    ];
  });
}

function readProbePorts(container: Part): readonly (number | string)[] {
  const ports: (number | string)[] = [];
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = partIn(container, name);
    if (probe.value === undefined) continue;
    for (const way of ['httpGet', 'tcpSocket', 'grpc']) {
      const port = portOrNameIn(partIn(probe, way), 'port');
      if (port !== undefined) ports.push(port);
    }
  }
  return ports;
}

function ownerKey(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}

function hasOwnerIn(part: Part, namespace: string, owners: ReadonlySet<string>): boolean {
  return partsIn(partIn(part, 'metadata'), 'ownerReferences').some((owner) =>
    owners.has(ownerKey(stringIn(owner, 'kind') ?? '', namespace, stringIn(owner, 'name') ?? '')),
  );
}

function hasEnded(part: Part, kind: string): boolean {
  const status = partIn(part, 'status');
  if (kind === 'Pod') {
    const phase = stringIn(status, 'phase');
    return phase === 'Succeeded' || phase === 'Failed';
  }
  if (kind !== 'Job') return false;
  return partsIn(status, 'conditions').some((condition) => {
    const type = stringIn(condition, 'type');
    return (type === 'Complete' || type === 'Failed') && stringIn(condition, 'status') === 'True';
  });
}
