import type { Diagnostic } from '../diagnostics/index.ts';
import type { LogEngine } from '../logs/engine.ts';
import type { Locate } from '../logs/places/index.ts';
import { needsOf } from '../logs/questions/needed-egress.ts';
import type { Window } from '../logs/questions/window.ts';
import type { PodClass } from '../model/index.ts';
import {
  type AddressSet,
  addressSetHas,
  parseDomainName,
  parseIp,
  parseIpv4,
  unionAddresses,
} from '../net/index.ts';
import type { Network } from '../network/index.ts';
import { coverAddresses, writtenPrefix } from './address-cover.ts';
import { isoTime } from './coverage.ts';
import { askHubbleFlows } from './hubble-flows.ts';
import { intentName, type LearnedEgress, type Pods } from './learned-egress.ts';
import { askLoggedFlows, type LoggedFlow } from './logged-flows.ts';
import { coverNames } from './name-cover.ts';
import { isIpv4, NARROWING } from './narrowing.ts';
import { callsOfSubnets } from './subnet-calls.ts';
import { askSubnetFlows } from './subnet-flows.ts';

/** Something a workload called, from whichever log. Times in microseconds. */
export interface SeenCall {
  /** `namespace/workload` or an address. */
  readonly who: string;
  readonly pods: Pods | 'nodes';
  /** Name or IPv4 address. */
  readonly target: string;
  readonly port: number;
  readonly transport: 'tcp' | 'udp';
  readonly records: number;
  readonly first: number;
  readonly last: number;
}

export interface LearnAnswer {
  /** To be put below `egress:` of a page of intent. */
  readonly egress: readonly LearnedEgress[];
  /** What was seen and is not proposed, with its reason. */
  readonly leftOut: readonly {
    readonly what: string;
    readonly why: string;
    readonly records: number;
  }[];
  readonly records: number;
  readonly isCut: boolean;
  /** What the logs could not tell, as sentences. */
  readonly remarks: readonly string[];
}

export interface LearnOptions {
  readonly engine: LogEngine;
  readonly network: Network;
  readonly locate: Locate;
  readonly window: Window;
  readonly firewall?: string;
  readonly said?: Diagnostic[];
}

/**
 * The first allow-list of a cluster that had none: who called what, as ways out of a page of intent, each of which becomes a firewall
 * rule and a network policy. What AKS itself needs comes with the page, and what threat intelligence knows is not proposed.
 */
export async function learn(options: LearnOptions): Promise<LearnAnswer> {
  const { engine, network, locate, window, firewall, said } = options;
  const { flows, isCut } = await askLoggedFlows(
    engine,
    {
      window,
      logs: ['network', 'application', 'threat'],
      ...(firewall === undefined ? {} : { firewall }),
    },
    said,
  );
  const bad = new Set(flows.filter(({ log }) => log === 'threat').flatMap(targetsOf));
  const inside = insideOf(network);
  const needs = needsOf(network, network.perimeter.snapshot.datasets);
  const leftOut = new Map<string, { what: string; why: string; records: number }>();
  const calls: SeenCall[] = [];
  let records = 0;
  const consider = (call: SeenCall, target: string, otherwise?: string) => {
    records += call.records;
    const why = reasonNotTo(call, target, { bad, inside, needs }) ?? otherwise;
    if (why === undefined) calls.push(call);
    else {
      const what = `${target}:${call.port}${call.transport === 'udp' ? '/udp' : ''}`;
      const known = leftOut.get(`${what} ${why}`) ?? { what, why, records: 0 };
      known.records += call.records;
      leftOut.set(`${what} ${why}`, known);
    }
  };
  for (const flow of flows) {
    if (flow.log === 'threat' || !/^(?:allow|alert)$/i.test(flow.action)) continue;
    const target = flow.fqdn === '' ? flow.destination : flow.fqdn;
    consider(callOf(flow, options), target);
  }
  for (const call of await askHubbleFlows(engine, window, podsNamed(network), said)) {
    consider(call, call.target);
  }
  const subnets = await askSubnetFlows(engine, window, said);
  const told = calls.length;
  for (const call of callsOfSubnets(subnets.flows, calls, locate, podsNamed(network))) {
    consider(call, call.target, call.why);
  }
  const seen = [...flows, ...subnets.flows].filter(({ source }) => source !== '');
  return {
    egress: intentsOf(calls),
    leftOut: [...leftOut.values()].sort((a, b) => b.records - a.records),
    records,
    isCut: isCut || subnets.isCut,
    remarks: [
      ...hiddenBehind(seen, locate),
      ...nodesOrPods(seen, locate),
      ...withoutNames(calls.slice(told)),
    ],
  };
}

function targetsOf({ fqdn, destination }: LoggedFlow): readonly string[] {
  return [fqdn, destination].filter((one) => one !== '');
}

interface Judging {
  readonly bad: ReadonlySet<string>;
  readonly inside: AddressSet;
  readonly needs: ReturnType<typeof needsOf>;
}

function reasonNotTo(
  { port, transport }: SeenCall,
  target: string,
  { bad, inside, needs }: Judging,
): string | undefined {
  if (bad.has(target)) return 'threat intelligence knows it: look at it before anything else';
  const ip = parseIp(target);
  if (ip === undefined && parseDomainName(target) === undefined) {
    return 'it is no name and no address that a rule can write';
  }
  if (ip?.family === 6) return 'it is IPv6, which a page does not say';
  if (ANSWERED_BY_HOST.has(target)) return 'the host of the node answers it, whatever rules say';
  if (ip !== undefined && addressSetHas(inside, ip)) return 'it is in the networks of the input';
  const protocol =
    transport === 'udp' ? 'UDP' : ip !== undefined ? 'TCP' : port === 80 ? 'HTTP' : 'HTTPS';
  if (needs({ target, port, protocol }) !== undefined) return 'AKS needs it: the page brings it';
  return port === 0 ? 'it has no port' : undefined;
}

/** AZN-17: DNS, probes and metadata of Azure. */
const ANSWERED_BY_HOST: ReadonlySet<string> = new Set(['168.63.129.16', '169.254.169.254']);

/** Where the plugin hides pods, what was learned is of nodes; nobody may take it for all there is to know. */
function hiddenBehind(
  flows: readonly { readonly source: string; readonly last: number }[],
  locate: Locate,
): readonly string[] {
  return [...new Set(flows.flatMap(({ source, last }) => locate(source, last).hidden ?? []))].map(
    (hidden) => `${hidden}. Hubble's logs would name the pods.`,
  );
}

/** Where pods have addresses of the nodes' subnet, an address alone does not tell which of the two it is. */
function nodesOrPods(
  flows: readonly { readonly source: string; readonly last: number }[],
  locate: Locate,
): readonly string[] {
  const either = new Set(
    flows.flatMap(({ source, last }) => {
      const { kind, hidden } = locate(source, last);
      return (kind === 'pool' || kind === 'cluster') && hidden === undefined ? [source] : [];
    }),
  );
  if (either.size === 0) return [];
  const what = either.size === 1 ? '1 source' : `${either.size} sources`;
  return [
    `${what} may be nodes or pods, and are taken for nodes: --pods or Hubble's logs would name the pods.`,
  ];
}

function withoutNames(calls: readonly SeenCall[]): readonly string[] {
  const count = new Set(calls.map(({ target }) => target)).size;
  if (count === 0) return [];
  const what = count === 1 ? '1 address is' : `${count} addresses are`;
  return [
    `${what} from VNet flow logs, which have no names: an address that a name stands for may change.`,
  ];
}

function insideOf(network: Network): AddressSet {
  return unionAddresses(...[...network.vnets.values()].map(({ addresses }) => addresses));
}

function callOf(flow: LoggedFlow, { locate, network }: LearnOptions): SeenCall {
  const place = locate(flow.source, flow.last);
  const pods = place.kind === 'workload' ? podsNamed(network)(place.label) : ('nodes' as const);
  return {
    who: place.label,
    pods,
    target: flow.fqdn === '' ? flow.destination : flow.fqdn,
    port: flow.port,
    transport: /^udp/i.test(flow.protocol) ? 'udp' : 'tcp',
    ...{ records: flow.records, first: flow.first, last: flow.last },
  };
}

/** `namespace/workload` as a page names pods: by their label `app` where they have one, by all their labels else. */
function podsNamed(network: Network): (label: string) => Pods {
  const pods = new Map(
    network.perimeter.kubernetes.pods.map((pod) => [`${pod.namespace}/${pod.name}`, pod]),
  );
  return (label) => {
    const found: PodClass | undefined = pods.get(label);
    const namespace = label.split('/')[0] ?? 'default';
    const app = found?.labels['app'];
    if (app !== undefined) return { namespace, app };
    const labels = found?.labels ?? {};
    return Object.keys(labels).length === 0 ? { namespace } : { namespace, labels };
  };
}

/** One intent per workload and group of targets; names under one domain stand together once there are many. */
function intentsOf(calls: readonly SeenCall[]): readonly LearnedEgress[] {
  const byPods = new Map<string, SeenCall[]>();
  for (const call of calls) {
    const key = JSON.stringify(call.pods);
    byPods.set(key, [...(byPods.get(key) ?? []), call]);
  }
  const taken = new Set<string>();
  return [...byPods.values()].map((own): LearnedEgress => {
    const from = own[0]!.pods;
    const records = own.reduce((sum, one) => sum + one.records, 0);
    const last = own.reduce((latest, one) => Math.max(latest, one.last), 0);
    return {
      name: intentName(from, taken),
      from,
      to: targetTexts(own),
      why: `Learned from ${records} logged ${records === 1 ? 'connection' : 'connections'}, the last at ${isoTime(last)}.`,
    };
  });
}

function targetTexts(calls: readonly SeenCall[]): readonly string[] {
  const byService = new Map<string, SeenCall[]>();
  for (const call of calls) {
    const key = `${call.port}${call.transport === 'udp' ? '/udp' : ''}`;
    byService.set(key, [...(byService.get(key) ?? []), call]);
  }
  return [...byService].sort().flatMap(([service, own]) => {
    const addresses = own.flatMap(({ target }) => parseIpv4(target) ?? []);
    const names = own.flatMap(({ target }) => (isIpv4(target) ? [] : [target]));
    const prefixes = coverAddresses(addresses, { most: NARROWING.prefixes, widest: 24 });
    return [...underDomains(names), ...prefixes.map(writtenPrefix)].map(
      (target) => `${target}:${service}`,
    );
  });
}

/** Names by the domain of two labels they stand under: many hosts of one domain become a wildcard, a few stay names. */
function underDomains(names: readonly string[]): readonly string[] {
  const byDomain = new Map<string, string[]>();
  for (const name of new Set(names)) {
    const domain = name.split('.').slice(-2).join('.');
    byDomain.set(domain, [...(byDomain.get(domain) ?? []), name]);
  }
  return [...byDomain].sort().flatMap(([domain, own]) => coverNames(own, domain, NARROWING.names));
}
