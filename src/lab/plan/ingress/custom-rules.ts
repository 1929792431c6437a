import type { Value } from '../../../values/index.ts';
import { literalPattern, selectorPattern } from './nginx-text.ts';
import { isPlainPattern } from './plain-pattern.ts';
import type { Note } from './waf-settings.ts';
import { flagAt, listAt, numberAt, textAt, textsAt, unknownInside } from './written.ts';

/** A custom rule that the lab enforces. Conditions are joined by AND, their values by OR (azure-networking 9.2). */
export interface CustomRule {
  /** The person's name; it stands in the log. */
  readonly name: string;
  readonly priority: number;
  readonly action: 'allow' | 'block' | 'log';
  readonly conditions: readonly Condition[];
}

export interface Condition {
  /** As Azure spells it, for the log: `RequestHeaders`. */
  readonly variable: string;
  readonly selector?: string;
  /** ModSecurity's variables, joined by `|`. */
  readonly variables: string;
  /** Operator and its argument, ready to stand between double quotes. */
  readonly test: string;
  readonly isNegated: boolean;
  readonly transforms: readonly string[];
  /** Needs the body: decided in the second phase. */
  readonly needsBody: boolean;
}

/** Rules by priority. A rule that cannot be enforced exactly is left out and said. */
export function readCustomRules(values: readonly Value[], note: Note): readonly CustomRule[] {
  return values
    .flatMap((value) => readRule(value, note) ?? [])
    .sort((a, b) => a.priority - b.priority);
}

const ACTIONS = { allow: 'allow', block: 'block', log: 'log' } as const;

function readRule(value: Value, note: Note): CustomRule | undefined {
  const name = textAt(value, 'name') ?? 'without a name';
  if (textAt(value, 'state')?.toLowerCase() === 'disabled') return undefined;
  const leaveOut = (why: string): undefined => {
    note(`custom rule ${name}`, `${why}: the rule is left out`, value.at);
  };
  const unknown = unknownInside(value);
  if (unknown !== undefined) return leaveOut(`${unknown.missing} is not known`);
  if (textAt(value, 'ruleType')?.toLowerCase() === 'ratelimitrule') {
    return leaveOut('rates are not counted');
  }
  const wanted = textAt(value, 'action')?.toLowerCase() ?? '';
  const action = Object.hasOwn(ACTIONS, wanted)
    ? ACTIONS[wanted as keyof typeof ACTIONS]
    : undefined;
  if (action === undefined) return leaveOut(`its action \`${wanted}\` is not done`);
  const conditions: Condition[] = [];
  for (const condition of listAt(value, 'matchConditions')) {
    const read = readCondition(condition);
    if (typeof read === 'string') return leaveOut(read);
    conditions.push(read);
  }
  if (conditions.length === 0) return leaveOut('it has no condition');
  return { name, priority: numberAt(value, 'priority') ?? 0, action, conditions };
}

interface Variable {
  readonly name: string;
  readonly takesSelector?: boolean;
  readonly inBody?: boolean;
}

const VARIABLES: Readonly<Record<string, Variable>> = {
  remoteaddr: { name: 'REMOTE_ADDR' },
  requestmethod: { name: 'REQUEST_METHOD' },
  querystring: { name: 'QUERY_STRING' },
  requesturi: { name: 'REQUEST_URI' },
  requestheaders: { name: 'REQUEST_HEADERS', takesSelector: true },
  requestcookies: { name: 'REQUEST_COOKIES', takesSelector: true },
  postargs: { name: 'ARGS_POST', takesSelector: true, inBody: true },
  requestbody: { name: 'REQUEST_BODY', inBody: true },
};

const TRANSFORMS: Readonly<Record<string, string>> = {
  lowercase: 'lowercase',
  uppercase: 'uppercase',
  trim: 'trim',
  urldecode: 'urlDecode',
  urlencode: 'urlEncode',
  removenulls: 'removeNulls',
  htmlentitydecode: 'htmlEntityDecode',
};

/** The condition, or why there is none. */
function readCondition(value: Value): Condition | string {
  const written = listAt(value, 'matchVariables');
  const first = written[0];
  if (first === undefined) return 'a condition has no variable';
  const found: { readonly text: string; readonly variable: Variable }[] = [];
  for (const one of written) {
    const name = textAt(one, 'variableName') ?? '';
    const variable = VARIABLES[name.toLowerCase()];
    if (variable === undefined) return `the variable \`${name}\` is not understood`;
    const selector = textAt(one, 'selector');
    const hasSelector = variable.takesSelector === true && (selector ?? '') !== '';
    const text = hasSelector ? `:/(?i)\\A${selectorPattern(selector ?? '')}\\z/` : '';
    found.push({ text: `${variable.name}${text}`, variable });
  }
  const transforms = textsAt(value, 'transforms').map((name) => TRANSFORMS[name.toLowerCase()]);
  const known = transforms.filter((name) => name !== undefined);
  if (known.length < transforms.length) return 'a transformation is not understood';
  const operator = textAt(value, 'operator')?.toLowerCase() ?? '';
  const test = testOf(operator, textsAt(value, 'matchValues'));
  if (test === undefined) return `the operator \`${operator}\` or its values are not understood`;
  const selector = textAt(first, 'selector');
  // Azure spells the member with a fault of its own, `negationConditon`.
  const isNegated = flagAt(value, 'negationConditon') ?? flagAt(value, 'negationCondition');
  return {
    variable: textAt(first, 'variableName') ?? '',
    ...(selector === undefined || selector === '' ? {} : { selector }),
    variables: found.map(({ text }) => text).join('|'),
    test,
    isNegated: isNegated === true,
    transforms: known,
    needsBody: found.some(({ variable }) => variable.inBody === true),
  };
}

function testOf(operator: string, values: readonly string[]): string | undefined {
  if (operator === 'any') return '@unconditionalMatch';
  if (values.length === 0) return undefined;
  const any = `(?:${values.map(literalPattern).join('|')})`;
  switch (operator) {
    case 'ipmatch':
      return values.every((value) => /^[0-9A-Fa-f.:]+(?:\/\d{1,3})?$/.test(value))
        ? `@ipMatch ${values.join(',')}`
        : undefined;
    case 'equal':
    case 'equals':
      return `@rx \\A${any}\\z`;
    case 'contains':
      return `@rx ${any}`;
    case 'beginswith':
      return `@rx \\A${any}`;
    case 'endswith':
      return `@rx ${any}\\z`;
    case 'regex':
      return patternsTest(values);
    case 'lessthan':
      return numbersTest('@lt', values, Math.max);
    case 'lessthanorequal':
      return numbersTest('@le', values, Math.max);
    case 'greaterthan':
      return numbersTest('@gt', values, Math.min);
    case 'greaterthanorequal':
      return numbersTest('@ge', values, Math.min);
    default:
      return undefined;
  }
}

/** Any of several bounds is met when the easiest is. */
function numbersTest(
  operator: string,
  values: readonly string[],
  easiest: (...numbers: readonly number[]) => number,
): string | undefined {
  const numbers = values.map(Number);
  return numbers.every(Number.isSafeInteger) ? `${operator} ${easiest(...numbers)}` : undefined;
}

function patternsTest(values: readonly string[]): string | undefined {
  return values.every(isPlainPattern)
    ? `@rx ${values.map((value) => `(?:${patternBetweenQuotes(value)})`).join('|')}`
    : undefined;
}

/** A quote would end the operator and a percent sign may begin a macro; both are written by their number. */
function patternBetweenQuotes(pattern: string): string {
  return pattern.replace(/\\(.)|["%]/gs, (whole, escaped: string | undefined) => {
    const char = escaped ?? whole;
    return char === '"' ? '\\x22' : char === '%' ? '\\x25' : whole;
  });
}
