import type { Network } from '../../network/index.ts';
import type { Value } from '../../values/index.ts';
import { compare } from '../diagram/sketch.ts';
import type { DocumentFinding } from './document-options.ts';
import { bullets, code, prose } from './markdown.ts';

const ITEMS_MAX = 40;
const VALUES_MAX = 5_000_000;

/** What this page does not know: unknown values, what is not modelled, what could not be read, and what check found. */
export function limitsPage(
  { perimeter }: Network,
  findings: readonly DocumentFinding[] | undefined,
): readonly string[] {
  const missing = unknowns(
    perimeter.snapshot.resources.values(),
    perimeter.snapshot.objects.values(),
  );
  const perhaps = [...perimeter.snapshot.resources.values()].flatMap(({ name, exists }) =>
    exists === undefined
      ? []
      : [`${code(name)} exists under a condition: ${prose(exists.missing)}`],
  );
  const gaps = new Map(
    [...perimeter.snapshot.gaps, ...perimeter.gaps].map(({ what, why }) => [what, why]),
  );
  const errors = [...perimeter.snapshot.diagnostics, ...perimeter.diagnostics].filter(
    ({ severity }) => severity === 'error',
  );
  return [
    '## What this page does not know',
    '',
    ...(missing.length === 0
      ? ['Every value of the input is known.', '']
      : [
          'Values that the input does not say. Nothing above takes them for empty, open or closed:',
          '',
          ...bullets(shortened(missing.map(prose), 'values')),
        ]),
    ...bullets(shortened([...new Set(perhaps)].sort(compare), 'resources')),
    ...(gaps.size === 0
      ? []
      : [
          'Seen in the input and not modelled:',
          '',
          ...bullets(
            shortened(
              [...gaps]
                .sort(([a], [b]) => compare(a, b))
                .map(([what, why]) => `${code(what)}${why === '' ? '' : `: ${prose(why)}`}`),
              'kinds',
            ),
          ),
        ]),
    ...(errors.length === 0
      ? []
      : [
          'Could not be read:',
          '',
          ...bullets(
            shortened(
              errors.map(({ message }) => prose(message)),
              'problems',
            ),
          ),
        ]),
    ...(findings === undefined
      ? []
      : [
          findings.length === 0
            ? '`sallyport check` finds nothing to repair.'
            : '`sallyport check` finds:',
          '',
          ...bullets(
            shortened(
              findings.map(
                ({ check, severity, message }) => `${severity} ${code(check)}: ${prose(message)}`,
              ),
              'findings',
            ),
          ),
        ]),
  ];
}

function shortened(items: readonly string[], what: string): readonly string[] {
  const left = items.length - ITEMS_MAX;
  return left > 0 ? [...items.slice(0, ITEMS_MAX), `and ${left} more ${what}`] : items;
}

/** The facts that would settle what is unknown, each once, sorted. Secrets are unknown too and stay so: nothing is missing. */
function unknowns(...bodies: readonly Iterable<{ readonly body: Value }>[]): readonly string[] {
  const found = new Set<string>();
  let looked = 0;
  const visit = (value: Value): void => {
    looked += 1;
    if (looked > VALUES_MAX) return;
    if (value.kind === 'unknown') {
      if (value.reason !== 'secret') found.add(value.missing);
    } else if (value.kind === 'array') {
      for (const item of value.items) visit(item);
    } else if (value.kind === 'object') {
      for (const { value: inner } of value.members.values()) visit(inner);
    }
  };
  for (const list of bodies) for (const { body } of list) visit(body);
  return [...found].sort(compare);
}
