import type { Value } from '../../values/index.ts';
import type { Decorator, TypeSyntax } from './syntax.ts';
import { lookUpIn, pathFrom, type Translation, unitAt } from './translation.ts';
import { placeIn, type Unit } from './unit.ts';

/** What a declared type says to whoever evaluates the template. */
export interface ParameterType {
  readonly base: string;
  /** A part of it is a secret: the value is not shown, not even in part. */
  readonly isSecure: boolean;
  readonly isNullable: boolean;
  /** The only values it takes, when it lists them. */
  readonly allowed: readonly Value[];
}

const ANYTHING: ParameterType = { base: 'object', isSecure: false, isNullable: false, allowed: [] };
/** Types of types; they may refer to themselves. */
const DEPTH_MAX = 40;

export function typeOf(
  type: TypeSyntax | undefined,
  decorators: readonly Decorator[],
  unit: Unit,
  translation: Translation,
): ParameterType {
  const resolved =
    type === undefined ? ANYTHING : resolve(type, { unit, translation, seen: new Set(), depth: 0 });
  const isSecure = resolved.isSecure || decorators.some(({ name }) => name === 'secure');
  return { ...resolved, isSecure };
}

interface Resolving {
  readonly unit: Unit;
  readonly translation: Translation;
  /** Declarations already entered: what they say has been counted, or is being counted further up. */
  readonly seen: Set<TypeSyntax>;
  readonly depth: number;
}

function resolve(type: TypeSyntax, around: Resolving): ParameterType {
  if (around.depth > DEPTH_MAX) return ANYTHING;
  const inner = { ...around, depth: around.depth + 1 };
  switch (type.kind) {
    case 'named':
      return resolveNamed(type.path, inner);
    case 'literal': {
      const { value } = type;
      const at = placeIn(around.unit, type.start);
      if (value === null) return { ...ANYTHING, isNullable: true };
      const base =
        typeof value === 'string' ? 'string' : typeof value === 'number' ? 'int' : 'bool';
      const allowed: Value[] = [];
      if (typeof value === 'string') allowed.push({ kind: 'string', value, at });
      if (typeof value === 'number') allowed.push({ kind: 'number', value, at });
      return { ...ANYTHING, base, allowed };
    }
    case 'nullable':
      return { ...resolve(type.of, inner), isNullable: true };
    case 'list': {
      const { isSecure } = resolve(type.of, inner);
      return { ...ANYTHING, base: 'array', isSecure };
    }
    case 'union':
      return unite(type.members.map((each) => resolve(each, inner)));
    case 'tuple':
    case 'shape': {
      const parts = type.kind === 'tuple' ? type.items : type.properties;
      const isSecure = parts.some(
        (part) =>
          part.decorators.some(({ name }) => name === 'secure') ||
          resolve(part.type, inner).isSecure,
      );
      return { ...ANYTHING, base: type.kind === 'tuple' ? 'array' : 'object', isSecure };
    }
    case 'other':
      return ANYTHING;
  }
}

function unite(members: readonly ParameterType[]): ParameterType {
  const [first = ANYTHING] = members;
  const isListed = members.every((each) => each.allowed.length > 0);
  return {
    base: first.base,
    isSecure: members.some((each) => each.isSecure),
    isNullable: members.some((each) => each.isNullable),
    allowed: isListed ? members.flatMap((each) => each.allowed) : [],
  };
}

const BUILT_IN: ReadonlySet<string> = new Set(['string', 'int', 'bool', 'object', 'array']);

function resolveNamed(path: readonly string[], around: Resolving): ParameterType {
  const { unit, translation, seen } = around;
  const [first = '', second] = path;
  let found = lookUpIn(unit, first, translation);
  if (found === undefined) return BUILT_IN.has(first) ? { ...ANYTHING, base: first } : ANYTHING;
  if (found.kind === 'symbol' && found.symbol.kind === 'namespace' && second !== undefined) {
    const other = unitAt(pathFrom(found.unit, found.symbol.statement.from.value), translation);
    found = other === undefined ? undefined : lookUpIn(other, second, translation);
  }
  if (found?.kind !== 'symbol' || found.symbol.kind !== 'type') return ANYTHING;
  const statement = found.symbol;
  if (seen.has(statement.type)) return ANYTHING;
  seen.add(statement.type);
  const resolved = resolve(statement.type, { ...around, unit: found.unit });
  const isSecure = resolved.isSecure || statement.decorators.some(({ name }) => name === 'secure');
  return { ...resolved, isSecure };
}
