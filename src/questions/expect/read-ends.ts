import { parseSelector, SELECTOR_FORMS, type Selector } from '../../reach/index.ts';
import type { End } from './expectation.ts';
import type { WrittenEnds } from './schema.ts';

/** What is wrong with a set of ends, and which of several it is. */
export interface EndProblem {
  /** Steps from the side to the end. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly hint: string;
}

export type Role = 'sends' | 'receives';

/** What only receives: nothing sets out there. */
const RECEIVERS: readonly Selector['kind'][] = [
  'names',
  'service',
  'private-endpoint',
  'public-ip',
];

/** The ends of one side, with whatever is wrong with each. */
export function readEnds(
  written: WrittenEnds,
  role: Role,
): { readonly ends: readonly End[]; readonly problems: readonly EndProblem[] } {
  const list = Array.isArray(written) ? written : [written];
  const ends: End[] = [];
  const problems: EndProblem[] = [];
  for (const [index, one] of list.entries()) {
    const path = Array.isArray(written) ? [index] : [];
    const end = typeof one === 'string' ? { kind: 'selector' as const, text: one } : labelled(one);
    const wrong = problemOf(end, role);
    if (wrong === undefined) ends.push(end);
    else problems.push({ path, ...wrong });
  }
  return { ends, problems };
}

/** The ends on one line. */
export function endsText(ends: readonly End[]): string {
  return ends.map(({ text }) => text).join(', ');
}

function labelled(one: Exclude<WrittenEnds, string | unknown[]>): End {
  const labels = [
    ...(one.app === undefined ? [] : [['app', one.app] as const]),
    ...Object.entries(one.labels ?? {}),
  ];
  const ports = one.ports === undefined ? '' : `:${one.ports}`;
  const words = labels.map(([key, value]) => `${key}=${value}`);
  const text = `ns:${one.namespace}${words.length === 0 ? '' : ` (${words.join(',')})`}${ports}`;
  return { kind: 'labels', namespace: one.namespace, labels, ports, text };
}

function problemOf(end: End, role: Role): Omit<EndProblem, 'path'> | undefined {
  const text = end.kind === 'selector' ? end.text : `ns:${end.namespace}${end.ports}`;
  const parsed = parseSelector(text);
  if (parsed.kind === 'problem') return { message: parsed.message, hint: parsed.hint };
  const { selector } = parsed;
  if (role === 'receives') {
    if (selector.kind !== 'service') return undefined;
    return {
      message: `\`${text}\` is a Service: name the pods behind it`,
      hint: 'deploy:NAMESPACE/NAME:PORT with the port of the pod',
    };
  }
  if (RECEIVERS.includes(selector.kind)) {
    return { message: `\`${text}\` cannot send: it only receives`, hint: SELECTOR_FORMS };
  }
  if (selector.ports === undefined && selector.protocol === undefined) return undefined;
  return {
    message: `\`${text}\` has ports, and it sends: ports belong to the receiving side`,
    hint: 'write the ports in `to`',
  };
}
