import type { Parsed, Place, SourceText } from '../../diagnostics/index.ts';
import { locate } from '../../diagnostics/index.ts';
import type { Member, Unknown, Value } from '../../values/index.ts';
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  clip,
  endOfComment,
  isNameStart,
  isWordCode,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from './characters.ts';
import { JsonProblems } from './problems.ts';
import { readJsonString } from './read-string.ts';

export interface JsonLimits {
  /** Deepest nesting of objects and arrays that is kept; what lies deeper becomes unknown. */
  readonly depthMax?: number;
}

/** Templates nest tens of levels; what is built on top of a value may recurse over it safely up to here. */
export const JSON_DEPTH_MAX = 600;
const ONE = 'a file holds one value; look for a bracket or brace closed too early';

/**
 * JSON as people have it on disk: byte order mark, `//` and block comments, trailing commas and line breaks inside
 * strings are accepted without a word (iac-formats 1). Other mistakes are located, and reading goes on.
 *
 * @returns what was understood. `undefined` when there is no value at all. An array that breaks off ends in an
 *   unknown item, a member without its value is unknown: what is missing never looks like an empty list.
 * Never throws; does not recurse. 20 to 40 MB of text a second; most of it goes into places.
 */
export function parseJson(
  text: string,
  source: SourceText,
  limits: JsonLimits = {},
): Parsed<Value | undefined> {
  const problems = new JsonProblems(source);
  const reader = new JsonReader(text, source, limits.depthMax ?? JSON_DEPTH_MAX, problems);
  return { value: reader.read(), diagnostics: problems.diagnostics };
}

interface OpenObject {
  readonly kind: 'object';
  readonly members: Map<string, Member>;
  readonly at: Place;
  /** The name read last, waiting for its value. */
  name: string | undefined;
  nameAt: Place;
}
interface OpenArray {
  readonly kind: 'array';
  readonly items: Value[];
  readonly at: Place;
}
type Open = OpenObject | OpenArray;

/** One text being read: the position in it, the containers that are open, the problems so far. */
class JsonReader {
  private readonly text: string;
  private readonly source: SourceText;
  private readonly problems: JsonProblems;
  private readonly depthMax: number;
  private readonly open: Open[] = [];
  /** Names already met, with their keys: most names of a file repeat, and this keeps one string for each. */
  private readonly names = new Map<string, { readonly name: string; readonly key: string }>();
  private position = 0;
  private isStringClosed = true;

  constructor(text: string, source: SourceText, depthMax: number, problems: JsonProblems) {
    this.text = text;
    this.source = source;
    this.depthMax = depthMax;
    this.problems = problems;
  }

  read(): Value | undefined {
    if (this.text.charCodeAt(0) === 0xfeff) this.position = 1;
    if (Number.isNaN(this.skipTrivia())) {
      this.problems.syntaxError('the text is empty; expected a JSON value', this.position);
      return undefined;
    }
    let root: Value | undefined = this.readValue();
    while (this.open.length > 0) {
      const top = this.open[this.open.length - 1]!;
      const value = top.kind === 'object' ? this.continueObject(top) : this.continueArray(top);
      if (value === undefined) continue;
      if (this.open.length === 0) root = value;
      else this.deliver(value);
    }
    if (root?.kind === 'unknown') return undefined;
    if (!this.problems.isHopeless && !Number.isNaN(this.skipTrivia())) {
      this.problems.syntaxError('text follows after the end of the value', this.position, ONE);
    }
    return root;
  }

  /** The next scalar; `undefined` when a container was opened instead. */
  private readValue(): Value | undefined {
    const code = this.skipTrivia();
    const offset = this.position;
    const at: Place = { source: this.source, offset };
    if (code === QUOTE || code === 39) {
      if (code === 39)
        this.problems.syntaxError('text is in single quotes; JSON wants `"`', offset);
      const value = this.readString(code);
      // Half a text is another text: `10.0.0.0/1` may have been `10.0.0.0/16`.
      if (!this.isStringClosed) return this.brokenOff('the text that starts here');
      return { kind: 'string', value, at };
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) return this.openContainer(code, at);
    if (code === 45 || (code >= 48 && code <= 57)) {
      const value = this.readNumber();
      if (value !== undefined && this.position === this.text.length && this.open.length > 0) {
        return this.brokenOff('the number that starts here');
      }
      if (value !== undefined) return { kind: 'number', value, at };
    }
    return this.readWord(at);
  }

  private openContainer(code: number, at: Place): Value | undefined {
    if (this.open.length >= this.depthMax) return this.skipTooDeep(at);
    this.position += 1;
    if (code === OPEN_BRACKET) this.open.push({ kind: 'array', items: [], at });
    else this.open.push({ kind: 'object', members: new Map(), at, name: undefined, nameAt: at });
    return undefined;
  }

  /** Reads up to the next nested container or the end of `top`; the finished object when it ended. */
  private continueObject(top: OpenObject): Value | undefined {
    for (;;) {
      let code = this.skipTrivia();
      if (code === CLOSE_BRACE) return this.closeTop();
      if (code === COMMA) {
        if (top.members.size === 0)
          this.problems.syntaxError('expected a name before `,`', this.position);
        this.position += 1;
        code = this.skipTrivia();
        if (code === CLOSE_BRACE) return this.closeTop();
      } else if (top.members.size > 0 && (code === QUOTE || isNameStart(code))) {
        this.problems.syntaxError('expected `,` between two members', this.position);
      }
      if (code !== QUOTE && code !== 39 && !isNameStart(code)) {
        const finished = this.unexpected(code, 'a name in `"` or `}`');
        if (finished !== undefined || this.open[this.open.length - 1] !== top) return finished;
        continue;
      }
      top.nameAt = { source: this.source, offset: this.position };
      top.name = isNameStart(code) ? this.readBareName() : this.readString(code);
      if (this.skipTrivia() === 58) this.position += 1;
      else if (this.position < this.text.length) {
        this.problems.syntaxError(
          `expected \`:\` after the name \`${clip(top.name)}\``,
          this.position,
        );
      }
      const next = this.skipTrivia();
      if (Number.isNaN(next) || next === COMMA || next === CLOSE_BRACE || next === CLOSE_BRACKET) {
        this.problems.syntaxError(
          Number.isNaN(next)
            ? `the text ends after the name \`${clip(top.name)}\`; expected its value`
            : `expected a value for \`${clip(top.name)}\``,
          this.position,
        );
        this.deliver(this.brokenOff(`the value of \`${clip(top.name)}\``));
        if (this.problems.isHopeless) return this.giveUp();
        continue;
      }
      const value = this.readValue();
      if (value === undefined) return undefined;
      this.deliver(value);
    }
  }

  private continueArray(top: OpenArray): Value | undefined {
    for (;;) {
      let code = this.skipTrivia();
      if (code === CLOSE_BRACKET) return this.closeTop();
      if (code === COMMA) {
        if (top.items.length === 0)
          this.problems.syntaxError('expected an item before `,`', this.position);
        this.position += 1;
        code = this.skipTrivia();
        if (code === CLOSE_BRACKET) return this.closeTop();
      } else if (top.items.length > 0 && !Number.isNaN(code) && code !== CLOSE_BRACE) {
        this.problems.syntaxError('expected `,` between two items', this.position);
      }
      if (Number.isNaN(code) || code === COMMA || code === CLOSE_BRACE || code === 58) {
        const finished = this.unexpected(code, 'an item or `]`');
        if (finished !== undefined || this.open[this.open.length - 1] !== top) return finished;
        continue;
      }
      const value = this.readValue();
      if (value === undefined) return undefined;
      top.items.push(value);
      if (this.problems.isHopeless) return this.giveUp();
    }
  }

  /** Hands a value to the container that is open. */
  private deliver(value: Value): void {
    const top = this.open[this.open.length - 1]!;
    if (top.kind === 'array') {
      top.items.push(value);
      return;
    }
    const name = top.name!;
    top.name = undefined;
    let known = this.names.get(name);
    if (known === undefined) {
      known = { name, key: name.toLowerCase() };
      this.names.set(name, known);
    }
    const earlier = top.members.get(known.key);
    if (earlier !== undefined) this.problems.duplicateKey(name, top.nameAt, earlier);
    top.members.set(known.key, { name: known.name, value, at: top.nameAt });
  }

  private closeTop(): Value {
    this.position += 1;
    return finish(this.open.pop()!);
  }

  /** A character that fits nowhere. Closes what is open, or skips it; the whole value when nothing more comes. */
  private unexpected(code: number, expected: string): Value | undefined {
    const top = this.open[this.open.length - 1]!;
    if (Number.isNaN(code)) {
      const what = top.kind === 'object' ? 'object' : 'array';
      const line = locate(top.at).line;
      this.problems.syntaxError(
        `the text ends inside the ${what} opened on line ${line}; expected ${expected}`,
        this.position,
        'the file looks cut off; what comes after this point is not known',
      );
      return this.giveUp();
    }
    this.problems.syntaxError(
      `found \`${this.text[this.position]}\`; expected ${expected}`,
      this.position,
    );
    if (top.kind === 'array') top.items.push(this.brokenOff('an item of the array'));
    if (this.problems.isHopeless) return this.giveUp();
    if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      const kind = code === CLOSE_BRACE ? 'object' : 'array';
      // A closer of the other kind: the inner container was left open, if an outer one matches.
      if (this.open.some((container) => container.kind === kind)) return finish(this.open.pop()!);
    }
    if (top.kind === 'object' && code !== COMMA) this.skipWord();
    else this.position += 1;
    return undefined;
  }

  /** Folds everything that is open into the root. The rest of every open array is unknown. */
  private giveUp(): Value {
    this.position = this.text.length;
    let value: Value | undefined;
    while (this.open.length > 0) {
      if (value !== undefined) this.deliver(value);
      const top = this.open.pop()!;
      if (top.kind === 'array') top.items.push(this.brokenOff('the rest of the array'));
      value = finish(top);
    }
    return value!;
  }

  private brokenOff(what: string): Unknown {
    return {
      kind: 'unknown',
      reason: 'malformed',
      text: '',
      missing: `${what}, which cannot be read`,
      at: { source: this.source, offset: this.position },
    };
  }

  /** Skips white space and comments; the code of the next character, `NaN` at the end. */
  private skipTrivia(): number {
    const text = this.text;
    let position = this.position;
    for (;;) {
      const code = text.charCodeAt(position);
      if (code === 32 || code === 10 || code === 13 || code === 9) position += 1;
      else if (code === 47) {
        const end = endOfComment(text, position);
        if (end === position) break;
        position = end;
      } else if (code === 0xfeff || code === 0xa0) position += 1;
      else break;
    }
    this.position = position;
    return text.charCodeAt(position);
  }

  private readString(quote: number): string {
    const text = this.text;
    const start = this.position + 1;
    // Most strings have no escape: one scan, one slice.
    for (let index = start; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code === quote) {
        this.position = index + 1;
        this.isStringClosed = true;
        return text.slice(start, index);
      }
      if (code === 92) break;
    }
    const result = readJsonString(text, start, quote);
    this.position = result.end;
    this.isStringClosed = result.isClosed;
    for (const { message, offset, hint } of result.problems)
      this.problems.syntaxError(message, offset, hint);
    return result.value;
  }

  private readBareName(): string {
    const start = this.position;
    this.skipWord();
    const name = this.text.slice(start, this.position);
    this.problems.syntaxError(
      `the name \`${clip(name)}\` is not in quotes`,
      start,
      'put it between `"`',
    );
    return name;
  }

  private readNumber(): number | undefined {
    const text = this.text;
    let end = this.position + 1;
    for (; end < text.length; end += 1) {
      const code = text.charCodeAt(end);
      const isPart = (code >= 48 && code <= 57) || code === 46 || code === 101 || code === 69;
      if (!isPart && code !== 43 && code !== 45) break;
    }
    const written = text.slice(this.position, end);
    if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(written)) return undefined;
    if (isWordCode(text.charCodeAt(end))) return undefined;
    this.position = end;
    return Number(written);
  }

  /** `true`, `false`, `null`; anything else is an error and unknown. */
  private readWord(at: Place): Value {
    const start = this.position;
    this.skipWord();
    const word = this.text.slice(start, this.position);
    const lower = word.toLowerCase();
    if (lower === 'true' || lower === 'false' || lower === 'null') {
      if (word !== lower)
        this.problems.syntaxError(`\`${word}\` is written \`${lower}\` in JSON`, start);
      return lower === 'null'
        ? { kind: 'null', at }
        : { kind: 'boolean', value: lower === 'true', at };
    }
    this.problems.syntaxError(
      `\`${clip(word)}\` is not a JSON value`,
      start,
      'put text between `"`',
    );
    const missing = 'a JSON value in its place';
    return { kind: 'unknown', reason: 'malformed', text: clip(word), missing, at };
  }

  private skipWord(): void {
    const start = this.position;
    while (isWordCode(this.text.charCodeAt(this.position))) this.position += 1;
    if (this.position === start) this.position += 1;
  }

  /** Skips a container nested too deep: brackets are counted, strings and comments are respected. */
  private skipTooDeep(at: Place): Value {
    let depth = 0;
    do {
      const code = this.skipTrivia();
      if (Number.isNaN(code)) break;
      if (code === QUOTE) {
        this.readString(code);
        continue;
      }
      if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1;
      if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1;
      this.position += 1;
    } while (depth > 0);
    this.problems.tooDeep(this.depthMax, at);
    const missing = `a value nested at most ${this.depthMax} levels deep`;
    return { kind: 'unknown', reason: 'malformed', text: '', missing, at };
  }
}

function finish(open: Open): Value {
  return open.kind === 'array'
    ? { kind: 'array', items: open.items, at: open.at }
    : { kind: 'object', members: open.members, at: open.at };
}
