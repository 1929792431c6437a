import { type AddressSet, formatIp } from '../../../../net/index.ts';
import type { NodeSeat } from '../../node-seat.ts';
import {
  CLEAR_PASS_MARK,
  chain,
  commentOf,
  DENIAL_GROUP,
  declaration,
  elementsOf,
  MASQUERADE_MARK,
  PASS_MARK,
  table,
  wordOf,
} from '../nft-text.ts';
import type { SeatedPod } from '../seated-pod.ts';
import type { PoliciesOfNode } from './plan-policies.ts';
import {
  type CompiledPolicy,
  DIRECTIONS,
  type Direction,
  ownNetwork,
  type PolicyRule,
} from './policy-rule.ts';
import { trafficMatches } from './traffic-matches.ts';

/**
 * The policies of one node as a ruleset: a set per distinct end, a chain per policy and direction, a chain per distinct list of policies
 * that pods have, and a map from the pod's address to it. What a pod sends is judged after Service translation and before the source is
 * rewritten (K8P-19), what it receives apart, so that each end decides for itself (K8P-05). Empty: nothing to enforce.
 */
export function policyRules(
  seat: NodeSeat,
  seats: readonly NodeSeat[],
  pods: readonly SeatedPod[],
  { tiers, judgesOwnNode, deniesOwnNode, sparesRewritten }: PoliciesOfNode,
): string {
  const own = pods.filter((each) => each.seat === seat && ownNetwork(each));
  const book = newBook();
  const maps = DIRECTIONS.map((direction) => {
    const elements = own.flatMap((seated) => {
      const name = chainOfPod(book, seated, direction, tiers);
      return name === undefined ? [] : [`${formatIp(seated.address)} : goto ${name}`];
    });
    return declaration('map', `${direction}-of`, 'ipv4_addr : verdict', elements);
  });
  const fromNode = deniesOwnNode ? denyingChains(book, own, tiers) : [];
  if (book.chains.length === 0) return '';
  const nodes = seats.map(({ address }) => formatIp(address));
  return table('sp-policies', [
    ...book.sets,
    ...[...book.denials].map(([prefix, name]) => denial(name, prefix)),
    ...book.chains,
    ...maps,
    chain('sending', [
      'type filter hook forward priority 0; policy accept;',
      'ct state established,related accept',
      'ip saddr vmap @egress-of',
    ]),
    ...(judgesOwnNode
      ? [
          chain('sending-to-node', [
            'type filter hook input priority 0; policy accept;',
            'ct state established,related accept',
            'ip saddr vmap @egress-of',
          ]),
        ]
      : []),
    chain('receiving', [
      'type filter hook forward priority 10; policy accept;',
      'ct state established,related accept',
      ...(sparesRewritten ? spared(nodes) : []),
      'ip daddr vmap @ingress-of',
    ]),
    ...(fromNode.length > 0
      ? [
          declaration('map', 'from-node-of', 'ipv4_addr : verdict', fromNode),
          chain('receiving-from-node', [
            'type filter hook output priority 10; policy accept;',
            'ct state established,related accept',
            'ip daddr vmap @from-node-of',
          ]),
        ]
      : []),
    ...(sparesRewritten ? [chain('telling', telling())] : []),
  ]);
}

/**
 * A node that rewrites a client of a Service tells the node of the pod so, in the class of the packet: the agent there lets it in, and nothing
 * else of the packet would say it.
 */
const REWRITTEN = 'cs1';

function spared(nodes: readonly string[]): readonly string[] {
  return [
    `meta mark & ${MASQUERADE_MARK} == ${MASQUERADE_MARK} accept`,
    `ip saddr { ${nodes.join(', ')} } ip dscp ${REWRITTEN} accept`,
  ];
}

function telling(): readonly string[] {
  return [
    'type filter hook forward priority 20; policy accept;',
    `meta mark & ${MASQUERADE_MARK} == ${MASQUERADE_MARK} ip dscp set ${REWRITTEN}`,
  ];
}

/** What has been written once and is named again. */
interface Book {
  readonly sets: (readonly string[])[];
  readonly setNames: Map<string, string>;
  readonly chains: (readonly string[])[];
  readonly policyNames: Map<CompiledPolicy, string>;
  readonly written: Set<string>;
  readonly podChains: Map<string, string>;
  readonly denials: Map<string, string>;
}

function newBook(): Book {
  return {
    sets: [],
    setNames: new Map(),
    chains: [],
    policyNames: new Map(),
    written: new Set(),
    podChains: new Map(),
    denials: new Map(),
  };
}

/** What denies the node itself: the rules that deny and no default. */
function denyingChains(
  book: Book,
  own: readonly SeatedPod[],
  tiers: PoliciesOfNode['tiers'],
): readonly string[] {
  const names = new Map<string, string>();
  return own.flatMap((seated) => {
    const jumps = tiers
      .flatMap(({ policies }) => policies)
      .filter(({ subjects, rules: { ingress = [] } }) => {
        const denies = ingress.length > 0 && ingress.every(({ action }) => action === 'deny');
        return denies && subjects.has(seated);
      })
      .map((policy) => `jump ${policyChain(book, policy, 'ingress')}`);
    if (jumps.length === 0) return [];
    const key = jumps.join();
    const name = names.get(key) ?? `from-node-${names.size}`;
    if (!names.has(key)) book.chains.push(chain(name, jumps));
    names.set(key, name);
    return [`${formatIp(seated.address)} : goto ${name}`];
  });
}

interface Covering {
  readonly policies: readonly CompiledPolicy[];
  readonly isolating: readonly CompiledPolicy[];
}

/** Pods that the same policies cover share a chain. Undefined: nothing covers the pod in this direction. */
function chainOfPod(
  book: Book,
  seated: SeatedPod,
  direction: Direction,
  tiers: PoliciesOfNode['tiers'],
): string | undefined {
  const covering = tiers
    .map(({ policies }): Covering => {
      const own = policies.filter(
        ({ subjects, rules }) => subjects.has(seated) && rules[direction] !== undefined,
      );
      return { policies: own, isolating: own.filter(({ isolates }) => isolates.has(direction)) };
    })
    .filter(({ policies }) => policies.length > 0);
  if (covering.length === 0) return undefined;
  const calls = covering.map(({ policies, isolating }) => ({
    jumps: policies.map((policy) => ({
      name: policyChain(book, policy, direction),
      mayPass: policy.rules[direction]?.some(({ action }) => action === 'pass') === true,
    })),
    denied: isolating.length === 0 ? undefined : denialOf(book, isolating, direction),
  }));
  const key = `${direction} ${JSON.stringify(calls)}`;
  const known = book.podChains.get(key);
  if (known !== undefined) return known;
  const name = `${direction}-${book.podChains.size}`;
  book.podChains.set(key, name);
  const body: string[] = [];
  for (const [index, { jumps, denied }] of calls.entries()) {
    const lines = jumps.flatMap(({ name: called, mayPass }) => [
      `jump ${called}`,
      ...(mayPass ? [`meta mark & ${PASS_MARK} == ${PASS_MARK} return`] : []),
    ]);
    const tier = `${name}-${index}`;
    book.chains.push(chain(tier, denied === undefined ? lines : [...lines, `goto ${denied}`]));
    body.push(`jump ${tier}`);
    if (jumps.some(({ mayPass }) => mayPass)) {
      body.push(`meta mark set meta mark & ${CLEAR_PASS_MARK}`);
    }
  }
  book.chains.push(chain(name, body));
  return name;
}

function policyChain(book: Book, policy: CompiledPolicy, direction: Direction): string {
  const base = book.policyNames.get(policy) ?? `p${book.policyNames.size}`;
  book.policyNames.set(policy, base);
  const name = `${base}-${direction}`;
  if (book.written.has(name)) return name;
  book.written.add(name);
  const lines = (policy.rules[direction] ?? []).flatMap((rule) =>
    linesOf(book, rule, direction, policy),
  );
  book.chains.push(chain(name, [commentOf(policy.title), ...lines]));
  return name;
}

function linesOf(
  book: Book,
  rule: PolicyRule,
  direction: Direction,
  policy: CompiledPolicy,
): readonly string[] {
  const near = endMatch(book, direction === 'egress' ? 'saddr' : 'daddr', rule.near);
  const far = endMatch(book, direction === 'egress' ? 'daddr' : 'saddr', rule.far);
  if (near === undefined || far === undefined) return [];
  const verdict = verdictOf(book, rule, direction, policy);
  const matches = rule.traffic === undefined ? [''] : trafficMatches(rule.traffic);
  return matches.map((match) =>
    [far, near, match, verdict].filter((part) => part !== '').join(' '),
  );
}

function verdictOf(
  book: Book,
  { action }: PolicyRule,
  direction: Direction,
  policy: CompiledPolicy,
): string {
  if (action === 'allow') return 'accept';
  if (action === 'deny') return `goto ${denialOf(book, [policy], direction)}`;
  return `meta mark set meta mark | ${PASS_MARK} return`;
}

/** `undefined`: the end is empty, and nothing can match. */
function endMatch(
  book: Book,
  word: 'saddr' | 'daddr',
  set: AddressSet | undefined,
): string | undefined {
  if (set === undefined) return '';
  const elements = elementsOf(set);
  if (elements.length === 0) return undefined;
  const key = elements.join(',');
  const known = book.setNames.get(key);
  if (known !== undefined) return `ip ${word} @${known}`;
  const name = `ends-${book.setNames.size}`;
  book.setNames.set(key, name);
  book.sets.push(declaration('set', name, 'ipv4_addr', elements, 'interval'));
  return `ip ${word} @${name}`;
}

/** nft's limit for a prefix is 127 bytes. */
const LONGEST = 120;

function denialOf(book: Book, policies: readonly CompiledPolicy[], direction: Direction): string {
  const names = [...new Set(policies.map(({ name }) => wordOf(name)))].join('+');
  const prefix = `dir=${direction};policy=${names}`.slice(0, LONGEST);
  const known = book.denials.get(prefix);
  if (known !== undefined) return known;
  const name = `denied-${book.denials.size}`;
  book.denials.set(prefix, name);
  return name;
}

/** The log takes no more than a burst; the drop holds for all. */
function denial(name: string, prefix: string): readonly string[] {
  return chain(name, [
    `limit rate 500/second burst 500 packets log prefix "${prefix}" group ${DENIAL_GROUP}`,
    'drop',
  ]);
}
