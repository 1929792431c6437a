import { mayReachApiServer, privateApiServerVerdict } from '../../semantics/api-server/concrete.ts';
import type { Flow } from '../../semantics/flow.ts';
import type { HopResult, Position } from '../journey.ts';
import type { Step } from '../trace.ts';
import type { TraceContext } from '../trace-context.ts';
import { replyFromInternet } from './internet-exit.ts';
import { replyHome } from './reply-home.ts';
import { judge, subnetVerdict } from './verdicts.ts';

/**
 * The API server. At its public endpoint the authorized ranges decide, on the source as the internet sees it; at its
 * address inside the network whoever has a path may call (AKS-52). With VNet integration the security group of its
 * subnet looks (aks.md 6.3); a private endpoint's subnet keeps security groups out unless it says otherwise.
 */
export function apiServerHop(
  { network }: TraceContext,
  at: Position & { kind: 'api-server' },
  flow: Flow,
): HopResult {
  const { cluster } = at.cluster;
  const name = `API server of ${at.cluster.name}`;
  const steps: Step[] = [];
  const hop = {
    kind: 'api-server',
    name,
    ...(cluster === undefined ? {} : { at: cluster.apiServer.at }),
    steps,
    flow,
  };
  const subnet = at.subnetKey === undefined ? undefined : network.subnets.get(at.subnetKey);
  const isIntegrated = cluster?.apiServer.vnetIntegration === true;
  const judged = judge(
    steps,
    at.subnetKey === undefined
      ? [['authorized ranges', () => mayReachApiServer(network, at.cluster, flow.source)]]
      : [
          [
            'nsg',
            () =>
              subnet === undefined || !isIntegrated
                ? undefined
                : subnetVerdict(network, subnet, 'Inbound', flow),
          ],
          ['private address', () => privateApiServerVerdict(at.cluster)],
        ],
  );
  if (judged.denied !== undefined) {
    const disposition = { kind: 'denied', by: judged.denied } as const;
    return { hop, next: { kind: 'stop', disposition } };
  }
  const reply =
    at.subnetKey === undefined
      ? replyFromInternet(flow)
      : replyHome(network, flow, subnet?.vnet.key);
  return {
    hop,
    next: {
      kind: 'stop',
      disposition: { kind: 'delivered', to: name },
      ...(reply === undefined ? {} : { reply }),
    },
    ...(judged.open.length > 0 ? { conditions: judged.open } : {}),
  };
}
