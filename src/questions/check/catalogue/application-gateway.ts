import type { ApplicationGateway, GatewayListener, Reference } from '../../../model/index.ts';
import { type DomainName, parseDomainName } from '../../../net/index.ts';
import type { Link, SubnetPlacement } from '../../../network/index.ts';
import {
  gatewayRequirements,
  type Requirement,
} from '../../../semantics/application-gateway/requirements.ts';
import { traceTo } from '../../../trace/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';
import { managed } from './cluster-subjects.ts';
import { GATEWAY_WAF_CHECKS, gatewaysOf } from './gateway-waf.ts';
import { reachesSomebody, replay, undecidedBy } from './walked-ingress.ts';

const requirements = eachSubject<ApplicationGateway>({
  id: 'gateway/subnet-requirements',
  severity: 'error',
  title: 'Application Gateway subnets let the gateway work.',
  explanation:
    'A classic v2 gateway needs TCP 65200-65535 from GatewayManager, health probes, outbound internet, no default route to an appliance, and a subnet of its own. Without them its backend health is unknown and updates fail.',
  fix: 'add the rule the finding names to the security group of the gateway subnet; remove the default route',
  facts: ['AZS-60', 'AZS-61', 'AZS-62', 'AZS-63', 'AZS-65'],
  covers: ['A12', 'NET-05'],
  subjects: gatewaysOf,
  none: 'no application gateway',
  key: ({ key }) => key,
  judge: (gateway, context) =>
    gatewayRequirements(context.network, gateway).map(
      (requirement): Judgement => judgeRequirement(gateway, requirement),
    ),
});

/** A gateway, or the AGIC add-on that is told to make one. */
interface Placed {
  readonly key: string;
  readonly name: string;
  readonly at: ApplicationGateway['at'];
  /** Absent: not written. */
  readonly subnet: Reference | undefined;
}

const gatewayOnClusterSubnet = eachSubject<Placed>({
  id: 'gateway/on-cluster-subnet',
  severity: 'error',
  title: 'Application Gateway has a subnet of its own, apart from the nodes.',
  explanation:
    'A gateway subnet holds gateways only. An AGIC add-on that is given the node subnet cannot be created.',
  fix: 'give the gateway its own /24',
  facts: ['AZS-65'],
  covers: ['A12'],
  subjects: (context) => [
    ...gatewaysOf(context).map(({ key, name, at, subnet }) => ({ key, name, at, subnet })),
    ...managed(context).flatMap(({ cluster, name: of }) => {
      const addon = cluster!.addons.applicationGateway;
      if (addon?.subnet === undefined) return [];
      const name = `the AGIC add-on of ${of}`;
      return [{ key: `${cluster!.key}/agic`, name, at: addon.at, subnet: addon.subnet }];
    }),
  ],
  none: 'no application gateway',
  key: ({ key }) => key,
  judge: ({ name, at, subnet }, context) => {
    const open = (missing: string): Judgement => ({
      kind: 'undecided',
      message: `Whether ${name} shares a subnet with nodes is not known.`,
      missing,
      at,
    });
    const pools = managed(context).flatMap((cluster) => cluster.pools);
    if (subnet === undefined) return open(`the subnet of ${name}`);
    if (isUnknown(subnet)) return pools.length === 0 ? HOLDS : open(subnet.missing);
    const links = pools.flatMap(({ pool, nodeSubnet, podSubnet }) =>
      [nodeSubnet, podSubnet].map((link) => ({ pool, link })),
    );
    const shared = links.find(({ link }) => keyOf(link) === subnet.key)?.pool;
    if (shared !== undefined)
      return {
        kind: 'fails',
        message: `${name} shares the subnet of node pool ${shared.name}.`,
        places: [
          { at, what: name },
          { at: shared.at, what: `pool ${shared.name}` },
        ],
        evidence: [subnet.key.split('/').at(-1) ?? subnet.key],
      };
    for (const { link } of links) if (link.kind === 'unknown') return open(link.unknown.missing);
    return HOLDS;
  },
});

function keyOf(link: Link<SubnetPlacement>): string | undefined {
  if (link.kind === 'found') return link.target.subnet.key;
  return link.kind === 'dangling' ? link.id.toLowerCase() : undefined;
}

interface Published {
  readonly gateway: ApplicationGateway;
  readonly listener: GatewayListener;
}

const backendReachable = eachSubject<Published>({
  id: 'gateway/backend-unreachable',
  severity: 'error',
  title: 'What a gateway publishes to the internet reaches its backend, and the answer comes back.',
  explanation:
    'The gateway opens its own connection to the backend. A security group, a network policy or a route in one direction only stops it: with a route to the firewall on one side and none on the other, the firewall sees half of the connection and drops it.',
  fix: 'follow the walk; route both directions through the firewall or neither',
  facts: ['AZS-66', 'AZS-80'],
  covers: ['NET-13', 'A12'],
  subjects: (context) =>
    gatewaysOf(context).flatMap((gateway) =>
      gateway.listeners
        .filter((listener) => !isPrivate(gateway, listener))
        .map((listener) => ({ gateway, listener })),
    ),
  none: 'no application gateway listens on a public front end',
  key: ({ gateway, listener }) => `${gateway.key}/${listener.name}`,
  judge: ({ gateway, listener }, context) => {
    const { frontend, port, at } = listener;
    const name = `${gateway.name}/${listener.name}`;
    const open = (missing: string): Judgement => ({
      kind: 'undecided',
      message: `Whether ${name} reaches its backend cannot be told.`,
      missing,
      at,
    });
    if (frontend === undefined) return open(`the front end of listener ${listener.name}`);
    if (isUnknown(frontend)) return open(frontend.missing);
    if (port === undefined) return open(`the port of listener ${listener.name}`);
    if (isUnknown(port)) return open(port.missing);
    const entry = context.network.owners.entries.find(
      ({ owner }) =>
        owner.kind === 'application-gateway-frontend' && owner.frontendKey === frontend.key,
    );
    const host = hostOf(listener);
    const trace =
      entry === undefined
        ? undefined
        : traceTo(context.network, 'internet', entry.address, port, 'tcp', host);
    if (trace === undefined) return open(`the front end of listener ${listener.name}`);
    if (trace.answer === 'allowed') {
      return reachesSomebody(trace, `Whether ${name} reaches its backend cannot be told.`, at);
    }
    if (trace.answer === 'unknown')
      return undecidedBy(trace, `Whether ${name} reaches its backend cannot be told.`);
    return {
      kind: 'fails',
      message: `What ${name} publishes does not work: ${trace.summary}`,
      places: [{ at, what: `listener ${listener.name}` }],
      evidence: { trace, replay: replay('internet', trace.question.to) },
    };
  },
});

export const APPLICATION_GATEWAY_CHECKS: readonly Check[] = [
  requirements,
  ...GATEWAY_WAF_CHECKS,
  gatewayOnClusterSubnet,
  backendReachable,
];

/** Who calls a private front end is in no file; those that a DNAT rule publishes are walked from there. */
function isPrivate(gateway: ApplicationGateway, { frontend }: GatewayListener): boolean {
  if (frontend === undefined || isUnknown(frontend)) return false;
  const named = gateway.frontends.find(({ key }) => key === frontend.key);
  return named !== undefined && named.publicIp === undefined;
}

/** A host the listener takes: its first name, with some label for a wildcard. */
function hostOf({ hostNames }: GatewayListener): DomainName | undefined {
  const first = hostNames[0];
  return first === undefined ? undefined : parseDomainName(first.replaceAll(/[*?]+/g, 'www'));
}

function judgeRequirement(
  gateway: ApplicationGateway,
  { holds, text, at }: Requirement,
): Judgement {
  if (holds.kind === 'yes') return HOLDS;
  const place = at ?? gateway.at;
  if (holds.kind === 'unknown')
    return {
      kind: 'undecided',
      message: `Whether ${gateway.name} has what it needs is not known: ${text}.`,
      missing: holds.why.map((fact) => fact.missing).join('; '),
      at: place,
    };
  return {
    kind: 'fails',
    message: `${gateway.name} lacks: ${text}.`,
    places: [{ at: place, what: text }],
    evidence: [text],
  };
}
