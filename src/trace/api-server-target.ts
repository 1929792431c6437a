import { type DomainName, parseDomainName } from '../net/index.ts';
import { type ClusterPlacement, type Network, PUBLIC_IPV4 } from '../network/index.ts';
import { apiServerSymbol } from '../semantics/api-server/public-names.ts';
import { apiServerPrivateAddress } from '../semantics/dns/cluster-names.ts';
import type { FlowAddress } from '../semantics/flow.ts';
import { flowAddressOf } from '../semantics/outbound/flow-address.ts';
import { isUnknown } from '../values/index.ts';
import { elsewhere } from './elsewhere.ts';
import type { Origin } from './origin.ts';
import { type Placement, problem } from './placement.ts';
import type { FlowTo, Target } from './target.ts';

/** The API server of the sender's cluster; for senders outside, of every cluster in the input. */
export function apiServerTargets(network: Network, origin: Origin, to: FlowTo): Placement<Target> {
  const own = origin.cluster?.cluster === undefined ? undefined : origin.cluster;
  const clusters = own === undefined ? network.clusters : [own];
  const found = clusters.flatMap((cluster) =>
    cluster.cluster === undefined ? [] : [apiServerTarget(network, cluster, origin, to)],
  );
  return found.length === 0
    ? problem('no managed cluster in the input, so no API server', [])
    : { kind: 'found', found };
}

function apiServerTarget(
  network: Network,
  placement: ClusterPlacement,
  origin: Origin,
  to: FlowTo,
): Target {
  const cluster = placement.cluster!;
  const { isPrivate, vnetIntegration } = cluster.apiServer;
  const base = {
    label: `API server of ${placement.name}`,
    prelude: [],
    conditions: [],
    notes: [],
  };
  for (const setting of [isPrivate, vnetIntegration]) {
    if (!isUnknown(setting)) continue;
    const flow = to({ kind: 'within', addresses: PUBLIC_IPV4, label: base.label });
    return { ...base, flow, conditions: [{ missing: setting.missing, at: setting.at }] };
  }
  // With VNet integration the public endpoint stays, for those outside (aks.md 6.3).
  if (isPrivate === true || (vnetIntegration === true && origin.isOnInternet !== true)) {
    return { ...base, flow: to(flowAddressOf(apiServerPrivateAddress(network, placement))) };
  }
  const address = publicApiAddress(network, placement);
  const name = parseDomainName(cluster.fqdn ?? '') ?? hcpName(placement);
  const flow =
    callsByName(origin) && name !== undefined
      ? to(address, { destinationName: name, application: { kind: 'https', serverName: name } })
      : to(address);
  return { ...base, flow };
}

/** The public endpoint of a cluster, wherever on the internet Azure put it. */
export function publicApiAddress(
  network: Network,
  { cluster, name }: ClusterPlacement,
): FlowAddress {
  return {
    kind: 'within',
    addresses: elsewhere(network),
    label: `API server of ${name}`,
    ...(cluster === undefined ? {} : { symbol: apiServerSymbol(cluster.key) }),
  };
}

/** aks.md 5.2.5: only pods of two namespaces get the name; others call the address, so that no SNI names a host. */
function callsByName({ pod }: Origin): boolean {
  return (
    pod === undefined ||
    pod.annotations['kubernetes.azure.com/set-kube-service-host-fqdn'] === 'true' ||
    ['kube-system', 'gatekeeper-system'].includes(pod.namespace)
  );
}

/** `PREFIX-….hcp.REGION.azmk8s.io`: the part Azure generates is left as a label that matches the documented wildcard. */
function hcpName(cluster: ClusterPlacement): DomainName | undefined {
  const region = cluster.cluster?.location;
  return region === undefined ? undefined : parseDomainName(`apiserver.hcp.${region}.azmk8s.io`);
}
