import type { z } from 'zod';
import type { Parsed } from '../diagnostics/index.ts';
import { nearest } from '../diagnostics/nearest.ts';
import { isUnknown, member, toJson, type Value } from '../values/index.ts';
import { type PagePath, type Places, placesIn } from './places.ts';
import { diagnosed, type Problem } from './problem.ts';
import { EXPECTATION_SCHEMA } from './schema/expectation.ts';
import { PERIMETER_SCHEMA, type Perimeter } from './schema/page.ts';

/** Enough to work with: a page that is wrong everywhere was meant for something else. */
const PROBLEMS_MAX = 50;

/**
 * A page as it is written, checked against the schema. `undefined` when it is none, and when it only expects. Faults in
 * `expect:` are told by whoever judges it; here they only must not hide the page.
 */
export function readPage(value: Value): Parsed<Perimeter | undefined> {
  const places = placesIn(value);
  if (isUnknown(value) || value.kind !== 'object') {
    const problem: Problem = {
      code: 'intent/invalid',
      severity: 'error',
      path: [],
      message: 'the page is no mapping of sections',
      hint: HINT,
    };
    return { value: undefined, diagnostics: diagnosed([problem], places) };
  }
  const json = toJson(value) as Readonly<Record<string, unknown>>;
  const { expect, ...page } = json;
  if (Object.keys(page).length === 0) return { value: undefined, diagnostics: [] };
  const { page: read, problems } = checkPage({ ...page, ...readableExpect(expect) });
  const bare: Places = (path) => {
    // What is missing is no default.
    const { source, offset } = places(path);
    return { source, offset };
  };
  const diagnostics = [...diagnosed(problems, bare)];
  diagnostics.sort((a, b) => (a.at?.offset ?? 0) - (b.at?.offset ?? 0));
  return { value: read, diagnostics };
}

/** Does a mapping describe a perimeter, or want to? One that only expects does not. */
export function isPage(value: Value): boolean {
  const keys = Object.keys(PERIMETER_SCHEMA.shape).filter((key) => key !== 'expect');
  return keys.some((key) => member(value, key) !== undefined);
}

/** The same for plain JSON, as code builds it. */
export function checkPage(json: unknown): {
  readonly page: Perimeter | undefined;
  readonly problems: readonly Problem[];
} {
  const { data, error } = PERIMETER_SCHEMA.safeParse(json);
  const problems = (error?.issues ?? []).flatMap((issue) => problemsIn(issue, []));
  // A misspelt key is also missing under its right name: that is one mistake.
  const meant = new Set(
    problems.flatMap(({ hint }) => /^did you mean `(.+)`\?$/.exec(hint ?? '')?.[1] ?? []),
  );
  const kept = problems.filter(
    ({ message, path }) => !(message.endsWith('is missing') && meant.has(String(path.at(-1)))),
  );
  return { page: data, problems: kept.slice(0, PROBLEMS_MAX) };
}

const HINT = 'docs/perimeter.md says what may be written';

/** Entries of `expect` that can be read: contradictions with the page are looked for in them. */
function readableExpect(expect: unknown): { readonly expect?: readonly unknown[] } {
  if (!Array.isArray(expect)) return {};
  return { expect: expect.filter((one) => EXPECTATION_SCHEMA.safeParse(one).success) };
}

type Issue = z.core.$ZodIssue;

function problemsIn(issue: Issue, above: PagePath): readonly Problem[] {
  const path = [...above, ...issue.path.map((step) => (typeof step === 'symbol' ? '' : step))];
  const invalid = (at: PagePath, message: string, hint = HINT): Problem => ({
    code: 'intent/invalid',
    severity: 'error',
    path: at,
    message,
    hint,
  });
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(path);
    return issue.keys.map((key) => {
      const [close] = nearest(key, known);
      const here = path.length === 0 ? 'the page' : `\`${nameOf(path)}\``;
      return invalid(
        [...path, key],
        `\`${key}\` is no key of ${here}`,
        close === undefined ? `it has ${known.join(', ')}` : `did you mean \`${close}\`?`,
      );
    });
  }
  if (issue.code === 'invalid_union') {
    // A form whose own type does not fit was not meant; what is wrong inside the others is.
    const meant = issue.errors.filter(
      (branch) => !branch.some(({ code, path: at }) => isForm(code) && at.length === 0),
    );
    const [closest] = [...meant].sort((a, b) => a.length - b.length);
    if (closest !== undefined) return closest.flatMap((inner) => problemsIn(inner, path));
    return [invalid(path, `\`${nameOf(path)}\` has none of the forms it may have`)];
  }
  if (issue.code === 'invalid_value') {
    const choices = issue.values.map(String);
    return [
      invalid(path, `\`${nameOf(path)}\` is none of its values`, `write ${choices.join(', ')}`),
    ];
  }
  if (issue.code === 'invalid_type') {
    // Nothing there reads as `undefined`: say that it is missing.
    const isMissing = /received undefined/.test(issue.message);
    return [
      invalid(
        path,
        isMissing
          ? `\`${nameOf(path)}\` is missing`
          : `\`${nameOf(path)}\` must be ${article(issue.expected)}`,
      ),
    ];
  }
  return [invalid(path, `\`${nameOf(path)}\`: ${issue.message}`)];
}

function isForm(code: Issue['code']): boolean {
  return code === 'invalid_type' || code === 'invalid_value';
}

const TYPES: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'a mapping',
  record: 'a mapping',
  string: 'text',
};

function article(expected: string): string {
  return TYPES[expected] ?? expected;
}

function nameOf(path: PagePath): string {
  return path.length === 0 ? 'the page' : path.join('.');
}

interface Shape {
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly element?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
  readonly unwrap?: () => z.core.$ZodType;
}

/** The keys a mapping at that path may have. */
function keysAt(path: PagePath): readonly string[] {
  let here: readonly z.core.$ZodType[] = [PERIMETER_SCHEMA];
  for (const step of path) {
    here = here.flatMap(formsOf).flatMap((form) => {
      const { shape, element } = form as unknown as Shape;
      const next = typeof step === 'number' ? element : shape?.[step];
      return next === undefined ? [] : [next];
    });
  }
  return [
    ...new Set(
      here.flatMap(formsOf).flatMap((form) => Object.keys((form as unknown as Shape).shape ?? {})),
    ),
  ];
}

/** A type without its wrappers: an optional one is what it wraps, a union is its members. */
function formsOf(type: z.core.$ZodType): readonly z.core.$ZodType[] {
  const { options, unwrap } = type as unknown as Shape;
  if (options !== undefined) return options.flatMap(formsOf);
  const { type: kind } = (type as { readonly _zod: { readonly def: { readonly type: string } } })
    ._zod.def;
  return kind === 'optional' && unwrap !== undefined ? formsOf(unwrap.call(type)) : [type];
}
