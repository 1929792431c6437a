/** Pods as a page of intent names them. */
export interface Pods {
  readonly namespace: string;
  readonly app?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** An entry of `egress:` in a page of intent (docs/perimeter.md). */
export interface LearnedEgress {
  readonly name: string;
  readonly from: Pods | 'nodes';
  readonly to: readonly string[];
  readonly why: string;
}

const NAME_MAX = 32;

/** A name that rules and policies can have: of the workload, made distinct where two would be one. */
export function intentName(from: Pods | 'nodes', taken: Set<string>): string {
  const wanted =
    from === 'nodes'
      ? 'learned-nodes'
      : `learned-${from.namespace}-${from.app ?? Object.values(from.labels ?? {})[0] ?? 'all'}`;
  const base = wanted
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .slice(0, NAME_MAX)
    .replace(/-+$/, '');
  for (let number = 1; ; number += 1) {
    const end = number === 1 ? '' : `-${number}`;
    const name = `${base.slice(0, NAME_MAX - end.length)}${end}`;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}
