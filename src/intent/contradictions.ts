import type { PagePath } from './places.ts';
import type { Problem } from './problem.ts';
import type { WrittenEnds } from './schema/expectation.ts';
import type { Perimeter } from './schema/page.ts';
import type { WrittenPods } from './schema/words.ts';
import { parseTarget } from './target.ts';

/**
 * Entries that say yes and no of the same pair in so many words. What follows only from both together is for the proof of
 * `expect`, which has a witness.
 */
export function contradictions(page: Perimeter): readonly Problem[] {
  const allowed = [...allowedInside(page), ...allowedOutside(page)];
  return (page.expect ?? []).flatMap(({ never }, index): readonly Problem[] => {
    if (never === undefined || never.unless !== undefined) return [];
    const from = endsOf(never.from);
    const to = endsOf(never.to);
    return allowed
      .filter((one) => from.some((end) => one.from.has(end)) && to.some((end) => one.to.has(end)))
      .map((one) => ({
        code: 'intent/contradiction' as const,
        severity: 'error' as const,
        path: one.path,
        message: `\`${one.text}\` is allowed here and must never arrive by an entry of \`expect\``,
        hint: 'remove one of the two',
        otherPath: ['expect', index],
      }));
  });
}

interface Allowed {
  readonly path: PagePath;
  readonly text: string;
  /** Every way in which an expectation may name the sender, word for word. */
  readonly from: ReadonlySet<string>;
  readonly to: ReadonlySet<string>;
}

function allowedInside(page: Perimeter): readonly Allowed[] {
  return (page.allow ?? []).map(({ from, to, ports }, index) => ({
    path: ['allow', index],
    text: `${labelOf(from)} → ${labelOf(to)}`,
    from: wordsFor(from, []),
    to: wordsFor(to, ports.map(String)),
  }));
}

function allowedOutside(page: Perimeter): readonly Allowed[] {
  return (page.egress ?? []).flatMap(({ from, to }, index) => {
    const list = typeof to === 'string' ? [to] : to;
    return list.flatMap((text): readonly Allowed[] => {
      const target = parseTarget(text);
      if (typeof target === 'string') return [];
      const end =
        target.kind === 'name'
          ? target.name
          : target.kind === 'range'
            ? target.prefix
            : `tag:${target.tag}`;
      const ports = target.ports.map(({ port }) => `${end}:${port}`);
      return [
        {
          path: ['egress', index],
          text: `${from === 'nodes' ? from : labelOf(from)} → ${text}`,
          from: from === 'nodes' ? new Set(['nodes']) : wordsFor(from, []),
          to: new Set([end, text, ...ports, ...(target.kind === 'name' ? ['internet'] : [])]),
        },
      ];
    });
  });
}

function labelOf({ namespace, app }: WrittenPods): string {
  return app === undefined ? namespace : `${namespace}/${app}`;
}

function wordsFor({ namespace, app }: WrittenPods, ports: readonly string[]): ReadonlySet<string> {
  const whole = [
    'pods',
    `ns:${namespace}`,
    `labels ${namespace} `,
    ...(app === undefined ? [] : [`deploy:${namespace}/${app}`, `labels ${namespace} ${app}`]),
  ];
  return new Set([...whole, ...whole.flatMap((word) => ports.map((port) => `${word}:${port}`))]);
}

function endsOf(written: WrittenEnds): readonly string[] {
  const list = Array.isArray(written) ? written : [written];
  return list.flatMap((end) => {
    if (typeof end === 'string') return [end];
    // Labels beside `app` narrow the set: that is for the proof.
    if (end.labels !== undefined) return [];
    const ports = end.ports === undefined ? '' : `:${end.ports}`;
    return [`labels ${end.namespace} ${end.app ?? ''}${ports}`];
  });
}
