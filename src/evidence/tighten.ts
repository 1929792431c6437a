import type { Diagnostic } from '../diagnostics/index.ts';
import type { LogEngine } from '../logs/engine.ts';
import { needsOf } from '../logs/questions/needed-egress.ts';
import type { ApplicationRule, NetworkRule } from '../model/index.ts';
import type { FirewallPlacement, Network } from '../network/index.ts';
import type { Change } from '../questions/check/index.ts';
import { isUnknown } from '../values/index.ts';
import { type Confidence, confidenceIn } from './confidence.ts';
import { type Asked, DAY, type Span, spanOf } from './coverage.ts';
import { askLoggedFlows, type LoggedFlow } from './logged-flows.ts';
import { narrowApplicationRule } from './narrow-application-rule.ts';
import { narrowNetworkRule } from './narrow-network-rule.ts';
import { NARROWING, type NarrowingLimits, type NarrowRule } from './narrowing.ts';
import { changesOf } from './rule-changes.ts';
import { type NamedRule, namedRules, ruleFinder } from './written-rules.ts';

/** A rule, and the narrower ones that explain what it was used for. */
export interface Tightening {
  readonly rule: NamedRule;
  /** Why it is called broad, as phrases. */
  readonly broad: readonly string[];
  readonly records: number;
  readonly flows: readonly LoggedFlow[];
  readonly becomes: readonly NarrowRule[];
  readonly kept: readonly string[];
  readonly confidence: Confidence;
  /** Into the person's own file. */
  readonly changes: readonly Change[];
}

export interface TightenAnswer {
  readonly firewall: string;
  readonly days: number;
  readonly span?: Span;
  readonly tightenings: readonly Tightening[];
  /** Broad rules that are left as they are. */
  readonly left: readonly { readonly rule: NamedRule; readonly why: string }[];
  /** Everything the firewall let through in the window: what must still pass afterwards. */
  readonly allowed: readonly LoggedFlow[];
  readonly isCut: boolean;
}

export interface TightenOptions extends Asked {
  readonly engine: LogEngine;
  readonly network: Network;
  readonly placement: FirewallPlacement;
  readonly firewall?: string;
  /** Only rules whose name holds this, whatever the case. */
  readonly rule?: string;
  /** Also rules that are not broad. */
  readonly isForAll?: boolean;
  readonly limits?: NarrowingLimits;
  readonly said?: Diagnostic[];
}

/** For every broad rule the narrowest rules that explain what it was used for. */
export async function tighten(options: TightenOptions): Promise<TightenAnswer> {
  const { engine, network, placement, until, firewall, said } = options;
  const covered = await spanOf(engine, ['network', 'application'], options);
  const nothing = { firewall: placement.firewall.name, tightenings: [], left: [], allowed: [] };
  if (covered === undefined) return { ...nothing, days: options.days, isCut: false };
  const { span, completeness } = covered;
  const empty = { ...nothing, days: Math.round((span.to - span.from) / (DAY / 10)) / 10 };
  const window = {
    from: new Date(span.from / 1000).toISOString(),
    ...(until === undefined ? {} : { to: until }),
  };
  const { flows, isCut } = await askLoggedFlows(
    engine,
    {
      window,
      logs: ['network', 'application'],
      ...(firewall === undefined ? {} : { firewall }),
    },
    said,
  );
  const allowed = flows.filter(({ action }) => /^allow$/i.test(action));
  const rules = namedRules(placement);
  const byRule = flowsByRule(allowed, rules);
  const tightenings: Tightening[] = [];
  const left: { rule: NamedRule; why: string }[] = [];
  const isNeeded = neededNames(network);
  for (const rule of rules) {
    if (!isAsked(rule, options)) continue;
    const broad = broadnessOf(rule);
    if (broad.length === 0 && options.isForAll !== true) continue;
    const own = byRule.get(rule) ?? [];
    if (own.length === 0) {
      left.push({
        rule,
        why: 'not used in the window: `sallyport rules --logs` says whether it can go',
      });
      continue;
    }
    if (isCut) {
      left.push({ rule, why: 'there are more kinds of flows than are read: ask for fewer days' });
      continue;
    }
    const limits = options.limits ?? NARROWING;
    const narrowed =
      rule.type === 'network'
        ? narrowNetworkRule(rule.rule as NetworkRule, own, network, limits)
        : narrowApplicationRule(rule.rule as ApplicationRule, own, network, limits, isNeeded);
    if (narrowed.kind === 'left') {
      left.push({ rule, why: narrowed.why });
      continue;
    }
    const changes = changesOf(rule, narrowed.rules);
    if (changes.length === 0) {
      left.push({ rule, why: 'all that it allows was used' });
      continue;
    }
    tightenings.push({
      ...{ rule, broad, flows: own, becomes: narrowed.rules, kept: narrowed.kept, changes },
      records: own.reduce((sum, { records }) => sum + records, 0),
      confidence: confidenceIn(own, rule.type as 'network', span, completeness),
    });
  }
  return { ...empty, span, tightenings, left, allowed, isCut };
}

/** Rules that allow, and nothing else: a narrower deny would open. */
function isAsked({ type, name, collection }: NamedRule, { rule }: TightenOptions): boolean {
  if (type === 'dnat' || collection.kind === 'dnat' || collection.kind === 'unknown') return false;
  if (collection.action !== 'Allow') return false;
  return rule === undefined || name.toLowerCase().includes(rule.toLowerCase());
}

function flowsByRule(flows: readonly LoggedFlow[], rules: readonly NamedRule[]) {
  const findRule = ruleFinder(rules);
  const byRule = new Map<NamedRule, LoggedFlow[]>();
  for (const flow of flows) {
    const rule = findRule(flow.by, flow.log === 'network' ? 'network' : 'application');
    if (rule === undefined) continue;
    const own = byRule.get(rule);
    if (own === undefined) byRule.set(rule, [flow]);
    else own.push(flow);
  }
  return byRule;
}

function neededNames(network: Network): (name: string) => boolean {
  const find = needsOf(network, network.perimeter.snapshot.datasets);
  return (target) =>
    find({ target, port: 443, protocol: 'HTTPS' }) !== undefined ||
    find({ target, port: 80, protocol: 'HTTP' }) !== undefined;
}

const PORTS_MAX = 16;

/** What makes a rule broad. */
export function broadnessOf({ rule, type }: NamedRule): readonly string[] {
  const why: string[] = [];
  if (rule.sources.addresses.some(({ kind }) => kind === 'any')) why.push('from every source');
  if (type === 'application') {
    const { targetFqdns, webCategories } = rule as ApplicationRule;
    const wild = targetFqdns.flatMap((one) =>
      !isUnknown(one) && one.text.includes('*') ? [one.text] : [],
    );
    if (wild.length > 0) why.push(`to ${wild.slice(0, 3).join(', ')}`);
    if (webCategories.length > 0) why.push('to whole categories of names');
    return why;
  }
  if (type === 'dnat') return [];
  const { protocols, destinationAddresses, destinationPorts } = rule as NetworkRule;
  if (protocols.includes('Any')) why.push('every protocol');
  if (destinationAddresses.some(({ kind }) => kind === 'any')) why.push('to every address');
  const wide = destinationAddresses.flatMap((term) =>
    term.kind === 'range' && isWide(term.range) ? [term.text] : [],
  );
  if (wide.length > 0) why.push(`to ${wide.slice(0, 3).join(', ')}`);
  if (!isUnknown(destinationPorts)) {
    const count = destinationPorts.reduce(
      (sum, bound, at) => (at % 2 === 0 ? sum - bound + 1 : sum + bound),
      0,
    );
    if (count > PORTS_MAX) why.push(`${count} ports`);
  }
  return why;
}

function isWide(range: { readonly low: number | bigint; readonly high: number | bigint }): boolean {
  return BigInt(range.high) - BigInt(range.low) > 255n;
}
