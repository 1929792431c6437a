import type { DnatRule } from '../../model/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { Flow } from '../flow.ts';
import { anyOf, type Match, type MissingFact } from '../verdict.ts';
import { matchDnatRule, translateDestination } from './dnat-rule.ts';
import { tierHas } from './effective-settings.ts';
import { type Candidate, firstMatch, type Outcome } from './first-match.ts';
import { forcedTunnelling } from './forced-tunnelling.ts';
import { formatEnd } from './format-end.ts';
import { matchNetworkRule } from './network-rule.ts';
import { matchOwnAddress, type OwnAddressMatch } from './own-address.ts';
import { orderedRules } from './processing-order.ts';
import { translateSource } from './source-translation.ts';
import { doubted, type FirewallStep, type StageOutcome, stepOf, type Visit } from './stage.ts';

/**
 * Flows addressed to the firewall itself: the DNS proxy, DNAT, else the default deny. Any other flow passes by.
 * @see AFW-23 a match translates and allows. AFW-28 no match is denied, whatever network rules say. AFW-85 DNS proxy
 */
export function inbound(visit: Visit): StageOutcome {
  const own = matchOwnAddress(visit.placement, visit.flow);
  const isOwn = anyOf([own.publicAddress, own.privateAddress]);
  if (isOwn.kind === 'no') {
    const assumptions = own.assumption === undefined ? [] : [own.assumption];
    return { candidates: [], ends: false, steps: [], assumptions };
  }
  const doubts = isOwn.kind === 'unknown' ? isOwn.why : [];
  const steps: FirewallStep[] = [];
  const assumptions: string[] = [];
  const candidates: Candidate[] = [];

  const proxy = dnsProxy(visit, own.privateAddress);
  if (proxy !== undefined) {
    steps.push(stepOf('dns proxy', proxy, 'off', ['AFW-85']));
    candidates.push(...proxy.candidates);
    if (proxy.ends) return { candidates, ends: true, steps };
  }
  candidates.push(...explicitProxy(visit, own.privateAddress));

  const dnat = translation(visit, own, assumptions);
  candidates.push(...dnat.candidates);
  steps.push(...dnat.steps);
  if (!dnat.ends) {
    candidates.push({
      stage: 'default',
      action: 'deny',
      by: { kind: 'default', name: 'default deny: no DNAT rule matches', fact: 'AFW-28' },
      why: [],
    });
    if (isOwn.kind === 'yes') {
      const text = 'default deny: no DNAT rule matches';
      steps.push({ stage: 'default', text, facts: ['AFW-28'] });
    }
  }
  return {
    candidates: doubted(candidates, doubts),
    ends: isOwn.kind === 'yes',
    steps,
    assumptions,
  };
}

/** `undefined` when the flow is no DNS query to the private address. */
function dnsProxy(visit: Visit, isPrivate: Match): Outcome | undefined {
  const { flow, settings, placement } = visit;
  if (isPrivate.kind === 'no' || flow.destinationPort !== 53) return undefined;
  if (flow.protocol !== 'udp' && flow.protocol !== 'tcp') return undefined;
  const { state, why, at } = settings.dnsProxy;
  if (state === 'off') return { candidates: [], ends: false };
  const doubts: MissingFact[] =
    state === 'unknown' ? [{ missing: why, ...(at === undefined ? {} : { at }) }] : [];
  const candidate: Candidate = {
    stage: 'dns proxy',
    action: 'allow',
    by: {
      kind: 'platform',
      name: `DNS proxy of firewall ${placement.firewall.name}`,
      fact: 'AFW-85',
      ...(at === undefined ? {} : { at }),
    },
    why: [...doubts, ...(isPrivate.kind === 'unknown' ? isPrivate.why : [])],
    leaves: flow,
  };
  return { candidates: [candidate], ends: candidate.why.length === 0 };
}

/** The explicit proxy listens on ports of the private address that we do not read. */
function explicitProxy(visit: Visit, isPrivate: Match): Candidate[] {
  const { flow, placement } = visit;
  if (isPrivate.kind === 'no' || flow.protocol !== 'tcp') return [];
  const policy = placement.policies.find(
    ({ explicitProxyEnabled: enabled }) => enabled === true || isUnknown(enabled),
  );
  if (policy === undefined) return [];
  const name = `explicit proxy of policy ${policy.name}`;
  const why = [{ missing: `what the ${name} does with the flow (not modelled)`, at: policy.at }];
  return [
    { stage: 'dns proxy', action: 'unknown', by: { kind: 'platform', name, at: policy.at }, why },
  ];
}

function translation(visit: Visit, own: OwnAddressMatch, assumptions: string[]): StageOutcome {
  const { placement, flow, context } = visit;
  const hindrance = dnatHindrance(visit, own);
  if (hindrance.kind === 'yes') {
    return { candidates: [], ends: false, steps: [{ stage: 'dnat', text: hindrance.text }] };
  }
  let isInherited = false;
  const order = orderedRules(placement, context.inheritDnat ?? true);
  const found = firstMatch(order.dnat, 'dnat', (rule, entry) => {
    const match = matchDnatRule(rule, flow, context);
    if (match.kind !== 'no' && entry.kind === 'known' && entry.isInherited) isInherited = true;
    return match;
  });
  if (isInherited && context.inheritDnat === undefined) {
    assumptions.push('DNAT rules of parent policies are inherited (sources disagree)');
  }
  const doubts = hindrance.kind === 'unknown' ? hindrance.why : [];
  const candidates = doubted(found.candidates, doubts).flatMap((candidate) =>
    candidate.dnat === undefined ? [candidate] : translate(candidate, candidate.dnat, visit),
  );
  const ends = found.ends && doubts.length === 0;
  const outcome = { candidates, ends };
  return { ...outcome, steps: [stepOfDnat(visit, outcome)] };
}

type Hindrance =
  | { readonly kind: 'yes'; readonly text: string }
  | { readonly kind: 'unknown'; readonly why: readonly MissingFact[] }
  | { readonly kind: 'no' };

/** AFW-61: the private address takes DNAT in a virtual network and not on Basic. AFW-65: not with forced tunnelling. */
function dnatHindrance(visit: Visit, own: OwnAddressMatch): Hindrance {
  const { placement, settings, context } = visit;
  const why: MissingFact[] = [];
  if (own.publicAddress.kind === 'no') {
    const { tier } = settings;
    if (tierHas(tier, 'DNAT on the private address') === false) {
      return { kind: 'yes', text: 'Basic has no DNAT on the private address' };
    }
    if (placement.firewall.virtualHub !== undefined) {
      return { kind: 'yes', text: 'no DNAT on the private address in a hub' };
    }
    if (isUnknown(tier)) why.push({ missing: tier.missing, at: tier.at });
  }
  const tunnel = forcedTunnelling(placement, context);
  if (tunnel.kind === 'yes') return { kind: 'yes', text: 'no DNAT with forced tunnelling' };
  if (tunnel.kind === 'unknown') why.push(...tunnel.why);
  return why.length === 0 ? { kind: 'no' } : { kind: 'unknown', why };
}

/** The match as a candidate that knows how the flow leaves. */
function translate(candidate: Candidate, rule: DnatRule, visit: Visit): readonly Candidate[] {
  const { placement, flow, context } = visit;
  const arrived = translateDestination(rule, flow, context);
  const { source } = translateSource(placement, arrived, 'dnat', context);
  const allowed: Candidate = { ...candidate, leaves: { ...arrived, source } };
  return context.dnatImplicitAllowOverridable === true
    ? overridden(allowed, arrived, visit)
    : [allowed];
}

/** AFW-24, older text: a network rule that denies the translated flow, from its original source, comes first. */
function overridden(allowed: Candidate, arrived: Flow, visit: Visit): readonly Candidate[] {
  const { placement, settings, context } = visit;
  const found = firstMatch(orderedRules(placement).network, 'network', (rule) =>
    matchNetworkRule(rule, arrived, settings, context),
  );
  const worlds = found.candidates.map((candidate): Candidate => {
    const why = [...allowed.why, ...candidate.why];
    return candidate.action === 'allow' ? { ...allowed, why } : { ...candidate, why };
  });
  return found.ends ? worlds : [...worlds, allowed];
}

function stepOfDnat(visit: Visit, outcome: Outcome): FirewallStep {
  const step = stepOf('dnat', outcome, 'no match', ['AFW-23']);
  const leaves = outcome.candidates.at(-1)?.leaves;
  if (!outcome.ends || leaves === undefined) return step;
  const { flow } = visit;
  const before = formatEnd(flow.destination, flow.destinationPort);
  const after = formatEnd(leaves.destination, leaves.destinationPort);
  return { ...step, text: `${step.text}: ${before} → ${after}` };
}
