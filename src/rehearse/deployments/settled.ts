import type { Unknown, Value } from '../../values/index.ts';
import type { Json } from '../json.ts';

/**
 * The part of a text that stands for something unknown: the evaluator puts it between guillemets so that ids stay whole. People write
 * guillemets too: what `isWritten` finds in the request itself is theirs.
 */
export function tokenIn(text: string, isWritten: (token: string) => boolean): string | undefined {
  return text.includes('«')
    ? text.match(/«[^«»]*»/g)?.find((token) => !isWritten(token))
    : undefined;
}

/** A value all of which is known, as JSON; or the first part that is not. */
export type Settled =
  | { readonly kind: 'settled'; readonly json: Json | undefined }
  | { readonly kind: 'open'; readonly unknown: Unknown };

/**
 * What a template sends. Members that are null are not sent, as ARM does not. A secret is not sent either: nothing here needs
 * it, a GET would not tell it, and it must not be stored.
 */
export function settledJson(value: Value, isWritten: (text: string) => boolean): Settled {
  switch (value.kind) {
    case 'unknown':
      return value.reason === 'secret'
        ? { kind: 'settled', json: undefined }
        : { kind: 'open', unknown: value };
    case 'array': {
      const items: Json[] = [];
      for (const item of value.items) {
        const settled = settledJson(item, isWritten);
        if (settled.kind === 'open') return settled;
        items.push(settled.json ?? null);
      }
      return { kind: 'settled', json: items };
    }
    case 'object': {
      const members: [string, Json][] = [];
      for (const entry of value.members.values()) {
        const settled = settledJson(entry.value, isWritten);
        if (settled.kind === 'open') return settled;
        if (settled.json !== undefined && settled.json !== null) {
          members.push([entry.name, settled.json]);
        }
      }
      // Entries, not assignment: a member named `__proto__` must stay a member.
      return { kind: 'settled', json: Object.fromEntries(members) };
    }
    case 'string': {
      const token = tokenIn(value.value, isWritten);
      return token === undefined
        ? { kind: 'settled', json: value.value }
        : { kind: 'open', unknown: unknownPart(token, value) };
    }
    case 'null':
      return { kind: 'settled', json: null };
    default:
      return { kind: 'settled', json: value.value };
  }
}

function unknownPart(token: string, value: Value): Unknown {
  const text = token.slice(1, -1);
  return {
    kind: 'unknown',
    reason: 'run-time',
    text,
    missing: 'a value at deployment',
    at: value.at,
  };
}
