import { type PortSet, portSetHas } from '../../net/index.ts';
import { type Network, podSelector } from '../../network/index.ts';
import { parseSelector } from '../../reach/index.ts';
import { answerTrace, type Trace, type TraceAnswer } from '../../trace/index.ts';
import type { QueryCell } from '../query/index.ts';
import { workloadsOf } from './ends-of-network.ts';
import type { Excuse } from './excuse.ts';
import type { End } from './expectation.ts';
import { type Meaning, type Reading, withMeanings } from './judge-cells.ts';
import { listedFlows } from './listed-flows.ts';
import type { Ask, Counterexample, ExpectationVerdict } from './outcome.ts';

/** Walks one flow. `answerTrace` of a network, unless a test says otherwise. */
export type Walk = (from: string, to: string) => TraceAnswer;

export function walkNetwork(network: Network): Walk {
  return (from, to) => answerTrace(network, { from, to });
}

/** What is asked of flows that come to pods from outside the cluster, by an address that stands for them. */
export interface DoorQuestion {
  readonly from: string;
  readonly to: End;
  readonly reading: Reading;
  /** Selectors of the receiving side that may be reached all the same. */
  readonly listed: readonly string[];
  readonly excuse: Excuse;
}

interface Wanted extends DoorQuestion {
  /** Pods that must not be reached: `pets/store-front`. */
  readonly wanted: ReadonlySet<string>;
  /** Their ports that are meant. Absent: all. */
  readonly asked: PortSet | undefined;
  readonly pods: readonly ListedPods[];
}

interface ListedPods {
  readonly pods: ReadonlySet<string>;
  readonly ports: PortSet | undefined;
}

/**
 * Who sends to pods from outside does not write their addresses: it comes by a public address or by the front end of a Service. An
 * expectation about those pods is about these flows too. No verdicts where the sender is in the cluster, or pods are not meant.
 */
export function judgeDoors(
  network: Network,
  ask: Ask,
  walk: Walk,
  question: DoorQuestion,
): readonly ExpectationVerdict[] {
  if (isInside(question.from)) return [];
  const listed = listedPods(network, question.listed);
  const isListedWhole = (name: string) =>
    listed.some(({ pods, ports }) => ports === undefined && pods.has(name));
  const named = [...workloadsOf(network, [question.to])].map(nameOfWorkload);
  const wanted = new Set(named.filter((name) => !isListedWhole(name)));
  if (wanted.size === 0) return [];
  const ports = portsOf(question.to);
  return [
    ...frontEnds(network, walk, { ...question, wanted, asked: ports, pods: listed }),
    ...publicAddresses(network, ask, { ...question, wanted, asked: ports, pods: listed }),
  ];
}

/** The Services before the pods, port by port: a trace finds the way in, be it a load balancer, a DNAT rule or a gateway. */
function frontEnds(network: Network, walk: Walk, question: Wanted): readonly ExpectationVerdict[] {
  const { wanted } = question;
  const backends = podSelector(network.perimeter.kubernetes);
  const before = network.perimeter.kubernetes.services.filter(
    (service) =>
      service.type !== 'ExternalName' &&
      backends(service).some(({ namespace, name }) => wanted.has(`${namespace}/${name}`)),
  );
  return before.flatMap((service) =>
    service.ports.flatMap(({ port, protocol }): readonly ExpectationVerdict[] => {
      const title = `${service.namespace}/${service.name}`;
      const to = `service:${title}:${port}${protocol === 'tcp' ? '' : `/${protocol}`}`;
      if (question.listed.some((text) => listsService(text, title, port))) return [];
      const { traces, diagnostics } = walk(question.from, to);
      if (traces.length === 0) {
        // A Service for the cluster alone has no way in that could be walked.
        if (service.type === 'ClusterIP') return [];
        const why = diagnostics[0]?.message ?? 'nothing to walk';
        const missing = `whether ${question.from} reaches ${title} by its front end (${why})`;
        return [{ kind: 'conditional', needs: [{ missing }], examples: [] }];
      }
      const names = backends(service).map((pod) => `${pod.namespace}/${pod.name}`);
      const behind = names.filter((one) => wanted.has(one));
      return traces.map((trace) => walked(trace, question, to, behind));
    }),
  );
}

const MEANS = { allowed: 'allowed', denied: 'denied', broken: 'broken', unknown: 'open' } as const;

function walked(
  trace: Trace,
  { from, reading, excuse, asked, pods }: Wanted,
  to: string,
  behind: readonly string[],
): ExpectationVerdict {
  const holds: ExpectationVerdict = { kind: 'proven', assumptions: trace.assumptions };
  const verdict = MEANS[trace.answer];
  const boxes = trace.forward.hops.map(({ kind, name }) => ({ box: kind, name }));
  if (excuse(boxes)) return holds;
  const port = trace.forward.hops.at(-1)?.flow.destinationPort;
  const isOther = asked !== undefined && port !== undefined && !portSetHas(asked, port);
  const isListed = (name: string) =>
    pods.some(
      (one) =>
        one.pods.has(name) &&
        one.ports !== undefined &&
        port !== undefined &&
        portSetHas(one.ports, port),
    );
  if (behind.every(isListed)) return holds;
  if (isOther && trace.forward.disposition.kind === 'delivered') return holds;
  const meaning = reading({ verdict, isDelivered: verdict === 'allowed' });
  if (meaning === 'fine') return holds;
  const { protocol } = trace.flow;
  const example: Counterexample = {
    witness: { from, to, protocol },
    command: `sallyport trace --from ${from} --to ${to}`,
    verdict,
    chain: boxes.map(({ box, name }) => (box === name ? box : `${box} ${name}`)),
  };
  if (meaning === 'against') return { kind: 'refuted', counterexamples: [example] };
  const { disposition } = trace.forward;
  const needs = disposition.kind === 'unknown' ? disposition.why : [];
  const missing = `what becomes of ${from} to ${to}`;
  return {
    kind: 'conditional',
    needs: needs.length > 0 ? needs : [{ missing }],
    examples: [example],
  };
}

/** Public addresses of the input, all ports: of what arrives there only what goes on to the pods counts. */
function publicAddresses(
  network: Network,
  ask: Ask,
  question: Wanted,
): readonly ExpectationVerdict[] {
  const verdicts: ExpectationVerdict[] = [];
  for (const { owner, address } of network.owners.entries) {
    if (owner.kind !== 'public-ip') continue;
    const { name } = owner.publicIp;
    const behind = network.owners.entries.find(
      (other) =>
        other.owner.kind === 'application-gateway-frontend' &&
        address.symbol !== undefined &&
        other.address.symbol === address.symbol,
    );
    // All that comes in here ends at the gateway and goes on from it.
    if (behind !== undefined) {
      const key =
        behind.owner.kind === 'application-gateway-frontend' ? behind.owner.gatewayKey : '';
      const gateway = network.perimeter.applicationGateways.get(key)?.name ?? '';
      if (question.excuse([{ box: 'application-gateway', name: gateway }])) continue;
    }
    const text = `publicip:${name}`;
    const found = listedFlows(network, text, question.listed);
    const isListed = (cell: QueryCell) =>
      found.kind === 'listed' && found.listed.beyond(cell).kind === 'nothing';
    verdicts.push(
      withMeanings(ask, question.from, text, (cell) =>
        isListed(cell) ? 'fine' : meaningAt(cell, question),
      ),
    );
  }
  return verdicts;
}

/** A cell that ends elsewhere is about somebody else; where one goes on to the pods, but to which port is not told, it is unsure. */
function meaningAt(cell: QueryCell, { reading, excuse, wanted, asked, pods }: Wanted): Meaning {
  if (excuse(cell.chain)) return 'fine';
  const meaning = reading({ verdict: cell.verdict, isDelivered: cell.to !== undefined });
  if (meaning === 'fine') return 'fine';
  const end = cell.to ?? cell.chain.findLast(({ box }) => box === 'pod')?.name;
  if (end !== undefined && !wanted.has(end)) return 'fine';
  if (end === undefined || asked !== undefined) return 'unsure';
  return pods.some((one) => one.pods.has(end)) ? 'unsure' : meaning;
}

function listedPods(network: Network, listed: readonly string[]): readonly ListedPods[] {
  return listed.map((text) => {
    const end: End = { kind: 'selector', text };
    const pods = new Set([...workloadsOf(network, [end])].map(nameOfWorkload));
    return { pods, ports: portsOf(end) };
  });
}

function listsService(text: string, title: string, port: number): boolean {
  const parsed = parseSelector(text);
  if (parsed.kind === 'problem' || parsed.selector.kind !== 'service') return false;
  const { namespace, name, ports } = parsed.selector;
  const isNamed =
    namespace === undefined ? title.endsWith(`/${name}`) : title === `${namespace}/${name}`;
  return isNamed && (ports === undefined || portSetHas(ports, port));
}

function isInside(from: string): boolean {
  const parsed = parseSelector(from);
  if (parsed.kind === 'problem') return true;
  return parsed.selector.kind === 'pods' || parsed.selector.kind === 'nodes';
}

function portsOf(to: End): PortSet | undefined {
  const text = to.kind === 'selector' ? to.text : `ns:${to.namespace}${to.ports}`;
  const parsed = parseSelector(text);
  return parsed.kind === 'selector' ? parsed.selector.ports : undefined;
}

/** `deploy:pets/store-front` to `pets/store-front`. */
function nameOfWorkload(spelled: string): string {
  return spelled.slice(spelled.indexOf(':') + 1);
}
