import type { Network } from '../network/index.ts';
import { type PolicySet, parsePolicies } from '../semantics/network-policy/index.ts';

/** What every hop may look at. Made once per network, asked many times. */
export interface TraceContext {
  readonly network: Network;
  readonly policies: PolicySet;
  /** What would open a denial is not asked. */
  readonly isVerdictOnly?: true;
}

const contexts = new WeakMap<Network, TraceContext>();

/** Parses the policies once per network. */
export function traceContext(network: Network): TraceContext {
  const known = contexts.get(network);
  if (known !== undefined) return known;
  const policies = parsePolicies(network.perimeter.kubernetes).value;
  const context = { network, policies };
  contexts.set(network, context);
  return context;
}
