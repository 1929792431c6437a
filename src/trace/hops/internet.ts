import { findOwner } from '../../network/index.ts';
import type { Flow } from '../../semantics/flow.ts';
import { isPrivate } from '../is-private.ts';
import type { HopResult, Journey } from '../journey.ts';
import { sameAddress, sessionOf, untranslated } from '../session.ts';
import { formatAddress } from '../step-of.ts';
import { apiServerSymbol } from '../target.ts';
import type { TraceContext } from '../trace-context.ts';
import { PLATFORM_SNAT, replyFromInternet } from './internet-exit.ts';

/** The internet: carries a flow to whoever owns the public address, in the perimeter or outside it. */
export function internetHop(context: TraceContext, flow: Flow, journey: Journey): HopResult {
  const target = flow.destinationName ?? formatAddress(flow.destination);
  const hop = { kind: 'internet', name: target, steps: [], flow };

  if (journey.direction === 'return') {
    if (journey.home !== undefined && sameAddress(journey.home, flow.destination)) {
      return { hop, next: { kind: 'stop', disposition: { kind: 'delivered', to: 'the client' } } };
    }
    const session = sessionOf(journey.sessions, PLATFORM_SNAT, flow);
    if (session !== undefined) {
      const answer = untranslated(session);
      const back = {
        ...hop,
        steps: [
          {
            stage: 'outbound',
            text: `${session.boxName} undoes its translation: → ${formatAddress(answer.destination)}`,
          },
        ],
        flow: answer,
      };
      return session.returnTo === undefined
        ? {
            hop: back,
            next: { kind: 'stop', disposition: { kind: 'delivered', to: 'the client' } },
          }
        : { hop: back, next: { kind: 'forward', to: { at: session.returnTo, flow: answer } } };
    }
  }

  const api = context.network.clusters.find(
    (cluster) =>
      cluster.cluster !== undefined &&
      flow.destination.symbol === apiServerSymbol(cluster.cluster.key),
  );
  if (api !== undefined) {
    return {
      hop,
      next: { kind: 'forward', to: { at: { kind: 'api-server', cluster: api }, flow } },
    };
  }
  if (journey.direction === 'forward' && isPrivate(flow.destination)) {
    const name = `${target} is a private address: nothing on the internet reaches it directly`;
    return {
      hop: { ...hop, name: 'internet', steps: [{ stage: 'route', text: name }] },
      next: { kind: 'stop', disposition: { kind: 'no-route', by: { kind: 'platform', name } } },
    };
  }
  const owners = findOwner(context.network, flow.destination).filter((found) => !found.isGuess);
  const sure = owners.filter((found) => found.certainty === 'yes');
  for (const { owner } of sure.length > 0 ? sure : []) {
    if (owner.kind === 'firewall-public') {
      return {
        hop,
        next: {
          kind: 'forward',
          to: { at: { kind: 'firewall', firewallKey: owner.firewall.firewall.key }, flow },
        },
      };
    }
    if (owner.kind === 'service-frontend') {
      return {
        hop,
        next: {
          kind: 'forward',
          to: {
            at: { kind: 'service-frontend', cluster: owner.cluster, frontend: owner.frontend },
            flow,
          },
        },
      };
    }
    if (owner.kind === 'application-gateway-frontend') {
      return {
        hop,
        next: {
          kind: 'forward',
          to: {
            at: {
              kind: 'application-gateway',
              gatewayKey: owner.gatewayKey,
              frontendKey: owner.frontendKey,
            },
            flow,
          },
        },
      };
    }
    if (owner.kind === 'public-ip') {
      // A public IP of the perimeter whose user is not in the input.
      const missing = `what public IP ${owner.publicIp.name} is attached to`;
      if (sure.length === 1) {
        return {
          hop,
          next: {
            kind: 'stop',
            disposition: { kind: 'unknown', why: [{ missing, at: owner.publicIp.at }] },
          },
        };
      }
    }
  }
  return {
    hop,
    next: {
      kind: 'stop',
      disposition: { kind: 'left-network', to: target },
      ...(journey.direction === 'forward' ? { reply: replyFromInternet(flow) } : {}),
    },
  };
}
