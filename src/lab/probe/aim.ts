import { addressSetHas, firstAddress, formatIp, parseIp, singleAddress } from '../../net/index.ts';
import type { Trace } from '../../trace/index.ts';
import { parseEndpoint } from '../../trace/index.ts';
import type { LabEnd } from '../plan/lab-plan.ts';
import { nameAddress } from '../plan/name-address.ts';
import type { Attempt } from './attempt.ts';
import { areInSeveralNetworks } from './networks-apart.ts';
import { isOwned } from './owned-addresses.ts';
import type { ProbePlan } from './probe-plan.ts';

/** Where a flow of the proof becomes a real connection, or why it does not. */
export type Aim =
  | { readonly kind: 'aimed'; readonly from: LabEnd; readonly attempt: Attempt }
  | { readonly kind: 'not-tried'; readonly why: string };

/**
 * The connection a client would open for this flow: by name where the question names one, else to the very address. What the
 * application says (TLS with which name, HTTP with which host) is what the proof took it to say.
 * @param others further ways that the flow may take
 */
export function aim(plan: ProbePlan, trace: Trace, id: number, others: readonly Trace[] = []): Aim {
  const notTried = (why: string): Aim => ({ kind: 'not-tried', why });
  const { flow, question } = trace;
  if (flow.protocol !== 'tcp' && flow.protocol !== 'udp') {
    return notTried(`${flow.protocol} is not tried`);
  }
  const any = sender(plan, question.from);
  const from = any === undefined ? undefined : apartFrom(plan, any, trace);
  if (from === undefined) return notTried(`${question.from} is nowhere in the lab`);
  const [kind = ''] = from.name.split('/');
  if (SILENT.has(kind)) return notTried(`nobody sends from ${from.name}`);
  if (areInSeveralNetworks(plan, endsCalled(plan, from.traceName ?? question.from))) {
    return notTried(`networks that do not reach each other each have a ${question.from}`);
  }
  if ([trace, ...others].some(takesForGranted)) {
    return notTried('the lab has nothing where the proof takes something for granted');
  }
  if (isServedUnderAnotherName(plan, trace)) {
    return notTried(`the API server of the lab is not called \`${flow.destinationName}\``);
  }
  if (isServiceWithoutNodes(plan, trace)) return notTried('no node of the lab has Services');
  const blind = from.notProbed ?? endsCalled(plan, question.to)[0]?.notProbed;
  if (blind !== undefined) return notTried(blind);
  if (flow.destinationPort === undefined) return notTried('the flow has no port');
  const address = addressOf(plan, trace, from);
  const clusterName = address === undefined ? serviceName(from, question.to) : undefined;
  if (address === undefined && clusterName === undefined) {
    return notTried(`${question.to} has no address in the lab`);
  }
  if (address !== undefined && areInSeveralNetworks(plan, endsAt(plan, address))) {
    return notTried(`networks that do not reach each other each have ${address}`);
  }
  if (address !== undefined && isNobodys(plan, address)) {
    return notTried(`nobody in the lab has ${address}`);
  }
  if (address !== undefined && from.addresses.includes(address))
    return notTried('a host that calls itself meets no box');
  const { application, destinationName } = flow;
  const base = {
    id,
    protocol: flow.protocol,
    ...(address === undefined ? {} : { address }),
    // A Service is called at its own port; the flow of the proof goes on to the pod's.
    port:
      clusterName === undefined ? flow.destinationPort : portOf(question.to, flow.destinationPort),
    ...nameOf(destinationName ?? clusterName),
    ...sourceOf(plan, trace, from),
  };
  if (flow.destinationPort === 53 && isNameServer(plan, question.to, address)) {
    return aimed(from, { ...base, speaks: { kind: 'dns' } });
  }
  if (flow.protocol === 'udp' && !isOnInternet(plan, address)) {
    return notTried('only the internet of the lab answers datagrams');
  }
  if (flow.protocol === 'udp') return aimed(from, { ...base, speaks: { kind: 'datagram' } });
  const named = (name: string | undefined) => (name === undefined ? {} : { host: name });
  switch (application.kind) {
    case 'https': {
      const { serverName, path = '/' } = application;
      const tls = serverName === undefined ? {} : { serverName, host: serverName };
      return aimed(from, { ...base, speaks: { kind: 'tls', path, ...tls } });
    }
    case 'mssql':
      return notTried('no SQL server speaks in the lab');
    case 'http':
      return aimed(from, {
        ...base,
        speaks: { kind: 'http', path: application.path ?? '/', ...named(application.host) },
      });
    default:
      return aimed(from, {
        ...base,
        speaks: { kind: 'http', path: '/', ...named(destinationName) },
      });
  }
}

/** Whoever asks with such an address is to the proof some machine that has it. */
const SILENT = new Set(['firewall', 'private-endpoint', 'application-gateway', 'api-server']);

/** Taken as true by the proof, and not so in the lab: what nobody wrote is not there. */
function takesForGranted({ assumptions }: Trace): boolean {
  return assumptions.some((text) =>
    /^something answers at|^the network behind the gateway/.test(text),
  );
}

/** Azure gives an API server its name; of the names it may have the lab chose one, and its DNS knows no other. */
function isServedUnderAnotherName({ names }: ProbePlan, { flow, forward }: Trace): boolean {
  const { destinationName } = flow;
  // That nobody answers a name the lab can show whatever it calls its API server.
  if (forward.disposition.kind === 'denied' && forward.hops.every(({ kind }) => kind === 'name')) {
    return false;
  }
  return (
    destinationName !== undefined &&
    !names.some(({ name }) => name === destinationName) &&
    (destinationName.endsWith('.azmk8s.io') ||
      forward.hops.some(({ kind }) => kind === 'api-server'))
  );
}

/** Objects without a cluster resource: nobody in the lab has the front ends of their Services, and the internet has every public address. */
function isServiceWithoutNodes({ hosts }: ProbePlan, { question, forward }: Trace): boolean {
  const isAsked =
    question.to.startsWith('service:') ||
    forward.hops.some(({ kind, name }) => kind === 'load-balancer' && name.includes('/'));
  return isAsked && !hosts.some(({ kind }) => kind === 'node');
}

/** What answers names at port 53: the internet, a firewall, the cluster's DNS. Whoever else has that port open speaks as always. */
function isNameServer({ ends }: ProbePlan, to: string, address: string | undefined): boolean {
  if (to.startsWith('service:')) return /^service:kube-system\/(?:kube|core)-?dns/.test(to);
  const owner = ends.find(({ addresses }) => address !== undefined && addresses.includes(address));
  return owner === undefined || owner.name === 'internet' || owner.name.startsWith('firewall/');
}

function portOf(to: string, otherwise: number): number {
  const asked = /:(\d+)(?:\/\w+)?$/.exec(to)?.[1];
  return asked === undefined ? otherwise : Number(asked);
}

function nameOf(name: string | undefined): { readonly name?: string } {
  return name === undefined ? {} : { name };
}

/** Pods call Services by the name the cluster's DNS gives them. */
function serviceName(from: LabEnd, to: string): string | undefined {
  const [, namespace, name] = /^service:([^/:]+)\/([^/:]+)/.exec(to) ?? [];
  return name === undefined || !from.name.startsWith('pod/')
    ? undefined
    : `${name}.${namespace}.svc.cluster.local`;
}

function aimed(from: LabEnd, attempt: Attempt): Aim {
  return { kind: 'aimed', from, attempt };
}

/** The end a question starts from. An address of the internet is any client there, one of on-premises anybody there. */
function sender(plan: ProbePlan, from: string): LabEnd | undefined {
  const exact = plan.ends.find(({ traceName }) => traceName === from);
  if (exact !== undefined) return exact;
  const parsed = parseEndpoint(from);
  if (parsed.kind === 'problem') return undefined;
  const { endpoint } = parsed;
  switch (endpoint.kind) {
    case 'internet':
      return plan.ends.find(({ name }) => name === 'internet');
    case 'on-premises':
      return plan.ends.find(({ name }) => name.startsWith('on-premises'));
    case 'address': {
      const text = formatIp(endpoint.ip);
      return plan.ends.find(({ addresses }) => addresses.includes(text)) ?? onInternet(plan, text);
    }
    case 'node':
      return plan.ends.find(
        ({ name }) =>
          name.startsWith('node/') && (endpoint.pool === undefined || name.includes(endpoint.pool)),
      );
    default:
      return undefined;
  }
}

/** The fake internet owns every public address; a private one that nobody in the lab has is nobody. */
function onInternet(plan: ProbePlan, text: string): LabEnd | undefined {
  return PRIVATE.test(text) ? undefined : plan.ends.find(({ name }) => name === 'internet');
}

function isOnInternet({ ends }: ProbePlan, address: string | undefined): boolean {
  if (address === undefined || PRIVATE.test(address)) return false;
  const owner = ends.find(({ addresses }) => addresses.includes(address));
  return owner === undefined || owner.name === 'internet';
}

const PRIVATE =
  /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/;

function isNobodys(plan: ProbePlan, text: string): boolean {
  const ip = parseIp(text);
  return ip !== undefined && PRIVATE.test(text) && !isOwned(plan, ip, text);
}

function addressOf(plan: ProbePlan, { flow, question }: Trace, from: LabEnd): string | undefined {
  if (flow.destination.kind === 'exact') return formatIp(flow.destination.ip);
  if (flow.destinationName !== undefined) {
    const known = plan.names.find(({ name }) => name === flow.destinationName);
    return known?.address ?? nameAddress(flow.destinationName);
  }
  const there = endsCalled(plan, question.to);
  const apart = there.find(({ host }) => !isNextTo(plan, from.host, host));
  return (apart ?? there[0])?.addresses[0];
}

function endsCalled({ ends }: ProbePlan, to: string): readonly LabEnd[] {
  const target = to.replace(/:\d+(?:\/\w+)?$/, '');
  return ends.filter(({ traceName }) => traceName === target);
}

function endsAt({ ends }: ProbePlan, address: string): readonly LabEnd[] {
  return ends.filter(({ addresses }) => addresses.includes(address));
}

/** A pod's own node is next to it: no packet of theirs leaves it, and none is masqueraded. Of several nodes alike another one calls. */
function apartFrom(plan: ProbePlan, from: LabEnd, { question }: Trace): LabEnd {
  const there = endsCalled(plan, question.to);
  const isApart = (one: LabEnd) =>
    there.length === 0 || there.some(({ host }) => !isNextTo(plan, one.host, host));
  if (isApart(from)) return from;
  const alike = plan.ends.filter(
    ({ traceName }) => traceName !== undefined && traceName === from.traceName,
  );
  return alike.find(isApart) ?? from;
}

function isNextTo({ links }: ProbePlan, one: string, other: string): boolean {
  return links.some(({ ends }) => {
    const hosts = ends.map(({ host }) => host);
    return hosts.includes(one) && hosts.includes(other);
  });
}

/** A client of the internet has the address the proof gave it; so has one of on-premises, which has a prefix and uses one address of it. */
function sourceOf(plan: ProbePlan, { flow }: Trace, from: LabEnd): { readonly source?: string } {
  const { source } = flow;
  if (from.name === 'internet') {
    return { source: source.kind === 'exact' ? formatIp(source.ip) : '198.18.0.7' };
  }
  if (!from.name.startsWith('on-premises')) return {};
  const set = source.kind === 'exact' ? singleAddress(source.ip) : source.addresses;
  const hasOwn = from.addresses.some((text) => {
    const ip = parseIp(text);
    return ip !== undefined && addressSetHas(set, ip);
  });
  const first = firstAddress(set);
  const isThere = first !== undefined && isOwned(plan, first, formatIp(first));
  return hasOwn || !isThere ? {} : { source: formatIp(first) };
}
