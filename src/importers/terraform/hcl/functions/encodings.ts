import { sourceText } from '../../../../diagnostics/index.ts';
import type { Value } from '../../../../values/index.ts';
import { parseJson } from '../../../json/index.ts';
import { parseYaml } from '../../../kubernetes-yaml/index.ts';
import { spend } from '../evaluate/budget.ts';
import { type Call, type FunctionTable, plain, tolerant } from '../evaluate/hcl-function.ts';
import { undecided } from '../evaluate/unknowns.ts';
import { known, textOf, unknownIn } from '../values/convert.ts';
import { type HclValue, mapping, placed, sequence, textValue } from '../values/hcl-value.ts';
import { Refusal } from '../values/refusal.ts';
import { encodeJson } from './json-text.ts';
import { result } from './texts.ts';

export const ENCODING_FUNCTIONS: FunctionTable = {
  /** An unknown part leaves the text unknown; what it is the text of is kept for those who read it again. */
  jsonencode: tolerant(1, 1, ([value], call) => {
    const unknown = unknownIn(value!);
    if (unknown === undefined) return result(encodeJson(value!), call);
    return { ...undecided(unknown, call.expression, call.scope), encodes: value! };
  }),
  jsondecode: tolerant(1, 1, ([text], call) => decoded(text!, call, readJson)),
  yamlencode: tolerant(1, 1, ([value], call) => {
    const unknown = unknownIn(value!);
    // JSON is YAML; nobody compares the bytes.
    if (unknown === undefined) return result(encodeJson(value!), call);
    return { ...undecided(unknown, call.expression, call.scope), encodes: value! };
  }),
  yamldecode: tolerant(1, 1, ([text], call) => decoded(text!, call, readYaml)),
  csvdecode: plain(1, 1, ([text], call) => readCsv(textOf(text!), call)),
  urlencode: plain(1, 1, ([text], call) => {
    const encoded = encodeURIComponent(textOf(text!)).replace(
      /[!'()*]/g,
      (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
    );
    return textValue(encoded.replaceAll('%20', '+'), call.at);
  }),
  base64encode: plain(1, 1, ([text], call) => {
    const bytes = new TextEncoder().encode(textOf(text!));
    let binary = '';
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return result(btoa(binary), call);
  }),
  base64decode: plain(1, 1, ([text], call) => {
    try {
      const binary = atob(textOf(text!));
      const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
      return textValue(new TextDecoder('utf-8', { fatal: true }).decode(bytes), call.at);
    } catch {
      throw new Refusal('the text is not base64 of UTF-8');
    }
  }),
};

function decoded(text: HclValue, call: Call, read: (text: string) => Value | string): HclValue {
  if (text.kind === 'unknown' && text.encodes !== undefined) return placed(text.encodes, call.at);
  const written = textOf(known(text));
  if (!spend(call.scope.run, written.length >> 2, call.at)) throw new Refusal('it is too long');
  const found = read(written);
  if (typeof found === 'string') throw new Refusal(found);
  return fromValue(found, call);
}

function readJson(text: string): Value | string {
  const { value, diagnostics } = parseJson(text, sourceText('', text));
  const isBroken = diagnostics.some(({ severity }) => severity === 'error');
  return value === undefined || isBroken ? 'the text is not JSON' : value;
}

function readYaml(text: string): Value | string {
  const { documents, diagnostics } = parseYaml(text, sourceText('', text));
  const [first, ...others] = documents;
  const isBroken = diagnostics.some(({ severity }) => severity === 'error');
  if (isBroken || others.length > 0) return 'the text is not one document of YAML';
  return first?.value ?? 'the text holds nothing';
}

/** Every part is placed where the call stands: a text has no lines of its own. */
function fromValue(value: Value, call: Call): HclValue {
  switch (value.kind) {
    case 'array':
      return sequence(
        'tuple',
        value.items.map((item) => fromValue(item, call)),
        call.at,
      );
    case 'object': {
      const members = [...value.members.values()];
      return mapping(
        'object',
        members.map(({ name, value: item }) => [name, fromValue(item, call)]),
        call.at,
      );
    }
    default:
      return { ...value, at: call.at };
  }
}

/** RFC 4180: a line of names, then a line for each object. All values are texts. */
function readCsv(text: string, call: Call): HclValue {
  if (!spend(call.scope.run, text.length >> 2, call.at)) throw new Refusal('it is too long');
  const [names, ...rows] = csvRows(text);
  if (names === undefined) throw new Refusal('the text has no line of names');
  const objects = rows.map((row) => {
    if (row.length !== names.length)
      throw new Refusal('a line has more or fewer fields than names');
    return mapping(
      'object',
      names.map((name, index) => [name, textValue(row[index]!, call.at)]),
      call.at,
    );
  });
  return sequence('list', objects, call.at);
}

function csvRows(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  while (field.lastIndex < text.length) {
    const match = field.exec(text);
    if (match === null) throw new Refusal('the text is not CSV');
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === ',') {
      if (field.lastIndex >= text.length) row.push('');
      else continue;
    }
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}
