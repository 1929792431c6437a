import { formatIp } from '../../net/index.ts';
import type { FirewallPlacement, Network } from '../../network/index.ts';
import { evaluateFirewall } from '../../semantics/firewall/concrete.ts';
import type { FirewallContext } from '../../semantics/firewall/context.ts';
import { effectiveSettings } from '../../semantics/firewall/effective-settings.ts';
import { type Candidate, conclude } from '../../semantics/firewall/first-match.ts';
import { applicationRules, networkRules } from '../../semantics/firewall/outbound-rules.ts';
import type { Visit } from '../../semantics/firewall/stage.ts';
import type { Flow } from '../../semantics/flow.ts';
import type { Verdict } from '../../semantics/verdict.ts';
import { addressCells } from './address-cells.ts';
import { asFlow } from './as-flow.ts';
import type { LoggedFlow } from './logged-flows.ts';

/** What the model says of a logged flow. */
export type Modelled =
  | {
      readonly kind: 'verdict';
      readonly verdict: Verdict;
      /** Where DNAT sends it, where that is one address. */
      readonly to?: { readonly address: string; readonly port?: number };
      /** Of an unknown one: whoever may have decided, by name; absent where that is not known either. */
      readonly deciders?: readonly string[];
    }
  | { readonly kind: 'unreadable'; readonly why: string };

/** Replays logged flows through the model of one firewall. Remembers its answers. */
export type Replay = (logged: LoggedFlow) => Modelled;

/**
 * Replays decisions: of flows that no rule tells apart one is walked through the firewall, and its answer serves the rest. Measured on two
 * busy cores (bench/logs-verify.mjs): 0.7 to 2 million logged decisions a second, counting by the database included; 25,000 distinct flows
 * a second over 200 rules where no two are alike in name, source and destination.
 */
export function replayer(placement: FirewallPlacement, context: FirewallContext): Replay {
  const sources = addressCells(placement, context, 'sources');
  const destinations = addressCells(placement, context, 'destinations');
  const names = new Map<string, number>();
  const answers = new Map<string, Modelled>();
  const numberOf = (name: string): number => {
    const known = names.get(name);
    if (known !== undefined) return known;
    names.set(name, names.size);
    return names.size - 1;
  };
  return (logged) => {
    const from = sources.cellOf(logged.source);
    // The application log has no address; the number stands for that.
    const to = logged.destination === '' ? -1 : destinations.cellOf(logged.destination);
    if (from === undefined || to === undefined) return walked(placement, context, logged);
    const words = numberOf(`${logged.log} ${logged.protocol} ${logged.fqdn}`);
    const key = `${words} ${from} ${to} ${logged.port}`;
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = walked(placement, context, logged);
    if (answers.size >= REMEMBERED_MAX) {
      answers.clear();
      names.clear();
    } else answers.set(key, answer);
    return answer;
  };
}

/** Names that leave through DNS tunnels never come twice. */
const REMEMBERED_MAX = 1_000_000;

/** One flow, as the concrete telling has it. Which log it stands in settles what the model may not know. */
export function walked(
  placement: FirewallPlacement,
  context: FirewallContext,
  logged: LoggedFlow,
): Modelled {
  const replayable = asFlow(logged);
  if (replayable.kind === 'unreadable') return replayable;
  const { flow } = replayable;
  const { verdict, after } = evaluateFirewall(placement, flow, context);
  if (verdict.kind !== 'unknown') {
    const to = after === undefined || logged.log !== 'dnat' ? undefined : destinationOf(after);
    return { kind: 'verdict', verdict, ...(to === undefined ? {} : { to }) };
  }
  return settled(placement, context, flow, logged) ?? { kind: 'verdict', verdict };
}

/**
 * A record of the network log was not for the firewall itself, and no rule of the network log took what stands in the application log:
 * what the model cannot tell about that is told by the log.
 */
function settled(
  placement: FirewallPlacement,
  context: FirewallContext,
  flow: Flow,
  { log }: LoggedFlow,
): Modelled | undefined {
  if (log !== 'network' && log !== 'application') return undefined;
  if (flow.source.kind === 'exact' && flow.source.ip.family === 6) return undefined;
  if (flow.destination.kind === 'exact' && flow.destination.ip.family === 6) return undefined;
  const visit: Visit = { placement, settings: effectiveSettings(placement), flow, context };
  const { candidates, ends } = log === 'network' ? networkRules(visit) : applicationRules(visit);
  const last = ends ? (candidates.at(-1) ?? DEFAULT_DENY) : DEFAULT_DENY;
  const verdict = conclude([...(ends ? candidates.slice(0, -1) : candidates), last]);
  const deciders = [...candidates.map(({ by }) => by.name), last.by.name];
  return { kind: 'verdict', verdict, deciders };
}

const DEFAULT_DENY: Candidate = {
  stage: 'default',
  action: 'deny',
  by: { kind: 'default', name: 'default deny', fact: 'AFW-15' },
  why: [],
};

function destinationOf({ destination, destinationPort }: Flow) {
  if (destination.kind !== 'exact') return undefined;
  return {
    address: formatIp(destination.ip),
    ...(destinationPort === undefined ? {} : { port: destinationPort }),
  };
}

/** What the verdict of a firewall depends on beside the flow. */
export function contextOf(network: Network, { firewall }: FirewallPlacement): FirewallContext {
  const { location } = firewall;
  return {
    datasets: network.perimeter.snapshot.datasets,
    ipGroups: network.perimeter.ipGroups,
    clientResolver: 'unknown',
    network,
    ...(location === undefined ? {} : { location }),
  };
}
