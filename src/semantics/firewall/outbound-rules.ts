import type { DnatRule } from '../../model/index.ts';
import type { DomainName } from '../../net/index.ts';
import { PRIVATE_IPV4, PUBLIC_IPV4 } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { Flow } from '../flow.ts';
import { matchSameAddress, matchSet } from '../match.ts';
import { matchApplicationRule, nameOf } from './application-rule.ts';
import { translateDestination } from './dnat-rule.ts';
import { type Candidate, firstMatch } from './first-match.ts';
import { mayBeInfrastructure } from './infrastructure.ts';
import { matchNetworkRule } from './network-rule.ts';
import { orderedRules } from './processing-order.ts';
import { eitherAddress, type SourceTranslation, translateSource } from './source-translation.ts';
import { type StageOutcome, stepOf, type Visit } from './stage.ts';

/** Network rules over a flow that is not for the firewall itself; the first match ends everything (AFW-11, AFW-42). */
export function networkRules(visit: Visit): StageOutcome {
  const { placement, settings, flow, context } = visit;
  const found = firstMatch(orderedRules(placement).network, 'network', (rule) =>
    matchNetworkRule(rule, flow, settings, context),
  );
  const translation = lazily(() => translateSource(placement, flow, 'network', context));
  const candidates = found.candidates.map((candidate) =>
    leavingByNetwork(candidate, flow, translation),
  );
  const outcome = { candidates: [...implicitRules(visit), ...candidates], ends: found.ends };
  return { ...outcome, steps: [stepOf('network rules', outcome, 'no match')] };
}

/** AFW-33: what needs SNAT and is neither TCP nor UDP goes nowhere, whatever the rule says. */
function leavingByNetwork(
  candidate: Candidate,
  flow: Flow,
  translation: () => SourceTranslation,
): Candidate {
  if (candidate.action === 'deny') return candidate;
  const { source, isTranslated, doubts } = translation();
  const leaves: Flow = { ...flow, source };
  if (flow.protocol === 'tcp' || flow.protocol === 'udp' || isTranslated === 'no') {
    return { ...candidate, leaves };
  }
  if (isTranslated === 'unknown') {
    return { ...candidate, action: 'unknown', why: [...candidate.why, ...doubts], leaves };
  }
  const name = `no SNAT for ${flow.protocol} (allowed by ${candidate.by.name})`;
  return { ...candidate, action: 'deny', by: { kind: 'platform', name, fact: 'AFW-33' } };
}

/**
 * AFW-26: a DNAT rule open to every source also lets through what private networks send to its translated address.
 * Where that implicit rule stands among the written ones is not documented, so it only ever may decide.
 */
function implicitRules(visit: Visit): Candidate[] {
  const { placement, flow, context } = visit;
  if (matchSet(PRIVATE_IPV4, flow.source).kind === 'no') return [];
  const candidates: Candidate[] = [];
  for (const rank of orderedRules(placement, context.inheritDnat ?? true).dnat) {
    for (const entry of rank.collections) {
      if (entry.kind !== 'known' || entry.collection.kind !== 'dnat') continue;
      for (const rule of entry.collection.rules) {
        if (!isOpenTo(rule, flow, visit)) continue;
        const name = `${entry.name}/${rule.name}`;
        candidates.push({
          stage: 'network rules',
          action: 'allow',
          by: {
            kind: 'platform',
            name: `implicit network rule of ${name}`,
            at: rule.at,
            fact: 'AFW-26',
          },
          why: [
            {
              missing: `whether the implicit network rule of DNAT rule \`${name}\` decides`,
              at: rule.at,
            },
          ],
          leaves: {
            ...flow,
            source: translateSource(placement, flow, 'implicit-dnat', context).source,
          },
        });
      }
    }
  }
  return candidates;
}

function isOpenTo(rule: DnatRule, flow: Flow, visit: Visit): boolean {
  if (!rule.sources.addresses.some((term) => term.kind === 'any')) return false;
  const isSpoken = rule.protocols.some(
    (protocol) =>
      isUnknown(protocol) || protocol === 'Any' || protocol.toLowerCase() === flow.protocol,
  );
  if (!isSpoken || (flow.protocol !== 'tcp' && flow.protocol !== 'udp')) return false;
  const port = rule.translatedPort;
  if (port !== undefined && !isUnknown(port) && port !== flow.destinationPort) return false;
  const target = translateDestination(rule, flow, visit.context).destination;
  // An unknown target could be anything; only a telling one makes the implicit rule worth naming.
  return matchSameAddress(target, flow.destination).kind === 'yes';
}

/** Application rules: HTTP, HTTPS and MSSQL over TCP that no network rule took (AFW-42), then the built-in collection. */
export function applicationRules(visit: Visit): StageOutcome {
  const { placement, settings, flow, context } = visit;
  const { application } = flow;
  const stage = 'application rules';
  if (flow.protocol !== 'tcp' || application.kind === 'none') {
    const text = 'not HTTP, HTTPS or MSSQL over TCP';
    return { candidates: [], ends: false, steps: [{ stage, text, facts: ['AFW-42', 'AFW-46'] }] };
  }
  if (application.kind === 'https' && application.serverName === undefined) {
    const name = 'SNI TLS extension was missing';
    const denied: Candidate = {
      stage,
      action: 'deny',
      by: { kind: 'platform', name, fact: 'AFW-45' },
      why: [],
    };
    const outcome = { candidates: [denied], ends: true };
    return { ...outcome, steps: [stepOf(stage, outcome, '', ['AFW-45'])] };
  }
  let isInspected = false;
  const found = firstMatch(orderedRules(placement).application, 'application', (rule) => {
    const match = matchApplicationRule(rule, flow, settings, context);
    if (match.kind !== 'no' && rule.terminateTls) isInspected = true;
    return match;
  });
  const target = lazily(() => connectedTo(visit, isInspected));
  const translated = (to: Flow) => translateSource(placement, to, 'application', context).source;
  // AFW-72: which source it gets hangs on where the firewall connects to, not on what the client saw.
  const translation = lazily(() => translated(target()));
  const candidates = found.candidates.map((candidate): Candidate => {
    if (candidate.action === 'deny') return candidate;
    return { ...candidate, leaves: { ...target(), source: translation() } };
  });
  const outcome = { candidates, ends: found.ends };
  const steps = [stepOf(stage, outcome, 'no match')];
  if (found.ends || !mayBeInfrastructure(application)) return { ...outcome, steps };

  const name = nameOf(application) ?? '';
  const builtIn: Candidate = {
    stage: 'infrastructure',
    action: 'allow',
    by: { kind: 'platform', name: 'built-in infrastructure collection', fact: 'AFW-57' },
    why: [{ missing: `whether the built-in infrastructure collection contains ${name}` }],
    leaves: { ...flow, source: translated(flow) },
  };
  const last = { candidates: [builtIn], ends: false };
  return {
    candidates: [...candidates, builtIn],
    ends: false,
    steps: [...steps, stepOf('infrastructure', last, '', ['AFW-57', 'AFW-58'])],
  };
}

/**
 * The flow with the destination that the firewall connects to. AFW-47: for HTTP and inspected HTTPS where *it*
 * resolves the host name to, not where the client's packet went. AFW-48: for other HTTPS either of them.
 */
function connectedTo(visit: Visit, isInspected: boolean): Flow {
  const { flow } = visit;
  const { application } = flow;
  if (application.kind === 'http') return resolvedAgain(visit, application.host);
  if (application.kind !== 'https') return flow;
  const again = resolvedAgain(visit, application.serverName);
  if (isInspected || again === flow) return again;
  return { ...flow, destination: eitherAddress(flow.destination, again.destination) };
}

function resolvedAgain(visit: Visit, host: DomainName | undefined): Flow {
  const { flow, context } = visit;
  if (host === undefined) return flow;
  const answer = context.resolve?.(host);
  if (answer !== undefined) return { ...flow, destination: answer, destinationName: host };
  if (flow.destinationName === host) return flow;
  const destination = { kind: 'within', addresses: PUBLIC_IPV4, label: host } as const;
  return { ...flow, destination, destinationName: host };
}

function lazily<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
