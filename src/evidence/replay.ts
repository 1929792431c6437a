import { formatIp } from '../net/index.ts';
import type { FirewallPlacement, Network } from '../network/index.ts';
import { evaluateFirewall } from '../semantics/firewall/concrete.ts';
import type { FirewallContext } from '../semantics/firewall/context.ts';
import { effectiveSettings } from '../semantics/firewall/effective-settings.ts';
import { type Candidate, conclude } from '../semantics/firewall/first-match.ts';
import { applicationRules, networkRules } from '../semantics/firewall/outbound-rules.ts';
import type { Visit } from '../semantics/firewall/stage.ts';
import type { Flow } from '../semantics/flow.ts';
import type { Verdict } from '../semantics/verdict.ts';
import { asFlow } from './as-flow.ts';
import { flowClasses } from './flow-classes.ts';
import type { LoggedFlow } from './logged-flows.ts';
import { type SharedAnswer, sharedAnswer } from './shared-answer.ts';

/** What the model says of a logged flow. */
export type Modelled =
  | {
      readonly kind: 'verdict';
      readonly verdict: Verdict;
      /** Of a record of DNAT: where the model sends it, where that is one address, or that nothing translates it. */
      readonly to?: { readonly address: string; readonly port?: number } | 'as it came';
      /** Of an unknown one: whoever may have decided, by name; absent where that is not known either. */
      readonly deciders?: readonly string[];
    }
  | { readonly kind: 'unreadable'; readonly why: string };

/** Replays logged flows through the model of one firewall. Remembers its answers. */
export type Replay = (logged: LoggedFlow) => Modelled;

/**
 * Replays decisions: of flows that no rule tells apart one is walked through the firewall, and its answer serves the rest. Measured on two
 * busy cores in processor time (bench/logs-verify.mjs), comparing and adding up included: of 400,000 flows no two of which are alike in name,
 * source and destination, 450,000 a second over 200 rules and 350,000 where sentences name the name; 15,000 a second where each is walked.
 * Over 2,000 rules, where one walk takes a millisecond, 130,000 against 1,100: the 2,000 classes are two thirds of the time.
 */
export function replayer(placement: FirewallPlacement, context: FirewallContext): Replay {
  const classes = flowClasses(placement, context);
  const answers: (SharedAnswer | undefined)[] = [];
  return (logged) => {
    const found = classes.classOf(logged);
    if (found === undefined) return walked(placement, context, logged);
    const known = answers[found];
    if (known !== undefined) return known(logged.fqdn);
    const walk = classes.isOfNames(logged) ? walkedByName : walked;
    const first = walk(placement, context, logged);
    if (found >= REMEMBERED_MAX) {
      classes.forget();
      answers.length = 0;
    } else {
      answers[found] = sharedAnswer(logged.fqdn, first, (fqdn) =>
        walk(placement, context, { ...logged, fqdn }),
      );
    }
    return first;
  };
}

/** Rules that tell more flows apart than this are walked again and again. */
const REMEMBERED_MAX = 1_000_000;

/**
 * The same as `walked` for a flow of the application log that no earlier rule takes for certain: what they may do with it, its address not
 * being known, the log has settled. Over thousands of network rules that is most of the work.
 */
function walkedByName(
  placement: FirewallPlacement,
  context: FirewallContext,
  logged: LoggedFlow,
): Modelled {
  const replayable = asFlow(logged);
  if (replayable.kind === 'unreadable') return replayable;
  return settled(placement, context, replayable.flow, logged) ?? walked(placement, context, logged);
}

/** One flow, as the concrete telling has it. Which log it stands in settles what the model may not know. */
export function walked(
  placement: FirewallPlacement,
  context: FirewallContext,
  logged: LoggedFlow,
): Modelled {
  const replayable = asFlow(logged);
  if (replayable.kind === 'unreadable') return replayable;
  const { flow } = replayable;
  const { verdict, after, translations } = evaluateFirewall(placement, flow, context);
  if (verdict.kind !== 'unknown') {
    const isTranslated = translations.some(({ kind }) => kind === 'destination');
    const to =
      after === undefined || logged.log !== 'dnat'
        ? undefined
        : isTranslated
          ? destinationOf(after)
          : 'as it came';
    return { kind: 'verdict', verdict: alone(verdict), ...(to === undefined ? {} : { to }) };
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
  if (verdict.kind !== 'unknown') return { kind: 'verdict', verdict: alone(verdict) };
  const deciders = [...candidates.map(({ by }) => by.name), last.by.name];
  return { kind: 'verdict', verdict, deciders };
}

/** Who else might have decided alike is of no interest beside a log, and tells apart flows that nothing else does. */
function alone({ kind, by }: Exclude<Verdict, { kind: 'unknown' }>): Verdict {
  return { kind, by };
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
