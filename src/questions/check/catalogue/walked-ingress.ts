import type { DnatRule } from '../../../model/index.ts';
import { formatIp, formatPortSet } from '../../../net/index.ts';
import type { FirewallPlacement, ServiceFrontend } from '../../../network/index.ts';
import { answerTrace, type Trace, traceTo } from '../../../trace/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import { firewallsOf } from './firewall-subjects.ts';

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
  judge: (frontend, context) => {
    const { service } = frontend;
    const port = service.ports[0];
    if (port === undefined) return HOLDS;
    const to = `service:${service.namespace}/${service.name}:${port.port}`;
    const trace = answerTrace(context.network, { from: 'internet', to, protocol: port.protocol })
      .traces[0];
    if (trace === undefined) return HOLDS;
    if (trace.answer === 'unknown')
      return undecidedBy(trace, `Whether clients of ${service.name} get an answer cannot be told.`);
    if (trace.answer !== 'broken') return HOLDS;
    const route = trace.back?.hops
      .flatMap((hop) => hop.steps)
      .find((step) => step.stage === 'route');
    return {
      kind: 'fails',
      message: `Clients of ${service.namespace}/${service.name} never get an answer.`,
      places: [
        { at: service.typeAt, what: 'spec.type: LoadBalancer' },
        ...(route?.by?.at === undefined ? [] : [{ at: route.by.at, what: route.by.name }]),
      ],
      evidence: { trace, replay: replay('internet', to) },
    };
  },
});

interface PublishedRule {
  readonly firewall: FirewallPlacement;
  readonly rule: DnatRule;
  readonly path: string;
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
  subjects: (context) =>
    firewallsOf(context).flatMap((firewall) =>
      dnatRulesOn(firewall).map(({ rule, path }) => ({ firewall, rule, path })),
    ),
  none: 'no DNAT rule',
  key: ({ rule }) => rule.key,
  judge: ({ firewall, rule, path }, context) => {
    const ports = rule.destinationPorts;
    const address = firewall.publicAddresses[0];
    if (address === undefined || isUnknown(ports) || ports.length === 0) {
      return {
        kind: 'undecided',
        message: `What ${path} publishes cannot be walked.`,
        missing: isUnknown(ports) ? ports.missing : `a public address of ${firewall.firewall.name}`,
        at: rule.at,
      };
    }
    const protocol =
      rule.protocols.includes('UDP') && !rule.protocols.includes('TCP') ? 'udp' : 'tcp';
    const trace = traceTo(context.network, 'internet', address.address, ports[0]!, protocol);
    if (trace === undefined || trace.answer === 'allowed') return HOLDS;
    if (trace.answer === 'unknown')
      return undecidedBy(trace, `Whether what ${path} publishes arrives cannot be told.`);
    return {
      kind: 'fails',
      message: `What ${path} publishes on port ${formatPortSet(ports)} does not work: ${trace.summary}`,
      places: [{ at: rule.at, what: `DNAT rule ${rule.name}` }],
      evidence: { trace, replay: replay('internet', `${addressText(address)}:${ports[0]}`) },
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

export function replay(from: string, to: string): string {
  return `sallyport trace --from ${from} --to ${to}`;
}

function addressText(address: {
  readonly address: {
    readonly isExact: boolean;
    readonly label: string;
    readonly addresses: { readonly v4: readonly number[] };
  };
}): string {
  const low = address.address.addresses.v4[0];
  return address.address.isExact && low !== undefined
    ? formatIp({ family: 4, value: low as never })
    : address.address.label;
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
