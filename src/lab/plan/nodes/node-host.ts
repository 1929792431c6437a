import type { AgentPool } from '../../../model/index.ts';
import { formatIp } from '../../../net/index.ts';
import type { LabEnd, LabHost } from '../lab-plan.ts';
import type { NodeSeat } from '../node-seat.ts';
import { cableOfPod } from './pod-host.ts';
import type { SeatedPod } from './seated-pod.ts';

/** A node: its address in the subnet, a cable to each pod, and the rules. Other nodes' pods are reached through the fabric. */
export function nodeHost(
  seat: NodeSeat,
  pods: readonly SeatedPod[],
  rules: readonly string[],
): LabHost {
  const own = pods.filter((each) => each.seat === seat);
  return {
    name: seat.host,
    kind: 'node',
    label: `node ${seat.endName.replace(/^node\//, '')} of ${seat.cluster.name}`,
    sysctls: [
      ['net.ipv4.ip_forward', '1'],
      ['net.ipv4.conf.all.rp_filter', '0'],
      ['net.ipv4.conf.default.rp_filter', '0'],
      // A flow for another node's pod goes back out the way it came: that is meant.
      ['net.ipv4.conf.all.send_redirects', '0'],
      ['net.ipv4.conf.default.send_redirects', '0'],
    ],
    ip: [
      'link set lo up',
      `addr add ${formatIp(seat.address)}/${seat.prefixLength} dev ${seat.interfaceName}`,
      `link set ${seat.interfaceName} up`,
      `route add default via ${formatIp(seat.gateway)} dev ${seat.interfaceName} onlink`,
      ...own.flatMap(cableOfPod),
    ],
    nftables: rules.join('\n'),
    answers: true,
    resolvers: seat.resolvers,
  };
}

export function nodeEnd(seat: NodeSeat): LabEnd {
  return {
    name: seat.endName,
    host: seat.host,
    addresses: [formatIp(seat.address)],
    ...(seat.pool === undefined ? {} : { traceName: traceNameOf(seat, seat.pool) }),
  };
}

/** `node/nodepool1-0` is `node:nodepool1` there; with several clusters both say which. Two clusters of one name share their words. */
function traceNameOf({ endName, cluster }: NodeSeat, { name }: AgentPool): string {
  const isShared = endName.startsWith(`node/${cluster.name}/`);
  return isShared ? `node:${cluster.name}/${name}` : `node:${name}`;
}
