import { toJson, type Unknown, type Value } from '../../../values/index.ts';
import { sizeOf, spend, TEXT_LENGTH_MAX } from '../budget.ts';
import {
  ANY_NUMBER,
  arrayResult,
  booleanResult,
  type Call,
  type FunctionTable,
  failure,
  type Known,
  kindOf,
  numberResult,
  plain,
  takingTokens,
  textResult,
  tolerant,
  tooLong,
  unknownResult,
} from '../call.ts';
import { callSymbol, derivedUnknown, textSymbol, unknownOfToken } from '../unknowns.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { formatText, NOT_KNOWN_FORMAT } from './format-text.ts';
import { jsonOf } from './values.ts';

const LONE_SURROGATES = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Functions of text alone; those that also take arrays are with the collections. */
export const TEXT_FUNCTIONS: FunctionTable = {
  format: tolerant(1, ANY_NUMBER, format),
  string: tolerant(1, 1, ([value], call) => {
    if (value?.kind === 'string') return value;
    const text = textOf(value!, call);
    if (typeof text === 'string') return textResult(call, text);
    return text === undefined
      ? failure(call, 'it has no text')
      : unknownResult(call, text, [value!]);
  }),
  replace: plain(3, 3, (list, call) =>
    withTexts(list, call, ([text, old, next]) => {
      if (old === '') return failure(call, 'there is nothing to replace');
      const parts = text!.split(old!);
      const length = text!.length + (parts.length - 1) * (next!.length - old!.length);
      if (length > TEXT_LENGTH_MAX) return tooLong(call);
      return textResult(call, parts.join(next));
    }),
  ),
  split: takingTokens(
    plain(2, 2, ([text, delimiter], call) => {
      if (text?.kind !== 'string') return failure(call, `only text splits, not ${kindOf(text!)}`);
      const delimiters = delimiter?.kind === 'array' ? delimiter.items : [delimiter!];
      let parts = [text.value];
      for (const each of delimiters) {
        if (each.kind === 'unknown') return unknownResult(call, each, [text, each]);
        if (each.kind !== 'string') return failure(call, 'a delimiter is text');
        if (cutsToken(text.value, each.value)) {
          return unknownResult(call, unknownOfToken(text.value, text.at), [text, each]);
        }
        if (each.value !== '') parts = parts.flatMap((part) => part.split(each.value));
      }
      return arrayResult(
        call,
        parts.map((part) => textResult(call, part)),
      );
    }),
  ),
  join: plain(2, 2, ([list, delimiter], call) => {
    if (list?.kind !== 'array' || delimiter?.kind !== 'string') {
      return failure(call, 'an array and a delimiter are expected');
    }
    const parts: (string | Unknown)[] = [];
    for (const [index, item] of list.items.entries()) {
      const text = textOf(item, call);
      if (text === undefined) return failure(call, `item ${index} has no text`);
      if (index > 0) parts.push(delimiter.value);
      parts.push(text);
    }
    return joined(parts, call);
  }),
  substring: plain(2, 3, ([text, start, length], call) => {
    if (text?.kind !== 'string' || start?.kind !== 'number') {
      return failure(call, 'text and a position are expected');
    }
    const end = length?.kind === 'number' ? start.value + length.value : text.value.length;
    if (start.value < 0 || end > text.value.length || end < start.value) {
      return failure(call, `the text has ${text.value.length} characters`);
    }
    return textResult(call, text.value.slice(start.value, end));
  }),
  tolower: takingTokens(oneText((text) => text.toLowerCase())),
  toupper: takingTokens(oneText((text) => text.toUpperCase())),
  trim: takingTokens(oneText((text) => text.trim())),
  padleft: plain(2, 3, ([value, width, pad], call) => {
    const text = textOf(value!, call);
    if (typeof text !== 'string' || width?.kind !== 'number') {
      return failure(call, 'text or a number, and a width are expected');
    }
    if (width.value > TEXT_LENGTH_MAX) return tooLong(call);
    const character = pad?.kind === 'string' && pad.value.length === 1 ? pad.value : ' ';
    return textResult(call, text.padStart(width.value, character));
  }),
  // ARM-09: these four ignore case.
  startswith: twoTexts((text, part, call) =>
    booleanResult(call, text.toLowerCase().startsWith(part.toLowerCase())),
  ),
  endswith: twoTexts((text, part, call) =>
    booleanResult(call, text.toLowerCase().endsWith(part.toLowerCase())),
  ),
  indexof: twoTexts((text, part, call) =>
    numberResult(call, text.toLowerCase().indexOf(part.toLowerCase())),
  ),
  lastindexof: twoTexts((text, part, call) =>
    numberResult(call, text.toLowerCase().lastIndexOf(part.toLowerCase())),
  ),
  base64: oneText(encodeBase64),
  base64tostring: plain(1, 1, (list, call) =>
    withTexts(list, call, ([text]) => decoded(decodeBase64(text!), call)),
  ),
  base64tojson: plain(1, 1, (list, call) =>
    withTexts(list, call, ([text]) => {
      const json = decodeBase64(text!);
      return json === undefined ? failure(call, 'it is not base64') : jsonOf(json, call);
    }),
  ),
  datauri: oneText((text) => `data:text/plain;charset=utf8;base64,${encodeBase64(text)}`),
  datauritostring: plain(1, 1, (list, call) =>
    withTexts(list, call, ([text]) => {
      const match = /^data:[^,]*?(;base64)?,([\s\S]*)$/i.exec(text!);
      if (match === null) return failure(call, 'it is no data URI');
      return decoded(match[1] === undefined ? decodeUri(match[2]!) : decodeBase64(match[2]!), call);
    }),
  ),
  uri: twoTexts((base, relative, call) => {
    try {
      return textResult(call, new URL(relative, base).toString());
    } catch {
      return failure(call, `\`${base}\` is no base for a URI`);
    }
  }),
  uricomponent: oneText((text) => encodeURIComponent(text.replace(LONE_SURROGATES, '\ufffd'))),
  uricomponenttostring: plain(1, 1, (list, call) =>
    withTexts(list, call, ([text]) => decoded(decodeUri(text!), call)),
  ),
};

/** The text of a scalar as `concat`, `format` and `string` write it: booleans as .NET does; JSON of the rest. */
export function textOf(value: Value, call: Call): string | Unknown | undefined {
  switch (value.kind) {
    case 'string':
      return value.value;
    case 'number':
      return String(value.value);
    case 'boolean':
      return value.value ? 'True' : 'False';
    case 'null':
      return '';
    case 'unknown':
      return value;
    default: {
      const { run } = call.context.frame;
      if (!spend(run, sizeOf(run, value).nodes, call.context.at)) return tooLong(call);
      return unknownInside(value) ?? JSON.stringify(toJson(value));
    }
  }
}

/** Known and unknown parts, one after the other. With an unknown part the whole is unknown, with an identity. */
export function joined(parts: readonly (string | Unknown)[], call: Call): Value {
  const unknown = parts.find((part): part is Unknown => typeof part !== 'string');
  let length = 0;
  for (const part of parts) length += typeof part === 'string' ? part.length : 0;
  if (length > TEXT_LENGTH_MAX) return tooLong(call);
  if (unknown === undefined) return textResult(call, parts.join(''));
  return derivedUnknown(unknown, call.expression.text, call.context.at, textSymbol(parts));
}

function format(list: readonly Value[], call: Call): Value {
  const [pattern, ...values] = list;
  if (pattern?.kind === 'unknown') return unknownResult(call, pattern, list);
  if (pattern?.kind !== 'string') return failure(call, 'the format is text');
  const parts = formatText(pattern.value, values, (value) => textOf(value, call));
  if (parts === NOT_KNOWN_FORMAT) {
    const cause = values.find((value): value is Unknown => value.kind === 'unknown');
    if (cause === undefined) return failure(call, 'the format is not understood');
    const symbol = callSymbol('format', list);
    return derivedUnknown(cause, call.expression.text, call.context.at, symbol);
  }
  return joined(parts, call);
}

/** Would splitting at `delimiter` fall inside the token of an unknown? Tokens hold no `/`: ids split safely. */
function cutsToken(text: string, delimiter: string): boolean {
  return (text.match(/«[^«»]*»/g) ?? []).some((token) => token.includes(delimiter));
}

function oneText(change: (text: string) => string) {
  return plain(1, 1, (list, call) =>
    withTexts(list, call, ([text]) => textResult(call, change(text!))),
  );
}

function twoTexts(apply: (a: string, b: string, call: Call) => Value) {
  return plain(2, 2, (list, call) => withTexts(list, call, ([a, b]) => apply(a!, b!, call)));
}

function withTexts(list: readonly Known[], call: Call, use: (texts: string[]) => Value): Value {
  const texts: string[] = [];
  for (const value of list) {
    if (value.kind !== 'string') return failure(call, `text is expected, found ${kindOf(value)}`);
    texts.push(value.value);
  }
  return use(texts);
}

function decoded(text: string | undefined, call: Call): Value {
  return text === undefined ? failure(call, 'it cannot be decoded') : textResult(call, text);
}

function decodeUri(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function unknownInside(value: Value): Unknown | undefined {
  if (value.kind === 'unknown') return value;
  if (value.kind === 'array') {
    for (const item of value.items) {
      const found = unknownInside(item);
      if (found !== undefined) return found;
    }
  }
  if (value.kind === 'object') {
    for (const entry of value.members.values()) {
      const found = unknownInside(entry.value);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
