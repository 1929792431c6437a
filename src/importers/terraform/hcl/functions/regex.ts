import { unknownAt } from '../../../arm-template/unknowns.ts';
import { type Call, type FunctionTable, plain } from '../evaluate/hcl-function.ts';
import { writtenText } from '../evaluate/unknowns.ts';
import { textOf } from '../values/convert.ts';
import { type HclValue, mapping, nullValue, sequence, textValue } from '../values/hcl-value.ts';
import { Refusal, Undecided } from '../values/refusal.ts';
import { result } from './texts.ts';

export const REGEX_FUNCTIONS: FunctionTable = {
  regex: plain(2, 2, ([pattern, text], call) => {
    const subject = textOf(text!);
    const match = compiled(textOf(pattern!), '', subject, call).exec(subject);
    if (match === null) throw new Refusal('the pattern does not match');
    return groupsOf(match, call);
  }),
  regexall: plain(2, 2, ([pattern, text], call) => {
    const subject = textOf(text!);
    const found = [...subject.matchAll(compiled(textOf(pattern!), 'g', subject, call))];
    return sequence(
      'list',
      found.map((match) => groupsOf(match, call)),
      call.at,
    );
  }),
  /** A part between slashes is a pattern. */
  replace: plain(3, 3, ([text, part, replacement], call) => {
    const [subject, wanted, instead] = [textOf(text!), textOf(part!), textOf(replacement!)];
    const isPattern = wanted.length > 1 && wanted.startsWith('/') && wanted.endsWith('/');
    if (!isPattern)
      return result(
        subject.replaceAll(wanted, () => instead),
        call,
      );
    const pattern = compiled(wanted.slice(1, -1), 'g', subject, call);
    return result(
      subject.replace(pattern, (...list) => expanded(instead, list)),
      call,
    );
  }),
};

/** `$1`, `${1}`, `$name`, `$$`, as Go has them: `$1x` is the group named `1x`. */
function expanded(replacement: string, list: readonly unknown[]): string {
  const names = list.at(-1);
  const groups = (typeof names === 'object' ? names : {}) as Record<string, string | undefined>;
  return replacement.replace(
    /\$(?:\$|\{(\w+)\}|(\w+))/g,
    (whole, braced?: string, bare?: string) => {
      if (whole === '$$') return '$';
      const name = braced ?? bare ?? '';
      const found = /^\d+$/.test(name) ? list[Number(name)] : groups[name];
      return typeof found === 'string' ? found : '';
    },
  );
}

/** The whole match, or its groups: a list, or an object when they have names. */
function groupsOf(match: RegExpMatchArray, call: Call): HclValue {
  const { at } = call;
  const value = (text: string | undefined) =>
    text === undefined ? nullValue(at) : textValue(text, at);
  if (match.groups !== undefined) {
    return mapping(
      'object',
      Object.entries(match.groups).map(([name, text]) => [name, value(text)]),
      at,
    );
  }
  return match.length > 1 ? sequence('tuple', match.slice(1).map(value), at) : value(match[0]);
}

const UNBOUNDED = /[^\\](?:[*+]|\{\d+,\})/g;
const WORK_MAX = 50_000_000;

/**
 * Terraform's patterns run in linear time; those of JavaScript may take for ever. One that could is not tried, and the
 * result is unknown.
 */
function compiled(pattern: string, flags: string, subject: string, call: Call): RegExp {
  const unsupported = () => {
    const { at, scope, expression } = call;
    const missing = 'what this pattern matches; it cannot be tried here';
    return new Undecided(unknownAt(at, 'unsupported', writtenText(expression, scope), missing));
  };
  const inline = /^\(\?([ims]+)\)/.exec(pattern);
  const body = pattern
    .slice(inline?.[0].length ?? 0)
    .replaceAll('(?P<', '(?<')
    .replaceAll('\\z', '$')
    .replaceAll('\\A', '^');
  const loops = [...body.matchAll(UNBOUNDED)].length;
  // A repeated group that can match in two ways, or any group inside one, takes exponential time.
  const isNested = /\((?:[^()\\]|\\.)*[*+?|{](?:[^()\\]|\\.)*\)(?:[*+]|\{\d+,\d*\})/.test(
    body.replaceAll('(?:', '('),
  );
  const isDeep = /\([^()]*\([^)]*\)[^()]*\)(?:[*+]|\{)/.test(body);
  const isTooSlow = subject.length ** Math.max(1, loops) > WORK_MAX && loops > 1;
  // Backward references and looking around are not Go's; classes by name are not JavaScript's.
  const isForeign = /\\[1-9]|\(\?<?[=!]|\[\[:|\(\?[a-zU-]+[:)]/.test(body);
  if (isForeign || isNested || isDeep || isTooSlow || body.length > 2_000) throw unsupported();
  try {
    return new RegExp(body, `${flags}u${inline?.[1] ?? ''}`);
  } catch {
    try {
      return new RegExp(body, `${flags}${inline?.[1] ?? ''}`);
    } catch {
      throw new Refusal('the pattern cannot be read');
    }
  }
}
