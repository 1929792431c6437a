import type { FactId } from '../../facts/index.ts';
import type { FirewallPlacement } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { Flow, FlowAddress } from '../flow.ts';
import type { Verdict } from '../verdict.ts';
import type { FirewallContext } from './context.ts';
import { effectiveSettings } from './effective-settings.ts';
import { type Candidate, conclude, onlyTagsKeepOpen } from './first-match.ts';
import { formatEnd } from './format-end.ts';
import { inbound } from './inbound.ts';
import { applicationRules, networkRules } from './outbound-rules.ts';
import { eitherAddress } from './source-translation.ts';
import { type FirewallStep, type StageOutcome, stepOf, type Visit } from './stage.ts';
import { matchThreatList } from './threat-intelligence.ts';

/** What a firewall makes of one flow. */
export interface FirewallDecision {
  readonly verdict: Verdict;
  /** Stage by stage, as far as the flow came. */
  readonly steps: readonly FirewallStep[];
  /**
   * The flow as it leaves, after DNAT and SNAT. Present unless it is denied for certain; with an unknown verdict it
   * is the flow as it leaves *if* it may. Where worlds differ, an address is the set of what it may be.
   */
  readonly after?: Flow;
  readonly translations: readonly Translation[];
  /** The flow ends here: the firewall itself answers. */
  readonly answeredBy?: 'dns-proxy';
  /** The verdict is unknown only because of these FQDN tags: denied, unless Microsoft put the name into one of them. */
  readonly unlessTag?: readonly string[];
  /** Taken as true and not proven, as sentences. */
  readonly assumptions: readonly string[];
}

/** A header that leaves changed. */
export interface Translation {
  readonly kind: 'destination' | 'source';
  readonly before: FlowAddress;
  readonly after: FlowAddress;
  /** Set for destinations whose flow has ports. */
  readonly portBefore?: number;
  readonly portAfter?: number;
  readonly text: string;
}

/**
 * What the firewall does with the first packet of a connection. Packets of known connections are not asked about:
 * they pass whatever the rules say (AFW-16).
 *
 * Order: threat intelligence, DNS proxy and DNAT for flows to the firewall's own addresses, network rules,
 * application rules, the built-in collection, deny (AFW-10, AFW-15, AFW-27). A match that cannot be decided ends
 * nothing: both worlds are followed, and the verdict is an answer only where all worlds agree.
 *
 * O(rules × log prefixes) per flow; address lists are compiled once.
 * @param flow as it arrives, before every translation
 */
export function evaluateFirewall(
  firewall: FirewallPlacement,
  flow: Flow,
  context: FirewallContext,
): FirewallDecision {
  const visit: Visit = {
    placement: firewall,
    settings: effectiveSettings(firewall),
    flow,
    context,
  };
  if (isIpv6(flow)) return undecidedIpv6(visit);
  const candidates: Candidate[] = [];
  const steps: FirewallStep[] = [];
  const assumptions: string[] = [];
  let hasEnded = false;
  for (const stage of [threatIntelligence, inbound, networkRules, applicationRules]) {
    const outcome = stage(visit);
    candidates.push(...outcome.candidates);
    steps.push(...outcome.steps);
    assumptions.push(...(outcome.assumptions ?? []));
    if (outcome.ends) {
      hasEnded = true;
      break;
    }
  }
  if (!hasEnded) {
    candidates.push(DEFAULT_DENY);
    steps.push(stepOf('default', { candidates: [DEFAULT_DENY], ends: true }, '', ['AFW-15']));
  }
  return decide(visit, candidates, steps, assumptions);
}

const DEFAULT_DENY: Candidate = {
  stage: 'default',
  action: 'deny',
  by: { kind: 'default', name: 'default deny', fact: 'AFW-15' },
  why: [],
};

function decide(
  visit: Visit,
  candidates: readonly Candidate[],
  steps: readonly FirewallStep[],
  assumptions: readonly string[],
): FirewallDecision {
  const last = candidates.at(-1) ?? DEFAULT_DENY;
  const verdict = conclude([...candidates.slice(0, -1), last]);
  if (verdict.kind === 'deny') return { verdict, steps, translations: [], assumptions };
  const after = mergedFlow(
    candidates.flatMap(({ action, leaves }) =>
      action === 'deny' || leaves === undefined ? [] : [leaves],
    ),
  );
  const tags = verdict.kind === 'unknown' ? onlyTagsKeepOpen(candidates) : undefined;
  const isAnswered = verdict.kind === 'allow' && last.stage === 'dns proxy';
  const translations = after === undefined ? [] : translationsOf(visit.flow, after);
  const inspection = intrusionDetection(visit);
  return {
    verdict,
    steps: [
      ...steps,
      ...(inspection === undefined ? [] : [inspection]),
      ...(after === undefined || isAnswered ? [] : [stepOfSnat(visit.flow, after)]),
    ],
    ...(after === undefined ? {} : { after }),
    translations,
    ...(isAnswered ? { answeredBy: 'dns-proxy' as const } : {}),
    ...(tags === undefined ? {} : { unlessTag: tags }),
    assumptions:
      inspection === undefined
        ? assumptions
        : [...assumptions, 'no IDPS signature recognises the flow'],
  };
}

/** AFW-27: first of all. AFW-80: only Deny stops a flow. */
function threatIntelligence(visit: Visit): StageOutcome {
  const { settings, context } = visit;
  const stage = 'threat intelligence';
  const facts: readonly FactId[] = ['AFW-27', 'AFW-81'];
  const mode = settings.threatIntelMode;
  if (mode === 'Off') return { candidates: [], ends: false, steps: [{ stage, text: 'Off' }] };
  const hit = matchThreatList(visit.flow, settings, context);
  const modeText = isUnknown(mode) ? 'mode unknown' : mode;
  const list = context.datasets.threatList;
  const isEmpty = list.addresses.length === 0 && list.fqdns.length === 0;
  if (hit.kind === 'no') {
    const text = isEmpty
      ? `${modeText}: no list given (Microsoft's feed is not public)`
      : `${modeText}: no hit in ${list.info.origin}`;
    const assumptions =
      mode === 'Alert' ? [] : ["nothing in Microsoft's threat intelligence feed is touched"];
    return { candidates: [], ends: false, steps: [{ stage, text, facts }], assumptions };
  }
  if (mode === 'Alert') {
    const text = `Alert: hit in ${list.info.origin}, logged only`;
    return { candidates: [], ends: false, steps: [{ stage, text, facts }] };
  }
  const why = [
    ...(hit.kind === 'unknown' ? hit.why : []),
    ...(isUnknown(mode) ? [{ missing: mode.missing, at: mode.at }] : []),
  ];
  const name = `threat intelligence (${modeText}): hit in ${list.info.origin}`;
  const denied: Candidate = {
    stage,
    action: 'deny',
    by: { kind: 'platform', name, fact: 'AFW-27' },
    why,
  };
  const outcome = { candidates: [denied], ends: why.length === 0 };
  return { ...outcome, steps: [stepOf(stage, outcome, '', facts)] };
}

/** AFW-83: says nothing against the rules' verdict, but may drop what they allow. */
function intrusionDetection(visit: Visit): FirewallStep | undefined {
  const { tier, intrusionDetectionMode } = visit.settings;
  if (tier !== 'Premium' || intrusionDetectionMode !== 'Deny') return undefined;
  const text = 'Deny: drops what its signatures recognise';
  return { stage: 'idps', text, facts: ['AFW-83'] };
}

function stepOfSnat(before: Flow, after: Flow): FirewallStep {
  const text =
    before.source === after.source
      ? 'source kept'
      : `${formatEnd(before.source)} → ${formatEnd(after.source)}`;
  return { stage: 'snat', text };
}

function translationsOf(before: Flow, after: Flow): Translation[] {
  const translations: Translation[] = [];
  const isMoved =
    before.destination !== after.destination || before.destinationPort !== after.destinationPort;
  if (isMoved) {
    const from = formatEnd(before.destination, before.destinationPort);
    const to = formatEnd(after.destination, after.destinationPort);
    translations.push({
      kind: 'destination',
      before: before.destination,
      after: after.destination,
      ...(before.destinationPort === undefined ? {} : { portBefore: before.destinationPort }),
      ...(after.destinationPort === undefined ? {} : { portAfter: after.destinationPort }),
      text: `${from} → ${to}`,
    });
  }
  if (before.source !== after.source) {
    const text = `${formatEnd(before.source)} → ${formatEnd(after.source)}`;
    translations.push({ kind: 'source', before: before.source, after: after.source, text });
  }
  return translations;
}

/** The flow over all worlds in which one leaves: what they agree on, and sets or nothing where they do not. */
function mergedFlow(flows: readonly Flow[]): Flow | undefined {
  return flows.reduce<Flow | undefined>((merged, flow) => {
    if (merged === undefined || merged === flow) return flow;
    const { destinationPort, destinationName, ...rest } = merged;
    return {
      ...rest,
      source: eitherAddress(merged.source, flow.source),
      destination: eitherAddress(merged.destination, flow.destination),
      ...(destinationPort !== undefined && destinationPort === flow.destinationPort
        ? { destinationPort }
        : {}),
      ...(destinationName !== undefined && destinationName === flow.destinationName
        ? { destinationName }
        : {}),
    };
  }, undefined);
}

function isIpv6(flow: Flow): boolean {
  return [flow.source, flow.destination].some((address) =>
    address.kind === 'exact' ? address.ip.family === 6 : address.addresses.v4.length === 0,
  );
}

/** AFW-36: nothing in the input tells whether the preview is on, or what it passes. */
function undecidedIpv6(visit: Visit): FirewallDecision {
  const { firewall } = visit.placement;
  const missing = `whether firewall \`${firewall.name}\` takes part in the dual-stack preview`;
  const verdict: Verdict = {
    kind: 'unknown',
    by: { kind: 'platform', name: 'IPv6', fact: 'AFW-36', at: firewall.at },
    why: [{ missing, at: firewall.at }],
  };
  const step: FirewallStep = { stage: 'network rules', verdict, text: `IPv6: needs ${missing}` };
  return { verdict, steps: [step], after: visit.flow, translations: [], assumptions: [] };
}
