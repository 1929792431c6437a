import { unknownIn } from '../values/convert.ts';
import { type HclValue, sortedNames } from '../values/hcl-value.ts';
import { formatNumber } from '../values/numbers.ts';
import { Undecided } from '../values/refusal.ts';

/** As `jsonencode` writes: no spaces, names sorted, `<`, `>` and `&` escaped. @throws Undecided */
export function encodeJson(value: HclValue): string {
  const unknown = unknownIn(value);
  if (unknown !== undefined) throw new Undecided(unknown);
  return write(value);
}

function write(value: HclValue): string {
  switch (value.kind) {
    case 'string':
      return quote(value.value);
    case 'number':
      return formatNumber(value.value);
    case 'boolean':
      return String(value.value);
    case 'sequence':
      return `[${value.items.map(write).join(',')}]`;
    case 'mapping': {
      const names = sortedNames(value.members.keys());
      return `{${names.map((name) => `${quote(name)}:${write(value.members.get(name)!)}`).join(',')}}`;
    }
    default:
      return 'null';
  }
}

const ESCAPED: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

function quote(text: string): string {
  return JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, (letter) => ESCAPED[letter]!);
}
