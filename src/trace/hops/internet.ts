import { type FoundOwner, findOwner, type Network } from '../../network/index.ts';
import { mayReachApiServer } from '../../semantics/api-server/concrete.ts';
import {
  apiServerNames,
  apiServerSymbol,
  whetherItsName,
} from '../../semantics/api-server/public-names.ts';
import type { Flow } from '../../semantics/flow.ts';
import type { Decider, MissingFact } from '../../semantics/verdict.ts';
import { isPlatform, isPrivate } from '../is-private.ts';
import type { HopResult, Journey, Position } from '../journey.ts';
import { sameAddress, sessionOf, untranslated } from '../session.ts';
import { formatAddress } from '../step-of.ts';
import type { Disposition, Hop } from '../trace.ts';
import type { TraceContext } from '../trace-context.ts';
import { PLATFORM_SNAT, replyFromInternet } from './internet-exit.ts';
import { intoInterface } from './public-interface.ts';

/** The internet: carries a flow to whoever owns the public address, in the perimeter or outside it. */
export function internetHop(context: TraceContext, flow: Flow, journey: Journey): HopResult {
  const { network } = context;
  const target = flow.destinationName ?? formatAddress(flow.destination);
  const hop: Hop = { kind: 'internet', name: 'internet', steps: [], flow };
  const stop = (disposition: Disposition): HopResult => ({
    hop,
    next: { kind: 'stop', disposition },
  });
  const forward = (at: Position): HopResult => ({
    hop,
    next: { kind: 'forward', to: { at, flow } },
  });

  const by = droppedThere(flow, target);
  if (by !== undefined) {
    return {
      hop: { ...hop, steps: [{ stage: 'route', by, text: by.name }] },
      next: { kind: 'stop', disposition: { kind: 'no-route', by } },
    };
  }
  const back = journey.direction === 'return' ? comesBack(network, hop, flow, journey) : undefined;
  if (back !== undefined) return back;
  const api = network.clusters.find(
    ({ cluster }) =>
      cluster !== undefined && flow.destination.symbol === apiServerSymbol(cluster.key),
  );
  if (api !== undefined) return forward({ kind: 'api-server', cluster: api });

  const candidates = findOwner(network, flow.destination);
  const owners = candidates.filter(({ certainty, isGuess }) => certainty === 'yes' && !isGuess);
  for (const found of owners) {
    const at = positionOf(found);
    if (at !== undefined) return forward(at);
    if (found.owner.kind === 'network-interface' && journey.direction === 'forward') {
      const inside = intoInterface(network, found.owner.interfaceKey, hop, flow);
      if (inside !== undefined) return inside;
    }
  }
  const open = nobodyKnown(candidates, flow, journey, target);
  if (open !== undefined) return stop({ kind: 'unknown', why: [open] });
  const conditions = journey.direction === 'return' ? [] : refusedAsApiServer(network, flow);
  return {
    hop,
    next: {
      kind: 'stop',
      disposition: { kind: 'left-network', to: target },
      reply: replyFromInternet(flow),
    },
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}

/** A name that Azure may have given to a cluster of the input leads to its API server, which takes only whom it admits (AKS-98). */
function refusedAsApiServer(network: Network, flow: Flow): readonly MissingFact[] {
  const name = flow.destinationName;
  if (name === undefined) return [];
  return apiServerNames(network).flatMap(({ cluster, suffixes, mayBePublic }) => {
    if (!mayBePublic || !suffixes.some((suffix) => name.endsWith(suffix))) return [];
    const isTaken = mayReachApiServer(network, cluster, flow.source).kind === 'allow';
    return isTaken ? [] : [whetherItsName(name, cluster)];
  });
}

/** An answer that arrives at the client, or at whoever translated the request. */
function comesBack(
  network: Network,
  hop: Hop,
  flow: Flow,
  journey: Journey,
): HopResult | undefined {
  if (journey.home !== undefined && sameAddress(journey.home, flow.destination)) {
    return { hop, next: { kind: 'stop', disposition: { kind: 'delivered', to: 'the client' } } };
  }
  const translator = journey.sessions.find(
    ({ boxKey, left }) =>
      network.firewalls.has(boxKey) && sameAddress(left.source, flow.destination),
  );
  if (translator === undefined) return untranslatedByPlatform(hop, flow, journey);
  // A NAT gateway of its subnet may hold the address; the firewall gets the answer all the same.
  const at = { kind: 'firewall', firewallKey: translator.boxKey, isFromInternet: true } as const;
  return { hop, next: { kind: 'forward', to: { at, flow } } };
}

/** What is missing when the address may be somebody's of the perimeter; `undefined` for a host out there. */
function nobodyKnown(
  candidates: readonly FoundOwner[],
  flow: Flow,
  journey: Journey,
  target: string,
): MissingFact | undefined {
  const idle = candidates.find(
    ({ owner, certainty }) => certainty === 'yes' && owner.kind === 'public-ip',
  )?.owner;
  if (idle?.kind === 'public-ip') {
    // A public IP of the perimeter whose user is not in the input.
    const { name, at } = idle.publicIp;
    return { missing: `what public IP ${name} is attached to`, at };
  }
  if (journey.direction === 'return') {
    return { missing: `who gets an answer to ${formatAddress(flow.destination)}` };
  }
  if (!journey.sender.isOnInternet) return undefined;
  if (sameAddress(journey.sender.address, flow.source)) {
    return { missing: `whose address ${target} is (no public address in the input)` };
  }
  // A DNAT rule sent it out again: most likely to a front end whose number only Azure knows.
  const own = candidates.find(
    ({ owner }) => owner.kind.endsWith('-frontend') || owner.kind === 'network-interface',
  );
  return own === undefined ? undefined : { missing: `whether ${target} is ${own.address.label}` };
}

/** Nobody on the internet has a private address or the host's, and nobody there can answer one. */
function droppedThere(flow: Flow, target: string): Decider | undefined {
  if (isPlatform(flow.destination)) {
    const name = `${target} is answered by the Azure host, to its own machines only`;
    return { kind: 'platform', name, fact: 'AZN-17' };
  }
  if (isPrivate(flow.destination)) {
    const name = `${target} is a private address, which nothing on the internet reaches`;
    return { kind: 'platform', name };
  }
  if (isPrivate(flow.source)) {
    const name = `${formatAddress(flow.source)} is a private address, which nothing on the internet can answer`;
    return { kind: 'platform', name };
  }
  return undefined;
}

function untranslatedByPlatform(hop: Hop, flow: Flow, journey: Journey): HopResult | undefined {
  const session = sessionOf(journey.sessions, PLATFORM_SNAT, flow);
  if (session === undefined) return undefined;
  const answer = untranslated(session);
  const text = `${session.boxName} undoes its translation: → ${formatAddress(answer.destination)}`;
  const back = { ...hop, steps: [{ stage: 'outbound', text }], flow: answer };
  return session.returnTo === undefined
    ? { hop: back, next: { kind: 'stop', disposition: { kind: 'delivered', to: 'the client' } } }
    : { hop: back, next: { kind: 'forward', to: { at: session.returnTo, flow: answer } } };
}

function positionOf({ owner }: FoundOwner): Position | undefined {
  switch (owner.kind) {
    case 'firewall-public':
      return {
        kind: 'firewall',
        firewallKey: owner.firewall.firewall.key,
        isFromInternet: true,
      };
    case 'service-frontend':
      return { kind: 'service-frontend', cluster: owner.cluster, frontend: owner.frontend };
    case 'application-gateway-frontend':
      return {
        kind: 'application-gateway',
        gatewayKey: owner.gatewayKey,
        frontendKey: owner.frontendKey,
      };
    case 'load-balancer-frontend':
      return {
        kind: 'load-balancer',
        loadBalancer: owner.loadBalancer,
        frontendKey: owner.frontend.key,
      };
    default:
      return undefined;
  }
}
