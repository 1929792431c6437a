/** A word of a query and where it stands. */
export interface KqlWord {
  readonly kind: 'name' | 'text' | 'number' | 'sign' | 'end';
  /** Names and signs as written; texts without their quotes. */
  readonly text: string;
  readonly at: number;
}

/** Why a query is not carried out; the endpoint says it in the shape of ARM. */
export class KqlRefusal extends Error {}

const SIGNS = [
  '=~',
  '!~',
  '==',
  '!=',
  '<=',
  '>=',
  '<',
  '>',
  '=',
  '|',
  '(',
  ')',
  '[',
  ']',
  ',',
  '.',
  '+',
  '-',
  '*',
  '/',
];

/** Splits a query of the Kusto query language into words. O(length). @throws KqlRefusal */
export function kqlWords(query: string): readonly KqlWord[] {
  const words: KqlWord[] = [];
  let at = 0;
  while (at < query.length) {
    const rest = query.slice(at, at + 4_000);
    const skipped = /^(?:\s+|\/\/[^\n]*)/.exec(rest)?.[0];
    if (skipped !== undefined) {
      at += skipped.length;
      continue;
    }
    const word = wordAt(query, at, rest);
    words.push({ kind: word.kind, text: word.text, at });
    at += word.length;
  }
  words.push({ kind: 'end', text: '', at });
  return words;
}

function wordAt(
  query: string,
  at: number,
  rest: string,
): { readonly kind: KqlWord['kind']; readonly text: string; readonly length: number } {
  const name =
    /^[A-Za-z_$][\w$]*(?:-(?:away|keep|rename|reorder|expand|in|contains|apply))?(?!\w)/.exec(
      rest,
    )?.[0] ?? /^[A-Za-z_$][\w$]*/.exec(rest)?.[0];
  if (name !== undefined) {
    // `!in`, `!has` and the like are names with a sign before them; `in~` and `has_any` stand by themselves.
    const tilde = /^in$/i.test(name) && query[at + name.length] === '~' ? '~' : '';
    return { kind: 'name', text: name + tilde, length: name.length + tilde.length };
  }
  const negated = /^!(?:in~?|has|contains|startswith|endswith)\b~?/i.exec(rest)?.[0];
  if (negated !== undefined) return { kind: 'name', text: negated, length: negated.length };
  const number = /^\d+(?:\.\d+)?/.exec(rest)?.[0];
  if (number !== undefined) return { kind: 'number', text: number, length: number.length };
  const quoted = /^@?(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/s.exec(rest);
  if (quoted !== null) {
    const text = quoted[1] ?? quoted[2] ?? '';
    const plain = quoted[0].startsWith('@') ? text : text.replaceAll(/\\(.)/gs, '$1');
    return { kind: 'text', text: plain, length: quoted[0].length };
  }
  const sign = SIGNS.find((one) => rest.startsWith(one));
  if (sign !== undefined) return { kind: 'sign', text: sign, length: sign.length };
  throw new KqlRefusal(`the character \`${rest[0]}\` at position ${at + 1} is not understood`);
}
