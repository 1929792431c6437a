import type { JsonObject } from './stream-record.ts';

/** A part of a JSON text that is small enough to be parsed by itself. */
export interface JsonPiece {
  /**
   * `value`: an element or a whole value. `row`: a row of the table whose members before it are `head`. `rest`: what an envelope says
   * beside its lists. `broken`: text that no value begins with, or a value that is too long or never ends.
   */
  readonly kind: 'value' | 'row' | 'rest' | 'broken' | 'too-long' | 'unfinished';
  readonly text: string;
  readonly length: number;
  /** On which it begins. */
  readonly line: number;
  readonly isElement: boolean;
  readonly head?: JsonObject | undefined;
}

/** Lists that are taken apart rather than read whole: of a table the rows, of an envelope the records. */
const LISTS: ReadonlySet<string> = new Set(['records', 'tables', 'Tables', 'rows', 'Rows']);

interface Frame {
  readonly kind: 'list' | 'object';
  /** Elements of a list of tables or of the outermost one may be envelopes themselves. */
  readonly hasEnvelopes: boolean;
  readonly isRows: boolean;
  readonly head?: JsonObject | undefined;
}

/**
 * Takes a JSON text apart while it arrives: results of any size, pretty-printed or on one line, and any number of values after each
 * other. Holds one element at a time, at most `valueMax` characters. Never fails: what is no JSON comes out as `broken`, and reading
 * goes on at the next value.
 */
export interface JsonPieces {
  push(text: string): readonly JsonPiece[];
  end(): readonly JsonPiece[];
  /** Lists that are open; above zero at the end, the text is cut off. */
  openLists(): number;
}

export function jsonPieces(valueMax: number): JsonPieces {
  const frames: Frame[] = [];
  let pieces: JsonPiece[] = [];
  let line = 1;
  // The value being held: its text so far, where it began, how deep its brackets are open.
  let held = '';
  let isHolding = false;
  let heldLine = 1;
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  let isScalar = false;
  let isSkipping = false;
  // Of an object that may be an envelope: the name being read, for `"name": [`.
  let isEnvelope = false;
  let isRest = false;
  let wasRest = false;
  // From the start of the value, because names are cut by the ends of pieces as anything is.
  let nameStart = 0;
  let name = '';
  let afterColon = false;

  const top = () => frames[frames.length - 1];
  const emit = (kind: JsonPiece['kind'], text: string) => {
    const frame = top();
    const isRow = kind === 'value' && frame?.isRows === true;
    pieces.push({
      kind: text.length > valueMax ? 'too-long' : isRow ? 'row' : kind,
      text,
      length: text.length,
      line: heldLine,
      isElement: frame !== undefined,
      head: isRow ? frame?.head : undefined,
    });
  };
  const begin = (at: number, isObject: boolean) => {
    held = '';
    isHolding = true;
    heldLine = line;
    depth = 0;
    inString = false;
    isEnvelope = isObject && (top() === undefined || top()!.hasEnvelopes);
    name = '';
    nameStart = 0;
    afterColon = false;
    isRest = false;
    return at;
  };
  const release = () => {
    isHolding = false;
    isScalar = false;
    held = '';
  };

  /** Behind the list of an envelope: the members that follow are held as an object of their own. */
  const closeList = () => {
    frames.pop();
    if (top()?.kind !== 'object') return;
    frames.pop();
    begin(0, true);
    held = '{';
    depth = 1;
    isRest = true;
  };
  const push = (text: string) => {
    pieces = [];
    let from = 0;
    // Found once and moved along: searching anew in each string would be quadratic.
    let slashAt = text.indexOf('\\');
    let newlineAt = text.indexOf('\n');
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code === 10) {
        line += 1;
        newlineAt = text.indexOf('\n', index + 1);
      }
      if (isSkipping) {
        if (code === 10) isSkipping = false;
        continue;
      }
      if (!isHolding) {
        if (code <= 32 || code === 44) continue;
        if (code === 93 && top()?.kind === 'list') {
          closeList();
          from = index + 1;
          continue;
        }
        if (code === 91 && frames.length === 0) {
          frames.push({ kind: 'list', hasEnvelopes: true, isRows: false });
          continue;
        }
        from = begin(index, code === 123);
        if (code === 123 || code === 91) depth = 1;
        else if (code === 34) inString = true;
        isScalar = depth === 0;
        continue;
      }
      if (inString) {
        if (isEscaped) isEscaped = false;
        else if (code === 92) isEscaped = true;
        else if (code === 34) {
          inString = false;
          if (isEnvelope && depth === 1 && !afterColon) {
            const cut = nameStart - held.length;
            name =
              cut >= 0
                ? text.slice(from + cut, index)
                : held.slice(nameStart) + text.slice(from, index);
          }
        } else {
          // Straight to the end of the string, or to whatever could matter in it.
          const quote = text.indexOf('"', index);
          if (slashAt >= 0 && slashAt < index) slashAt = text.indexOf('\\', index);
          const end = quote < 0 ? text.length : quote;
          const jump = slashAt >= 0 && slashAt < end ? slashAt : end;
          while (newlineAt >= 0 && newlineAt < jump) {
            line += 1;
            newlineAt = text.indexOf('\n', newlineAt + 1);
          }
          index = jump - 1;
        }
        continue;
      }
      if (isScalar) {
        const isEnd = code === 10 || code === 44 || code === 93 || code === 125;
        if (!isEnd) continue;
        emit('broken', held + text.slice(from, index));
        release();
        if (code === 93 && top()?.kind === 'list') {
          closeList();
          from = index + 1;
        }
        continue;
      }
      switch (code) {
        case 34:
          inString = true;
          nameStart = held.length + index + 1 - from;
          break;
        case 58:
          if (depth === 1) afterColon = true;
          break;
        case 44:
          if (depth === 1) {
            afterColon = false;
            name = '';
          }
          break;
        case 91:
          if (isEnvelope && depth === 1 && afterColon && LISTS.has(name)) {
            const before = held + text.slice(from, index);
            const isRows = name === 'rows' || name === 'Rows';
            frames.push({ kind: 'object', hasEnvelopes: false, isRows: false });
            frames.push({
              kind: 'list',
              hasEnvelopes: !isRows && name !== 'records',
              isRows,
              head: isRows ? membersBefore(before, name) : undefined,
            });
            release();
            from = index + 1;
          } else depth += 1;
          break;
        case 123:
          depth += 1;
          break;
        case 93:
        case 125:
          depth -= 1;
          if (depth > 0) break;
          emit(isRest ? 'rest' : 'value', held + text.slice(from, index + 1));
          isRest = false;
          release();
          break;
        default:
      }
    }
    if (isHolding) hold(text.slice(from));
    return pieces;
  };

  const hold = (part: string) => {
    held += part;
    if (held.length <= valueMax) return;
    emit('too-long', held);
    release();
    frames.length = 0;
    isSkipping = true;
  };

  return {
    push,
    end() {
      pieces = [];
      if (isHolding && !isRest) emit('unfinished', held);
      wasRest = isHolding && isRest;
      release();
      return pieces;
    },
    openLists: () => frames.filter(({ kind }) => kind === 'list').length + (wasRest ? 1 : 0),
  };
}

/** `{"name":"PrimaryResult","columns":[…],"rows":` as the object it would be without its rows. */
function membersBefore(text: string, name: string): JsonObject | undefined {
  const end = text.lastIndexOf(`"${name}"`);
  try {
    return JSON.parse(
      `${withoutComma(text.slice(0, end)).trimEnd().replace(/,$/, '')}}`,
    ) as JsonObject;
  } catch {
    return undefined;
  }
}

/** What follows a list begins with the comma that stood behind it. */
export function withoutComma(text: string): string {
  return text.startsWith('{') ? `{${text.slice(1).replace(/^\s*,/, '')}` : text;
}
