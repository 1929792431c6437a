import { invariant } from '../../../diagnostics/index.ts';
import { formatIp, type Ip } from '../../../net/index.ts';
import type { LabEnd, LabHost, LabLink } from '../lab-plan.ts';
import { type SeatedPod, titleOfPod } from './seated-pod.ts';

/** Every pod's gateway, as Azure's and Calico's plugins give it. */
export const POD_GATEWAY = '169.254.1.1';
/** All of a node's cables to pods end in the same hardware address, so that nobody needs to ask for it. */
export const NODE_SIDE = '02:00:00:00:00:01';

/** A pod: one address, everything goes to its node. Neighbours are written down, so no packet waits for ARP. */
export function podHost(
  seated: SeatedPod,
  resolvers: readonly string[],
  answers: boolean,
): LabHost {
  const address = formatIp(seated.address);
  return {
    name: seated.host,
    kind: 'pod',
    label: `pod ${titleOfPod(seated)}`,
    sysctls: [],
    ip: [
      'link set lo up',
      `link set eth0 address ${hardwareAddress(seated.address)}`,
      `addr add ${address}/32 dev eth0`,
      'link set eth0 up',
      `route add ${POD_GATEWAY} dev eth0 scope link`,
      `neigh replace ${POD_GATEWAY} lladdr ${NODE_SIDE} dev eth0 nud permanent`,
      `route add default via ${POD_GATEWAY} dev eth0`,
    ],
    nftables: '',
    answers,
    resolvers,
  };
}

export function podLink({ host, seat, nodeInterface }: SeatedPod): LabLink {
  invariant(nodeInterface !== undefined, 'a pod with a namespace of its own has a cable');
  return {
    ends: [
      { host, interface: 'eth0' },
      { host: seat.host, interface: nodeInterface },
    ],
  };
}

export function podEnd(seated: SeatedPod, doubt: string | undefined): LabEnd {
  const { pod, endName, host, address } = seated;
  const notProbed = doubt ?? elsewhere(seated);
  const word = WORDS[pod.kind];
  return {
    name: endName,
    host,
    addresses: [formatIp(address)],
    ...(word === undefined ? {} : { traceName: `${word}:${pod.namespace}/${pod.name}` }),
    ...(notProbed === undefined ? {} : { notProbed }),
  };
}

/** A live pod whose address is none that its cluster would give it: the proof takes it at its word, and it is another pod here. */
function elsewhere({ pod, address }: SeatedPod): string | undefined {
  const own = pod.address;
  return own === undefined || own === formatIp(address)
    ? undefined
    : `it has ${own} in the input, which is no address of its pods' range, and ${formatIp(address)} in the lab`;
}

/** The node's end of the cable, and the way to the pod. */
export function cableOfPod({ address, nodeInterface, seat }: SeatedPod): readonly string[] {
  if (nodeInterface === undefined) return [];
  const ip = formatIp(address);
  return [
    `link set ${nodeInterface} address ${NODE_SIDE}`,
    // What answers on every port of the node redirects to the address of the interface, so each needs one.
    `addr add ${POD_GATEWAY}/32 dev ${nodeInterface} scope link`,
    `link set ${nodeInterface} up`,
    `route add ${ip}/32 dev ${nodeInterface} src ${formatIp(seat.address)}`,
    `neigh replace ${ip} lladdr ${hardwareAddress(address)} dev ${nodeInterface} nud permanent`,
  ];
}

/** As `trace --from` spells workloads; other kinds have no word there. */
const WORDS: Readonly<Record<string, string>> = {
  Pod: 'pod',
  Deployment: 'deploy',
  StatefulSet: 'sts',
  DaemonSet: 'ds',
  Job: 'job',
  CronJob: 'cronjob',
  ReplicaSet: 'rs',
};

/** Locally administered, from the address. */
function hardwareAddress(ip: Ip): string {
  const bytes = formatIp(ip)
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'));
  return `02:01:${bytes.join(':')}`;
}
