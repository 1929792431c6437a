import type { Place } from '../../../diagnostics/index.ts';
import type { AddressTerm, DnatRule } from '../../../model/index.ts';
import {
  type AddressSet,
  addressSet,
  formatIp,
  formatPortSet,
  formatPrefix,
  type Ip,
  type Protocol,
  parseIpRange,
  portSet,
} from '../../../net/index.ts';
import {
  type FirewallPlacement,
  PUBLIC_IPV4,
  type PublicAddress,
  type ServiceFrontend,
} from '../../../network/index.ts';
import { matchAddresses } from '../../../semantics/match.ts';
import { flowAddressOf } from '../../../semantics/outbound/flow-address.ts';
import { parseAzureAnnotations } from '../../../semantics/services/index.ts';
import { answerTrace, type Trace, traceTo, unownedAddress } from '../../../trace/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, holdsProven, holdsWalked, type Judgement } from '../judge.ts';
import { firewallsOf } from './firewall-subjects.ts';
import { type Published, publishedFate } from './ingress-proof.ts';

const asymmetricReturn = eachSubject<ServiceFrontend>({
  id: 'ingress/asymmetric-return',
  severity: 'error',
  title: 'Answers of published Services come back the way the request came.',
  explanation:
    'A public load balancer hands the request to a node directly. With a default route to the firewall the answer goes there instead; the firewall never saw the request, so it drops the answer. Clients time out, and nothing is logged unless flow trace is on.',
  fix: 'publish through the firewall: internal load balancer and a DNAT rule to its front end; or through an Application Gateway beside the firewall',
  facts: ['AFW-E06', 'AKS-70'],
  covers: ['A10', 'FW-6', 'NET-12', 'NET-13'],
  subjects: (context) =>
    context.network.clusters.flatMap((cluster) =>
      cluster.loadBalancerServices.filter((frontend) => !frontend.isInternal),
    ),
  none: 'no Service is published by a public load balancer',
  key: ({ service }) => `${service.namespace}/Service/${service.name}`,
  judge: judgeReturn,
});

function judgeReturn(frontend: ServiceFrontend, context: CheckContext): Judgement {
  const { service } = frontend;
  const name = `${service.namespace}/${service.name}`;
  const question = `Whether clients of ${name} get an answer cannot be told.`;
  const port = service.ports[0];
  const to = `service:${name}:${port?.port ?? ''}`;
  const fate = publishedFate(context, publishedBy(frontend, name), ['broken']);
  if (fate.kind === 'broken') {
    const { trace, proof } = fate;
    const walkedTo = trace.flow.destinationPort === port?.port ? to : trace.question.to;
    const evidence = { trace, replay: replay(fate.from, walkedTo), proof };
    const who = proof.part === undefined ? 'Clients' : 'Some clients';
    return {
      ...lostAnswer(frontend, trace),
      message: `${who} of ${name} never get an answer.`,
      evidence,
    };
  }
  if (fate.kind !== 'undecided') return holdsProven(fate.proof.on);

  const from = clientOf(frontend);
  const trace =
    port === undefined
      ? undefined
      : answerTrace(context.network, { from, to, protocol: port.protocol }).traces[0];
  if (trace === undefined) {
    const missing = port === undefined ? `the ports of ${name}` : `a front end of ${name}`;
    return { kind: 'undecided', message: question, missing, at: service.at };
  }
  if (trace.answer === 'unknown') return undecidedBy(trace, question);
  // A request that is denied on the way in has no answer to lose.
  if (trace.answer !== 'broken') return holdsWalked(trace);
  return {
    ...lostAnswer(frontend, trace),
    message: `Clients of ${name} never get an answer.`,
    evidence: { trace, replay: replay(from, to) },
  };
}

/** The Service, and the route that leads its answers elsewhere. */
function lostAnswer({ service }: ServiceFrontend, { back }: Trace) {
  const route = back?.hops.flatMap((hop) => hop.steps).find((step) => step.stage === 'route');
  return {
    kind: 'fails' as const,
    places: [
      { at: service.typeAt, what: 'spec.type: LoadBalancer' },
      ...(route?.by?.at === undefined ? [] : [{ at: route.by.at, what: route.by.name }]),
    ],
  };
}

/** Everybody that the Service's own filter admits, on each of its ports. */
function publishedBy(frontend: ServiceFrontend, name: string): Published {
  const { service, address } = frontend;
  const ranges = writtenRanges(service).map(parseIpRange);
  const known = addressSet(ranges.filter((range) => range !== undefined));
  const isEverybody = ranges.length === 0 || ranges.some((range) => range === undefined);
  return {
    clients: isEverybody ? `every client of ${name}` : `every client that ${name} admits`,
    sources: isEverybody ? PUBLIC_IPV4 : known,
    from: clientOf(frontend),
    address,
    ports: portSet(service.ports.map(({ port }) => [port, port] as const)),
    protocols: [...new Set(service.ports.map(({ protocol }) => protocol))],
  };
}

interface PublishedRule {
  readonly firewall: FirewallPlacement;
  readonly rule: DnatRule;
  readonly path: string;
  /** Where clients send: absent when the rule names no public address of the firewall. */
  readonly address?: PublicAddress;
}

const dnatArrives = eachSubject<PublishedRule>({
  id: 'ingress/dnat-target-unreachable',
  severity: 'error',
  title: 'What a DNAT rule publishes arrives, and its answer comes back.',
  explanation:
    'A DNAT rule is half of a path. Behind it an NSG, a missing front end, a policy or a one-way route can still stop the request or its answer.',
  fix: 'follow the walk: the last box named is the one that stops it',
  facts: ['AFW-E06', 'AFW-E07'],
  covers: ['A11', 'FW-6'],
  subjects: publishedRules,
  none: 'no DNAT rule',
  key: ({ rule }) => rule.key,
  judge: ({ firewall, rule, path, address }, context) => {
    const question = `Whether what ${path} publishes arrives cannot be told.`;
    const ports = rule.destinationPorts;
    if (isUnknown(ports) || ports.length === 0) {
      const missing = isUnknown(ports) ? ports.missing : `the ports of ${path}`;
      return { kind: 'undecided', message: question, missing, at: rule.at };
    }
    const from = clientOfRule(rule, context);
    if (address === undefined || from === undefined) {
      const named = rule.destinationAddresses.map(({ text }) => text).join(', ');
      const missing =
        from === undefined
          ? `the clients of ${path}`
          : `whose address ${named} is: ${firewall.firewall.name} does not have it in the input`;
      return { kind: 'undecided', message: question, missing, at: rule.at };
    }
    const fate = publishedFate(
      context,
      {
        clients: `every client that ${path} admits`,
        sources: clientsOfRule(rule, context),
        from,
        address: address.address,
        ports,
        protocols: protocolsOf(rule),
        likes: ({ branch }) => branch.trail.some(({ by }) => 'rule' in by && by.rule === rule),
      },
      ['denied', 'broken'],
    );
    const found = formatPortSet(ports);
    if (fate.kind === 'denied' || fate.kind === 'broken') {
      const { trace, proof } = fate;
      const part = proof.part === undefined ? '' : ` for ${proof.part.join('; ')}`;
      return {
        kind: 'fails',
        message: `What ${path} publishes on port ${found} does not work${part}: ${trace.summary}`,
        places: [{ at: rule.at, what: `DNAT rule ${rule.name}` }],
        evidence: { trace, replay: replay(fate.from, trace.question.to), proof },
      };
    }
    if (fate.kind === 'answered') {
      return reachesSomebody(fate.trace, question, rule.at, holdsProven(fate.proof.on));
    }
    const protocol = protocolsOf(rule)[0]!;
    const trace = traceTo(context.network, from, address.address, ports[0]!, protocol);
    if (trace === undefined) {
      return { kind: 'undecided', message: question, missing: `where ${from} is`, at: rule.at };
    }
    if (trace.answer === 'allowed') return reachesSomebody(trace, question, rule.at);
    if (trace.answer === 'unknown') return undecidedBy(trace, question);
    return {
      kind: 'fails',
      message: `What ${path} publishes on port ${found} does not work: ${trace.summary}`,
      places: [{ at: rule.at, what: `DNAT rule ${rule.name}` }],
      evidence: { trace, replay: replay(from, trace.question.to) },
    };
  },
});

export const WALKED_INGRESS_CHECKS: readonly Check[] = [asymmetricReturn, dnatArrives];

export function undecidedBy(trace: Trace, message: string): Judgement {
  const end =
    trace.forward.disposition.kind === 'unknown'
      ? trace.forward.disposition
      : trace.back?.disposition;
  const why = end?.kind === 'unknown' ? end.why : [];
  return {
    kind: 'undecided',
    message,
    missing: why.map((fact) => fact.missing).join('; ') || 'a fact the walk did not name',
    ...(why[0]?.at === undefined ? {} : { at: why[0].at }),
  };
}

/** What is published leads somewhere only when something in the input has the address it leads to. */
export function reachesSomebody(
  trace: Trace,
  message: string,
  at: Place,
  holds: Judgement = holdsWalked(trace),
): Judgement {
  const address = unownedAddress(trace);
  if (address === undefined) return holds;
  const missing = `what has the address ${address}: nothing in the input does`;
  return { kind: 'undecided', message, missing, at };
}

export function replay(from: string, to: string): string {
  return `sallyport trace --from ${from} --to ${to}`;
}

/** A client that the Service's own filter admits; anybody on the internet where there is none. */
function clientOf({ service }: ServiceFrontend): string {
  const first = writtenRanges(service)
    .map(parseIpRange)
    .find((range) => range !== undefined);
  return first === undefined || isEverybody(first) ? 'internet' : lowest(first);
}

function writtenRanges(service: ServiceFrontend['service']): readonly string[] {
  const { allowedRanges } = parseAzureAnnotations(service).value;
  return [...service.loadBalancerSourceRanges, ...allowedRanges.map(formatPrefix)];
}

/** A client the rule admits. `undefined` when no file says who they are. */
function clientOfRule(rule: DnatRule, context: CheckContext): string | undefined {
  const terms = termsOf(rule, context);
  if (terms.some(({ kind }) => kind === 'any')) return 'internet';
  for (const term of terms) {
    if (term.kind === 'range') return isEverybody(term.range) ? 'internet' : lowest(term.range);
  }
  return undefined;
}

/** All of them that a file names. */
function clientsOfRule(rule: DnatRule, context: CheckContext): AddressSet {
  const terms = termsOf(rule, context);
  if (terms.some(({ kind }) => kind === 'any')) return PUBLIC_IPV4;
  return addressSet(terms.flatMap((term) => (term.kind === 'range' ? [term.range] : [])));
}

function termsOf({ sources }: DnatRule, { perimeter }: CheckContext): readonly AddressTerm[] {
  const terms: AddressTerm[] = [...sources.addresses];
  for (const group of sources.ipGroups) {
    if (!isUnknown(group)) terms.push(...(perimeter.ipGroups.get(group.key)?.addresses ?? []));
  }
  return terms;
}

/** TCP first: it is what can be walked to its end. */
function protocolsOf({ protocols }: DnatRule): readonly Protocol[] {
  const isNamed = (name: string) => protocols.includes(name as 'TCP') || protocols.includes('Any');
  const tcp = isNamed('TCP') ? (['tcp'] as const) : [];
  const udp = isNamed('UDP') ? (['udp'] as const) : [];
  const named = [...tcp, ...udp];
  return named.length === 0 ? ['tcp'] : named;
}

type Range = NonNullable<ReturnType<typeof parseIpRange>>;

function isEverybody({ family, low, high }: Range): boolean {
  return family === 4 && low === 0 && high === 0xffff_ffff;
}

function lowest({ family, low }: Range): string {
  return formatIp({ family, value: low } as Ip);
}

/**
 * Each DNAT rule with each firewall that has its destination, certainly or perhaps. A rule of a shared policy is
 * for one of the firewalls; one that is for none of them is kept once, so that it is not passed over.
 */
function publishedRules(context: CheckContext): readonly PublishedRule[] {
  const { serviceTags } = context.perimeter.snapshot.datasets;
  const found: PublishedRule[] = [];
  const homeless = new Map<DnatRule, PublishedRule>();
  const placed = new Set<DnatRule>();
  for (const firewall of firewallsOf(context)) {
    for (const { rule, path } of dnatRulesOn(firewall)) {
      const matched = firewall.publicAddresses.map((address) => ({
        address,
        match: matchAddresses(rule.destinationAddresses, flowAddressOf(address.address), {
          serviceTags,
        }).kind,
      }));
      const best =
        matched.find(({ match }) => match === 'yes') ??
        matched.find(({ match }) => match === 'unknown');
      if (best === undefined) homeless.set(rule, { firewall, rule, path });
      else {
        placed.add(rule);
        found.push({ firewall, rule, path, address: best.address });
      }
    }
  }
  return [...found, ...[...homeless].flatMap(([rule, one]) => (placed.has(rule) ? [] : [one]))];
}

function dnatRulesOn(
  firewall: FirewallPlacement,
): { readonly rule: DnatRule; readonly path: string }[] {
  const classic = firewall.firewall.collections.flatMap((collection) =>
    collection.kind === 'dnat'
      ? collection.rules.map((rule) => ({ rule, path: `${collection.name}/${rule.name}` }))
      : [],
  );
  const fromPolicies = firewall.policies.flatMap((policy) =>
    policy.groups.flatMap((group) =>
      group.collections.flatMap((collection) =>
        collection.kind === 'dnat'
          ? collection.rules.map((rule) => ({
              rule,
              path: `${group.name}/${collection.name}/${rule.name}`,
            }))
          : [],
      ),
    ),
  );
  return [...classic, ...fromPolicies];
}
