import { assertNever, type Place } from '../../diagnostics/index.ts';
import type { FactId } from '../../facts/index.ts';
import type { FlowRegion, FlowRule } from '../../flows/index.ts';
import type { PodClass } from '../../model/index.ts';
import {
  type AddressSet,
  addressesOfPrefixes,
  isEmptyAddressSet,
  parsePrefix,
  unionAddresses,
} from '../../net/index.ts';
import type { ClusterPlacement, Network, PoolPlacement } from '../../network/index.ts';
import type { Decider, MissingFact } from '../verdict.ts';
import { type AgentSettings, agentSettingsOf } from './symbolic-agent.ts';

/** Whether the network outside the node sees the pod's own address or the node's. */
export type MasqueradeEffect = 'kept' | 'translated to node';

export type MasqueradeRule = FlowRule<MasqueradeEffect, Decider>;

const EVERYWHERE: FlowRegion = [{}];
const AZURE_HOST = prefixes('168.63.129.16/32');
const LINK_LOCAL = prefixes('169.254.0.0/16');

/**
 * What a node makes of the source of flows of its pods, by destination. Complete: the last rule takes every flow.
 * @param pool where the pods run; absent when any pool may be it
 * @param pod a host-network pod keeps its source, which is the node's
 * @returns destinations after Service translation: the backend's address, not the cluster's
 * @see AKS-01 overlay, AKS-02 node subnet, AKS-03 and AKS-04 pod subnet, AKS-05 host network, AKS-06 kubenet,
 *   AKS-07 other plugins, AKS-08 Cilium changes nothing, AKS-09 ranges of the agent
 */
export function masqueradeRules(
  network: Network,
  cluster: ClusterPlacement,
  pool: PoolPlacement | undefined,
  pod: Pick<PodClass, 'hostNetwork'>,
): readonly MasqueradeRule[] {
  const at = cluster.cluster?.network.at;
  const say = sayerAt(at);
  if (pod.hostNetwork) return [say('kept', EVERYWHERE, 'host network', 'AKS-05')];
  switch (cluster.addressing) {
    case 'overlay':
      return rangeRules(network, cluster, cluster.podAddresses, 'AKS-01', say);
    case 'kubenet':
      return rangeRules(network, cluster, cluster.podAddresses, 'AKS-06', say);
    case 'node-subnet':
      return rangeRules(network, cluster, nodeNetworks(network, cluster, pool), 'AKS-02', say);
    case 'pod-subnet':
      return [
        say('translated to node', to(AZURE_HOST), 'query to the Azure host', 'AKS-04'),
        say('kept', EVERYWHERE, 'pod subnet', 'AKS-03'),
      ];
    case 'byo': {
      const missing = `how the network plugin of ${cluster.name} masquerades`;
      return either(EVERYWHERE, { missing, ...placed(at) }, 'AKS-07', say);
    }
    case 'unknown': {
      const missing = `the network plugin of ${cluster.name}`;
      return either(EVERYWHERE, { missing, ...placed(at) }, 'AKS-07', say);
    }
    default:
      return assertNever(cluster.addressing);
  }
}

type Say = (
  effect: MasqueradeEffect,
  region: FlowRegion,
  name: string,
  fact: FactId,
  written?: Place,
) => MasqueradeRule;

/**
 * The chain the agent writes: return for its ranges and, unless told otherwise, for link-local; masquerade the rest.
 * @param usual the ranges AKS writes into the chain by itself; `undefined` or empty: they are not known
 */
function rangeRules(
  network: Network,
  cluster: ClusterPlacement,
  usual: AddressSet | Partly,
  fact: FactId,
  say: Say,
): readonly MasqueradeRule[] {
  const settings = agentSettingsOf(network);
  const { known, isPart } =
    'known' in usual ? usual : { known: usual, isPart: isEmptyAddressSet(usual) };
  const rules = [
    say('kept', to(known), 'destination inside the unmasqueraded ranges', fact),
    say('kept', to(settings.ranges), 'NonMasqueradeCIDRs', 'AKS-09', settings.at),
  ];
  rules.push(...linkLocalRules(settings, say));
  if (settings.unread !== undefined) {
    rules.push(say('kept', to(undefined, [settings.unread]), 'masquerade', 'AKS-09'));
  }
  if (isPart && !settings.holdsReconciled) {
    const missing = `the address ranges of the network of ${cluster.name}`;
    rules.push(say('kept', to(undefined, [{ missing }]), 'masquerade', fact));
  }
  const rest = 'destination outside the unmasqueraded ranges';
  rules.push(say('translated to node', EVERYWHERE, rest, fact));
  return rules;
}

/** 169.254.0.0/16 has a switch of its own, which spares it from masquerade and never adds it (AKS-09). */
function linkLocalRules(settings: AgentSettings, say: Say): readonly MasqueradeRule[] {
  switch (settings.masqueradesLinkLocal) {
    case true:
      // What a file that cannot be read exempts may be link-local as well.
      return settings.unread === undefined
        ? [say('translated to node', to(LINK_LOCAL), 'MasqLinkLocal', 'AKS-09')]
        : either(to(LINK_LOCAL), settings.unread, 'AKS-09', say);
    case false:
      return [say('kept', to(LINK_LOCAL), 'MasqLinkLocal', 'AKS-09')];
    case undefined: {
      const missing = '`MasqLinkLocal` of the masquerade agent';
      return either(to(LINK_LOCAL), { missing }, 'AKS-09', say);
    }
  }
}

/** A part of the ranges, when that is all we know. */
interface Partly {
  readonly known: AddressSet;
  readonly isPart: boolean;
}

/** The address spaces of the networks that may hold the node (AKS-02). */
function nodeNetworks(
  network: Network,
  cluster: ClusterPlacement,
  pool: PoolPlacement | undefined,
): Partly {
  const candidates = pool === undefined ? cluster.pools : [pool];
  const homes = candidates.map(({ nodeSubnet }) =>
    nodeSubnet.kind === 'found' ? network.vnets.get(nodeSubnet.target.vnet.key) : undefined,
  );
  return {
    known: unionAddresses(...homes.flatMap((home) => (home === undefined ? [] : [home.addresses]))),
    isPart:
      homes.length === 0 ||
      homes.some((home) => home === undefined || home.hasUnknownAddresses === true),
  };
}

/** Not known which of the two: kept if what is missing turns out so, translated if not. */
function either(
  region: FlowRegion,
  need: MissingFact,
  fact: FactId,
  say: Say,
): readonly MasqueradeRule[] {
  const perhaps = region.map((box) => ({ ...box, needs: [need] }));
  return [
    say('kept', perhaps, 'masquerade', fact),
    say('translated to node', region, 'masquerade', fact),
  ];
}

function to(destinations: AddressSet | undefined, needs: readonly MissingFact[] = []): FlowRegion {
  return [
    {
      ...(destinations === undefined ? {} : { destinations }),
      ...(needs.length === 0 ? {} : { needs }),
    },
  ];
}

function sayerAt(at: Place | undefined): Say {
  return (effect, region, name, fact, written = at) => ({
    region,
    effect,
    by: { kind: 'platform', name, fact, ...placed(written) },
  });
}

function placed(at: Place | undefined): { readonly at?: Place } {
  return at === undefined ? {} : { at };
}

function prefixes(...texts: readonly string[]): AddressSet {
  return addressesOfPrefixes(texts.flatMap((text) => parsePrefix(text) ?? []));
}
