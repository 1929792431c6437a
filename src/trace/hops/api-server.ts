import { mayReachApiServer } from '../../semantics/api-server/concrete.ts';
import type { Flow } from '../../semantics/flow.ts';
import type { HopResult, Position } from '../journey.ts';
import { stepOf } from '../step-of.ts';
import type { TraceContext } from '../trace-context.ts';
import { replyFromInternet } from './internet-exit.ts';

/** The public endpoint of the API server: authorized ranges decide, on the source as the internet sees it. */
export function apiServerHop(
  { network }: TraceContext,
  at: Position & { kind: 'api-server' },
  flow: Flow,
): HopResult {
  const { cluster } = at.cluster;
  const name = `API server of ${at.cluster.name}`;
  const hop = {
    kind: 'api-server',
    name,
    ...(cluster === undefined ? {} : { at: cluster.apiServer.at }),
    flow,
  };
  const verdict = mayReachApiServer(network, at.cluster, flow.source);
  const steps = [stepOf('authorized ranges', verdict)];
  if (verdict.kind === 'deny') {
    return {
      hop: { ...hop, steps },
      next: { kind: 'stop', disposition: { kind: 'denied', by: verdict.by } },
    };
  }
  return {
    hop: { ...hop, steps },
    next: {
      kind: 'stop',
      disposition: { kind: 'delivered', to: name },
      reply: replyFromInternet(flow),
    },
    ...(verdict.kind === 'unknown' ? { conditions: verdict.why } : {}),
  };
}
