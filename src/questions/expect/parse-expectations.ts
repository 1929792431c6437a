import type { Diagnostic, Parsed, Place } from '../../diagnostics/index.ts';
import { isPage } from '../../intent/index.ts';
import { parseSelector } from '../../reach/index.ts';
import { itemsOf, member, objectValue, toJson, type Value } from '../../values/index.ts';
import {
  type Claim,
  type End,
  EXPECTATION_KINDS,
  type Exception,
  type Expectation,
  type ExpectationKind,
  type Unless,
} from './expectation.ts';
import { endsText, type Role, readEnds } from './read-ends.ts';
import {
  EXPECT_SCHEMA,
  EXPECTATION_SCHEMA,
  type WrittenEnds,
  type WrittenExpectation,
} from './schema.ts';
import { problemsOf, type SchemaProblem } from './schema-problems.ts';

type Report = (path: readonly PropertyKey[], message: string, hint?: string) => void;

const MORE = 'docs/expect.md says what may be written';

/**
 * Reads the `expect:` block of `perimeter.yaml`. Entries that are wrong are reported at their place and left out; the rest counts.
 */
export function parseExpectations(value: Value): Parsed<readonly Expectation[]> {
  // An empty file expects nothing.
  if (value.kind === 'null') return { value: [], diagnostics: [] };
  const diagnostics: Diagnostic[] = [];
  const tell = (problem: SchemaProblem) => diagnostics.push(wrong(value, problem));
  for (const problem of problemsOf(EXPECT_SCHEMA, toJson(onlyExpect(value)))) tell(problem);

  const expectations: Expectation[] = [];
  for (const [index, item] of itemsOf(member(value, 'expect')).entries()) {
    const read = EXPECTATION_SCHEMA.safeParse(toJson(item));
    if (!read.success) continue;
    const path = ['expect', index];
    const before = diagnostics.length;
    const report: Report = (more, message, hint = MORE) =>
      tell({ path: [...path, ...more], message, hint });
    const claim = claimOf(read.data, report);
    if (claim === undefined || diagnostics.length > before) continue;
    const text = textOf(claim);
    const { name = text, why } = read.data;
    const first = expectations.find((other) => other.name === name);
    if (first !== undefined) {
      report(
        read.data.name === undefined ? [claim.kind] : ['name'],
        `\`${name}\` is there twice`,
        'each name stands for one expectation; the first one counts',
      );
      continue;
    }
    expectations.push({ name, text, at: item.at, ...(why === undefined ? {} : { why }), ...claim });
  }
  return { value: expectations, diagnostics };
}

/** The rest of a page that also describes a perimeter is read with it (src/importers/perimeter-yaml). */
function onlyExpect(value: Value): Value {
  if (value.kind !== 'object' || !isPage(value)) return value;
  const expect = value.members.get('expect');
  return objectValue(value.at, expect === undefined ? [] : [expect]);
}

function claimOf(written: WrittenExpectation, report: Report): Claim | undefined {
  const kinds = EXPECTATION_KINDS.filter((kind) => written[kind] !== undefined);
  const [kind, second] = kinds;
  if (kind === undefined || second !== undefined) {
    report(
      second === undefined ? [] : [second],
      kind === undefined
        ? 'an expectation says nothing'
        : `an expectation says \`${kind}\` and \`${second}\``,
      `write one of ${EXPECTATION_KINDS.join(', ')}; two expectations are two entries`,
    );
    return undefined;
  }
  return READERS[kind](written, report);
}

const READERS: Readonly<
  Record<ExpectationKind, (written: WrittenExpectation, report: Report) => Claim | undefined>
> = {
  never: ({ never }, report) =>
    never && { kind: 'never', ...sides(never, ['never'], report), unless: unlessOf(never) },
  only: ({ only }, report) => {
    if (only === undefined) return undefined;
    for (const [index, text] of only.flows.entries()) {
      const parsed = parseSelector(text);
      if (parsed.kind === 'problem') report(['only', 'flows', index], parsed.message, parsed.hint);
    }
    const unless = unlessOf(only);
    return { kind: 'only', ...sides(only, ['only'], report), flows: only.flows, unless };
  },
  always: ({ always }, report) =>
    always === 'aks-dependencies'
      ? { kind: 'always', dependencies: true }
      : always && { kind: 'always', ...sides(always, ['always'], report) },
  symmetric: ({ symmetric }, report) =>
    symmetric === 'all'
      ? { kind: 'symmetric', everything: true }
      : symmetric && { kind: 'symmetric', ...sides(symmetric, ['symmetric'], report) },
  isolated: ({ isolated }, report) => {
    if (isolated === undefined) return undefined;
    if (typeof isolated === 'string') {
      return { kind: 'isolated', namespace: isolated.replace(/^ns:/, ''), except: [] };
    }
    const except = (isolated.except ?? []).map((one, index): Exception => {
      const path = ['isolated', 'except', index];
      const exception = sides(one, path, report);
      for (const side of ['from', 'to'] as const) {
        const other = exception[side].find((end) => !isPods(end));
        if (other === undefined) continue;
        report([...path, side], `\`${other.text}\` is no pods`, 'write ns:…, deploy:… or label:…');
      }
      return exception;
    });
    return { kind: 'isolated', namespace: isolated.namespace, except };
  },
};

function sides(
  written: { readonly from: WrittenEnds; readonly to: WrittenEnds },
  path: readonly PropertyKey[],
  report: Report,
): { readonly from: readonly End[]; readonly to: readonly End[] } {
  const read = (side: 'from' | 'to', role: Role): readonly End[] => {
    const { ends, problems } = readEnds(written[side], role);
    for (const problem of problems) {
      report([...path, side, ...problem.path], problem.message, problem.hint);
    }
    return ends;
  };
  return { from: read('from', 'sends'), to: read('to', 'receives') };
}

function unlessOf(written: {
  readonly unless?: { readonly via: string | string[] } | undefined;
}): Unless {
  const via = written.unless?.via ?? [];
  return { via: (Array.isArray(via) ? via : [via]).map((one) => one.toLowerCase()) };
}

function isPods(end: End): boolean {
  if (end.kind === 'labels') return true;
  const parsed = parseSelector(end.text);
  return parsed.kind === 'selector' && parsed.selector.kind === 'pods';
}

function textOf(claim: Claim): string {
  switch (claim.kind) {
    case 'never':
      return `never ${arrow(claim)}${unlessText(claim.unless)}`;
    case 'only':
      return `only ${arrow(claim)}: ${claim.flows.join(', ') || 'nothing'}${unlessText(claim.unless)}`;
    case 'always':
      return 'dependencies' in claim ? 'always aks-dependencies' : `always ${arrow(claim)}`;
    case 'symmetric':
      return 'everything' in claim ? 'symmetric all' : `symmetric ${arrow(claim)}`;
    case 'isolated':
      return `isolated ${claim.namespace}`;
  }
}

function arrow({
  from,
  to,
}: {
  readonly from: readonly End[];
  readonly to: readonly End[];
}): string {
  return `${endsText(from)} → ${endsText(to)}`;
}

function unlessText({ via }: Unless): string {
  return via.length === 0 ? '' : `, unless via ${via.join(' or ')}`;
}

function wrong(value: Value, { path, message, hint = MORE }: SchemaProblem): Diagnostic {
  const at: Place = placeOf(value, path);
  return { code: 'expect/invalid', severity: 'error', message, at, hint };
}

/** The place of the deepest part of `path` that is written. */
function placeOf(value: Value, path: readonly PropertyKey[]): Place {
  let here = value;
  for (const step of path) {
    const next = typeof step === 'number' ? itemsOf(here)[step] : member(here, String(step));
    if (next === undefined) break;
    here = next;
  }
  return here.at;
}
