import { type Network, subnetOf } from '../../network/index.ts';
import type { Flow } from '../../semantics/flow.ts';
import { isPrivate } from '../is-private.ts';
import type { Placed } from '../journey.ts';
import { replyTo } from '../session.ts';

/**
 * The answer of something that replies straight to the sender's network, around every route table (a private endpoint,
 * a service behind a service endpoint). `undefined` when nobody knows where the sender is.
 * @param vnetKey the network it answers into
 */
export function replyHome(
  network: Network,
  flow: Flow,
  vnetKey: string | undefined,
): Placed | undefined {
  const hits = subnetOf(network, flow.source, vnetKey);
  // One that may hold the sender is not where it certainly is.
  const home = hits.find((hit) => hit.certainty === 'yes');
  if (home !== undefined) {
    return {
      at: { kind: 'entering-subnet', subnetKey: home.subnet.subnet.key },
      flow: replyTo(flow),
    };
  }
  if (hits.length > 0 || !isPrivate(flow.source)) return undefined;
  // An address of no known network came by a gateway, and goes back by it.
  const by = vnetKey === undefined ? {} : { vnetKey };
  return { at: { kind: 'on-premises', way: 'out', ...by }, flow: replyTo(flow) };
}
