import { type Place, placeless } from '../../diagnostics/index.ts';
import type { Member, ObjectValue, Value } from '../../values/index.ts';
import type { PlanMember, PlanResource, PlanText, PlanValue } from '../plan/index.ts';

export const MARK_START = '\uE000';
export const MARK_END = '\uE001';
const MARK = /\uE000(\d+)\uE001/g;

/** A text cut at its marks: literal parts, and what the marks stand for. */
export type Piece = string | PlanValue;

/**
 * Bodies of a plan as located values, which the table of azurerm is written for. What is no literal is a mark in a
 * text, or an unknown that has the mark for its symbol: both come out of every change of form as they went in. Equal
 * values have equal marks, so that changes of form can be compared.
 */
export class Marks {
  private readonly values: PlanValue[] = [];
  private readonly numbers = new Map<string, number>();
  /** Key of the resource whose body is written. */
  private self: string | undefined;

  /** The id of a resource as a text. */
  own({ key }: Pick<PlanResource, 'key'>): string {
    return this.mark({ kind: 'resource-id', of: { resource: key, below: [] }, at: NOWHERE });
  }

  bodyOf({ key, body, at }: PlanResource): ObjectValue {
    this.self = key;
    const made = this.body(body, at);
    this.self = undefined;
    return made;
  }

  private body(members: readonly PlanMember[], at: Place): ObjectValue {
    const made = new Map<string, Member>();
    for (const { name, computed, value } of members) {
      const written = computed === undefined ? name : this.text(computed);
      made.set(written.toLowerCase(), { name: written, value: this.value(value), at: value.at });
    }
    return { kind: 'object', members: made, at };
  }

  value(value: PlanValue): Value {
    const { at } = value;
    switch (value.kind) {
      case 'object':
        return this.body(value.members, at);
      case 'list':
        return { kind: 'array', items: value.items.map((item) => this.value(item)), at };
      case 'literal':
        if (value.value === null) return { kind: 'null', at };
        if (typeof value.value === 'number') return { kind: 'number', value: value.value, at };
        if (typeof value.value === 'boolean') return { kind: 'boolean', value: value.value, at };
        return { kind: 'string', value: this.text(value as PlanText), at };
      case 'text':
      case 'resource-id':
      case 'scope-id':
        return { kind: 'string', value: this.text(value), at };
      default: {
        const symbol = this.mark(value);
        return { kind: 'unknown', reason: 'run-time', text: symbol, missing: symbol, symbol, at };
      }
    }
  }

  text(value: PlanText): string {
    switch (value.kind) {
      case 'literal': {
        const text = String(value.value);
        return text.includes(MARK_START) || text.includes(MARK_END) ? this.mark(value) : text;
      }
      case 'text':
        return value.parts.map((part) => this.text(part)).join('');
      case 'resource-id': {
        const { resource, below } = value.of;
        const own = { kind: 'resource-id', of: { resource, below: [] }, at: value.at } as const;
        // A resource speaks of its own parts weakly, and the table of azurerm knows but one id of it.
        const isWeak = value.isWeak === true && resource !== this.self;
        const base = this.mark(isWeak ? { ...own, isWeak } : own);
        return base + below.map(({ type, name }) => `/${type}/${this.text(name)}`).join('');
      }
      default:
        return this.mark(value);
    }
  }

  pieces(text: string): readonly Piece[] {
    const pieces: Piece[] = [];
    let end = 0;
    for (const match of text.matchAll(MARK)) {
      if (match.index > end) pieces.push(text.slice(end, match.index));
      const value = this.values[Number(match[1])];
      if (value !== undefined) pieces.push(value);
      end = match.index + match[0].length;
    }
    if (end < text.length) pieces.push(text.slice(end));
    return pieces;
  }

  private mark(value: PlanValue): string {
    // Places differ where values are equal.
    const identity = JSON.stringify(value, (name, inner) => (name === 'at' ? undefined : inner));
    let number = this.numbers.get(identity);
    if (number === undefined) {
      number = this.values.push(value) - 1;
      this.numbers.set(identity, number);
    }
    return `${MARK_START}${number}${MARK_END}`;
  }
}

const NOWHERE: Place = placeless('plan');
