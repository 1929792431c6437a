import type { DomainName } from '../net/index.ts';
import type { ClusterPlacement, Network } from '../network/index.ts';
import {
  apiServerNames,
  clusterNamed,
  isPrivateApiServerName,
} from '../semantics/api-server/public-names.ts';
import { apiServerPrivateAddress, mayAnswerPrivately } from '../semantics/dns/cluster-names.ts';
import { NO_PUBLIC_NAME, type Resolution, resolveName } from '../semantics/dns/concrete.ts';
import { privateAliasOf } from '../semantics/dns/private-alias.ts';
import { resolverOf } from '../semantics/dns/resolver.ts';
import type { Flow, FlowAddress } from '../semantics/flow.ts';
import { flowAddressOf } from '../semantics/outbound/flow-address.ts';
import { publicApiAddress } from './api-server-target.ts';
import { applicationOf } from './application-of.ts';
import { elsewhere } from './elsewhere.ts';
import type { Origin } from './origin.ts';
import { phrases } from './summary.ts';
import type { FlowTo, Target } from './target.ts';
import type { Step } from './trace.ts';

/**
 * A name as the sender's network resolves it. One that Azure may have given to the API server of a private cluster may lead there as well
 * as to another host (AKS-98): two ways.
 */
export function nameTargets(
  network: Network,
  origin: Origin,
  name: DomainName,
  to: FlowTo,
): readonly Target[] {
  const { vnetKey, isOnInternet } = origin;
  const resolution =
    isOnInternet === true || vnetKey === undefined
      ? undefined
      : resolveName(network, vnetKey, name);
  const usual = nameTarget(network, origin, name, to, resolution);
  const clusters =
    // Where nobody answers, a name leads nowhere, whoever has it.
    isOnInternet === true || resolution?.kind === 'unanswered'
      ? []
      : privateApiServers(network, name, askedNetwork(network, origin));
  if (clusters.length === 0) return [usual];
  const { application } = usual.flow;
  const inside = clusters.map((cluster): Target => {
    const address = flowAddressOf(apiServerPrivateAddress(network, cluster));
    const flow = to(address, { destinationName: name, application });
    const way = `if it is the API server of ${cluster.name}`;
    return { label: name, flow, prelude: [], conditions: [], notes: [], way };
  });
  return [{ ...usual, way: 'if it is another host' }, ...inside];
}

/** Clusters whose API server the name may be, and may then have an address inside the network. */
function privateApiServers(
  network: Network,
  name: DomainName,
  vnetKey: string | undefined,
): readonly ClusterPlacement[] {
  const isPrivateName = isPrivateApiServerName(network, name);
  return apiServerNames(network).flatMap(({ cluster, suffixes, mayBePrivate }) =>
    mayBePrivate &&
    suffixes.some((suffix) => name.endsWith(suffix)) &&
    (!isPrivateName || mayAnswerPrivately(network, cluster, vnetKey))
      ? [cluster]
      : [],
  );
}

/** The network whose zones count for what the sender asks; absent where nobody can tell. */
function askedNetwork(network: Network, { vnetKey }: Origin): string | undefined {
  const resolver = vnetKey === undefined ? undefined : resolverOf(network, vnetKey);
  switch (resolver?.kind) {
    case 'azure':
      return vnetKey;
    case 'firewall': {
      const { subnet } = resolver.firewall;
      return subnet.kind === 'found' ? subnet.target.vnet.key : undefined;
    }
    default:
      return undefined;
  }
}

/** @param resolution absent where the sender is in no network */
function nameTarget(
  network: Network,
  origin: Origin,
  name: DomainName,
  to: FlowTo,
  resolution: Resolution | undefined,
): Target {
  const flowTo = (destination: FlowAddress): Flow => {
    const flow = to(destination, { destinationName: name });
    return { ...flow, application: applicationOf(flow.protocol, flow.destinationPort ?? 0, name) };
  };
  const named = clusterNamed(network, name);
  const own =
    named === undefined ? ownPublicAddress(network, name) : publicApiAddress(network, named);
  const outside = flowTo(
    own ?? {
      kind: 'within',
      addresses: elsewhere(network),
      label: name,
      symbol: `name:${name}`,
    },
  );
  const base = { label: name, conditions: [], prelude: [], notes: [] };
  if (origin.isOnInternet === true) {
    return isPrivateApiServerName(network, name)
      ? { ...base, flow: outside, ...withoutAnswer(name) }
      : { ...base, flow: outside };
  }
  if (origin.vnetKey === undefined || resolution === undefined) {
    return takenAsPublic(
      network,
      { ...base, flow: outside },
      name,
      `the DNS server of ${origin.label}`,
    );
  }
  const resolver = resolverOf(network, origin.vnetKey);
  const notes =
    resolver.kind === 'firewall' && resolver.assumption !== undefined ? [resolver.assumption] : [];
  const resolved = { ...base, notes };
  switch (resolution.kind) {
    case 'public': {
      const address = own === undefined ? 'a public address' : `${own.label ?? 'its own address'}`;
      return { ...resolved, flow: outside, prelude: [step(resolution, name, address)] };
    }
    case 'private': {
      const flow = flowTo(flowAddressOf(resolution.address));
      return { ...resolved, flow, prelude: [step(resolution, name, resolution.address.label)] };
    }
    case 'nxdomain':
    case 'unanswered': {
      const by = { ...resolution.by, name: resolution.why };
      return {
        ...resolved,
        flow: outside,
        prelude: [step(resolution, name, resolution.why)],
        stillborn: { kind: 'denied', by },
      };
    }
    case 'unknown': {
      const target = { ...resolved, flow: outside };
      return takenAsPublic(network, target, name, phrases(resolution.why), resolution);
    }
  }
}

/** AKS-53: of names that AKS keeps in private zones the internet knows nothing. */
function withoutAnswer(name: DomainName): Pick<Target, 'prelude' | 'stillborn'> {
  const by = { kind: 'platform', name: NO_PUBLIC_NAME, fact: 'AKS-53' } as const;
  return {
    prelude: [{ stage: 'dns', by, text: `${name}: ${NO_PUBLIC_NAME}` }],
    stillborn: { kind: 'denied', by },
  };
}

/**
 * Somebody's own server answers. Most names it knows nothing of are public; one that a private zone of the input, or
 * Azure's private alias, may answer is not taken for granted.
 */
function takenAsPublic(
  network: Network,
  target: Target,
  name: DomainName,
  missing: string,
  resolution?: Resolution,
): Target {
  const mayBePrivate =
    apiServerNames(network).some(
      ({ known, mayBePrivate: isPerhaps }) => isPerhaps && known.includes(name),
    ) ||
    isPrivateApiServerName(network, name) ||
    privateAliasOf(network.perimeter.snapshot.datasets.privateDnsZones, name) !== undefined ||
    [...network.perimeter.privateDnsZones.values()].some(
      ({ zone }) => name === zone || name.endsWith(`.${zone}`),
    );
  const prelude =
    resolution === undefined ? [] : [step(resolution, name, `taken as public (needs ${missing})`)];
  if (!mayBePrivate) {
    const note = `${name} resolves to its public address`;
    return { ...target, prelude, notes: [...target.notes, note] };
  }
  return { ...target, prelude, doubts: [{ missing: `what ${name} resolves to: ${missing}` }] };
}

function step(resolution: Resolution, name: DomainName, text: string): Step {
  return { stage: 'dns', by: resolution.by, text: `${name}: ${text}` };
}

/** The public address of the perimeter that has this name by Azure's own DNS labels. */
function ownPublicAddress(network: Network, name: DomainName): FlowAddress | undefined {
  for (const { owner, address } of network.owners.entries) {
    const isNamed =
      (owner.kind === 'public-ip' && owner.publicIp.fqdn?.toLowerCase() === name) ||
      (owner.kind === 'service-frontend' && dnsLabelOf(owner) === name);
    if (isNamed) return flowAddressOf(address);
  }
  return undefined;
}

const DNS_LABEL = 'service.beta.kubernetes.io/azure-dns-label-name';

/** `LABEL.REGION.cloudapp.azure.com` of a Service that asks for a label. */
function dnsLabelOf(owner: {
  readonly cluster: { readonly cluster?: { readonly location?: string } };
  readonly frontend: {
    readonly service: { readonly annotations: Readonly<Record<string, string>> };
  };
}): string | undefined {
  const label = owner.frontend.service.annotations[DNS_LABEL]?.toLowerCase();
  const region = owner.cluster.cluster?.location;
  return label === undefined || region === undefined
    ? undefined
    : `${label}.${region}.cloudapp.azure.com`;
}
