import type { LabLink } from '../plan/lab-plan.ts';
import type { LatencyBy } from './latency.ts';
import type { RunPlan } from './run-plan.ts';

/** Something that is broken on purpose. */
export interface Failure {
  /** As the person named it: `firewall`, `zone:2`, `node-0`, `fabric--pod-3`. */
  readonly what: string;
  /** Share of packets that are lost; 100 is all. */
  readonly lossPercent: number;
  /** What the places below send arrives so much later; on a cable, what passes it either way. */
  readonly latencyMilliseconds?: number;
  /** Who holds it back; the lab says so. */
  readonly latencyBy?: LatencyBy;
  readonly cuts: readonly Cut[];
}

/** Where packets are lost: everything of a namespace, of one interface, or of one service port of it. */
export interface Cut {
  readonly host: string;
  readonly interface?: string;
  readonly port?: number;
}

export type FoundCuts =
  | { readonly kind: 'found'; readonly cuts: readonly Cut[] }
  | { readonly kind: 'unknown'; readonly known: readonly string[] };

const TABLE = 'sallyport_failure';
/** Before everything else of a namespace, connection tracking included. */
const PRIORITY = -450;

/** What `lab fail` takes: words for kinds of things, a host, or a cable by its two hosts. */
export function cutsOf(plan: RunPlan, what: string): FoundCuts {
  const hosts = new Map(plan.hosts.map((host) => [host.name, host]));
  const ends = new Map(plan.ends.map((end) => [end.name, end.host]));
  const known = knownFailures(plan);
  const cuts = [...(known.get(what) ?? [])];
  const alike = plan.ends.filter(({ name }) => name.endsWith(`/${what}`));
  const only = alike.length === 1 ? alike[0]?.host : undefined;
  const host = hosts.get(what)?.name ?? ends.get(what) ?? only;
  if (cuts.length === 0 && host !== undefined) cuts.push({ host });
  if (cuts.length === 0) cuts.push(...cableNamed(plan.links, what, ends));
  return cuts.length === 0
    ? { kind: 'unknown', known: [...known.keys()] }
    : { kind: 'found', cuts };
}

/** For people who named something that is not there. */
export function unknownThing(what: string, known: readonly string[]): string {
  return `nothing in this lab is called \`${what}\`; ${[...known, 'a host', 'HOST--HOST'].join(', ')}`;
}

/** Words that mean something in this lab, and what each cuts. */
export function knownFailures(plan: RunPlan): ReadonlyMap<string, readonly Cut[]> {
  const found = new Map<string, readonly Cut[]>();
  const add = (what: string, cuts: readonly Cut[]) => {
    if (cuts.length > 0) found.set(what, cuts);
  };
  const named = (test: RegExp) =>
    plan.processes.filter((one) => test.test(one.command[0] ?? '') || test.test(one.name));
  add('firewall', plan.hosts.filter(({ kind }) => kind === 'appliance').map(wholly));
  add(
    'dns',
    hostsOf(named(/\bdns\b|dns-/)).map((host) => ({ host, port: 53 })),
  );
  add('ingress', [
    ...plan.hosts.filter(({ kind }) => kind === 'application-gateway').map(wholly),
    ...hostsOf(named(/nginx|ingress/))
      .filter((name) => plan.hosts.some((host) => host.name === name && host.kind === 'pod'))
      .map((host) => ({ host })),
  ]);
  const zones = [...new Set(plan.hosts.flatMap(({ zone }) => zone ?? []))].sort();
  for (const zone of zones) {
    add(`zone:${zone}`, plan.hosts.filter((host) => host.zone === zone).map(wholly));
  }
  return found;
}

/** The ruleset of a namespace with these failures; without any, it removes the table. */
export function failureRules(host: string, failures: readonly Failure[]): string {
  const rules = failures.flatMap(({ cuts, lossPercent }) =>
    cuts.filter((cut) => cut.host === host && lossPercent > 0).map((cut) => ({ cut, lossPercent })),
  );
  const head = `table inet ${TABLE}\ndelete table inet ${TABLE}\n`;
  if (rules.length === 0) return head;
  const chain = (name: string, hook: string, direction: 'iifname' | 'oifname') =>
    [
      `  chain ${name} {`,
      `    type filter hook ${hook} priority ${PRIORITY}; policy accept;`,
      `    ${direction} "lo" accept`,
      ...rules.map((rule) => `    ${ruleOf(rule.cut, rule.lossPercent, direction)}`),
      '  }',
    ].join('\n');
  return `${head}table inet ${TABLE} {
${chain('arriving', 'prerouting', 'iifname')}
${chain('leaving', 'postrouting', 'oifname')}
}
`;
}

function ruleOf(cut: Cut, lossPercent: number, direction: 'iifname' | 'oifname'): string {
  const where = cut.interface === undefined ? '' : `${direction} "${cut.interface}" `;
  // Answers of a service leave from the port that questions came to.
  const side = direction === 'iifname' ? 'dport' : 'sport';
  const port = cut.port === undefined ? '' : `meta l4proto { tcp, udp } th ${side} ${cut.port} `;
  const chance = lossPercent >= 100 ? '' : `numgen random mod 100 < ${lossPercent} `;
  return `${where}${port}${chance}counter drop`;
}

function cableNamed(
  links: readonly LabLink[],
  what: string,
  ends: ReadonlyMap<string, string>,
): readonly Cut[] {
  const [one, other] = what.split('--').map((name) => ends.get(name) ?? name);
  return links.flatMap(({ ends: [a, b] }) =>
    (a.host === one && b.host === other) || (a.host === other && b.host === one)
      ? [{ host: a.host, interface: a.interface }]
      : [],
  );
}

function hostsOf(processes: readonly { readonly host: string }[]): readonly string[] {
  return [...new Set(processes.map(({ host }) => host))];
}

function wholly({ name }: { readonly name: string }): Cut {
  return { host: name };
}
