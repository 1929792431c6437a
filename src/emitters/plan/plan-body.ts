import type { Place } from '../../diagnostics/index.ts';
import { isAbsent, type ObjectValue, type Unknown, type Value } from '../../values/index.ts';
import type { Shape } from '../resource-types/resource-types.ts';
import { ANY, itemShape, otherShape, propertiesIn } from '../resource-types/shape-of-member.ts';
import type { Draft, Planning } from './draft.ts';
import type { PlanMember, PlanText, PlanValue } from './plan.ts';
import { isDeploymentLocation, locationParameter } from './plan-location.ts';
import { planText } from './plan-text.ts';
import { planReference } from './resource-reference.ts';
import { runTimeAttribute } from './run-time-attribute.ts';
import { identityOf, TEXT_SYMBOL } from './unknown-token.ts';

/** Deeper than any resource goes; what is below is a parameter. */
const DEPTH_MAX = 100;

/** Said elsewhere, or by Azure. */
const NOT_IN_BODY: ReadonlySet<string> = new Set(
  `id name type apiversion etag resourcegroup subscriptionid systemdata resources dependson condition copy comments
  scope existing managedby metadata`.split(/\s+/),
);
/** What Azure adds to what it shows, whatever the types say (iac-formats 2.7, 9.5). */
const NOISE: ReadonlySet<string> = new Set(
  'etag provisioningstate resourceguid systemdata resourcegroup ipv6rule hasbgpoverride changenumber'.split(
    ' ',
  ),
);
const ORDER = ['location', 'tags', 'sku', 'kind', 'plan', 'identity', 'zones', 'extendedLocation'];

interface At {
  readonly shape: Shape;
  readonly path: string;
  readonly depth: number;
}

/**
 * The body of a resource as the plan says it: read-only properties left out, names and enumerations with Azure's own
 * capitals, numbers as numbers, ids as references and what nobody knows as parameters.
 */
export function planBody(planning: Planning, draft: Draft): readonly PlanMember[] {
  if (draft.source === undefined) return [];
  const shape = planning.types.resources.get(draft.type.toLowerCase())?.body ?? ANY;
  const members: PlanMember[] = [];
  const properties = propertiesIn(planning.types, shape, draft.source);
  for (const [key, entry] of draft.source.members) {
    if (isAbsent(entry.value) || key.startsWith('$')) continue;
    if (NOT_IN_BODY.has(key)) continue;
    const property = properties?.get(key);
    const name = property?.name ?? entry.name;
    // A rule collection group has no location, and exports give it one (iac-formats 2.7).
    const isNoise = key === 'location' && properties !== undefined && property === undefined;
    if (isNoise || property?.isReadOnly === true) {
      drop(planning, draft, name, isNoise ? 'noise' : 'read-only');
      continue;
    }
    const inner = property === undefined ? ANY : planning.types.shapeAt(property.shape);
    const value =
      key === 'location'
        ? planLocation(planning, draft, entry.value)
        : planValue(planning, draft, entry.value, { shape: inner, path: name, depth: 1 });
    if (value !== undefined) members.push({ name, value });
  }
  return members.sort((a, b) => rank(a.name) - rank(b.name));
}

function rank(name: string): number {
  const index = ORDER.indexOf(name);
  return index >= 0 ? index : name === 'properties' ? 100 : 50;
}

function planValue(planning: Planning, draft: Draft, value: Value, at: At): PlanValue | undefined {
  if (at.depth > DEPTH_MAX) return planUnknown(planning, draft, tooDeep(value), at);
  switch (value.kind) {
    case 'null':
      return undefined;
    case 'unknown':
      return planUnknown(planning, draft, value, at);
    case 'string':
      return planString(planning, draft, value.value, value.at, at.shape);
    case 'number':
    case 'boolean':
      return literal(value.value, value.at);
    case 'array': {
      const shape = itemShape(planning.types, at.shape);
      const items = value.items.map(
        (item, index) =>
          planValue(planning, draft, item, {
            shape,
            path: `${at.path}[${index}]`,
            depth: at.depth + 1,
          }) ?? literal(null, item.at),
      );
      return { kind: 'list', items, at: value.at };
    }
    case 'object':
      return planObject(planning, draft, value, at);
  }
}

function planObject(planning: Planning, draft: Draft, value: ObjectValue, at: At): PlanValue {
  const properties = propertiesIn(planning.types, at.shape, value);
  const others = otherShape(planning.types, at.shape);
  const members: PlanMember[] = [];
  for (const [key, entry] of value.members) {
    if (isAbsent(entry.value)) continue;
    const property = properties?.get(key);
    const name = property?.name ?? entry.name;
    const path = `${at.path}.${name}`;
    if (property?.isReadOnly === true || isNoise(key, value)) {
      drop(planning, draft, path, property?.isReadOnly === true ? 'read-only' : 'noise');
      continue;
    }
    const shape = property === undefined ? others : planning.types.shapeAt(property.shape);
    const inner = planValue(planning, draft, entry.value, { shape, path, depth: at.depth + 1 });
    if (inner !== undefined)
      members.push({ ...memberName(planning, draft, name, entry.at), value: inner });
  }
  return { kind: 'object', members, at: value.at };
}

/** Identities are keyed by their ids, and a name may hold what nobody knows. */
function memberName(
  planning: Planning,
  draft: Draft,
  name: string,
  at: Place,
): Pick<PlanMember, 'name' | 'computed'> {
  if (!name.startsWith('/') && !name.includes('«')) return { name };
  const computed = planString(planning, draft, name, at, ANY);
  if (computed.kind === 'literal') return { name };
  return { name, computed: computed as PlanText };
}

/** `id` and `type` of a part that has a name say where the part is, which its parent says already. */
function isNoise(key: string, object: ObjectValue): boolean {
  if (NOISE.has(key)) return true;
  if (key === 'size') return object.members.has('rulecollections');
  if (key !== 'id' && key !== 'type') return false;
  const isPart = object.members.has('properties') || object.members.has('name');
  const id = object.members.get('id')?.value;
  return isPart && id?.kind === 'string' && id.value.startsWith('/');
}

function planString(
  planning: Planning,
  draft: Draft,
  text: string,
  at: Place,
  shape: Shape,
): PlanValue {
  if (shape.kind === 'int' && /^-?\d{1,15}$/.test(text)) return literal(Number(text), at);
  if (shape.kind === 'bool' && /^(?:true|false)$/i.test(text)) {
    return literal(text.toLowerCase() === 'true', at);
  }
  if (shape.kind === 'enum') {
    const lower = text.toLowerCase();
    const spelled = shape.values.find((each) => each.toLowerCase() === lower);
    if (spelled !== undefined) return literal(spelled, at);
  }
  return planReference(planning, text, at) ?? planText(planning, text, draft.symbol, at);
}

/** An attribute of a resource, a text made of known and unknown parts, or a parameter. */
function planUnknown(
  planning: Planning,
  draft: Draft,
  unknown: Unknown,
  { shape, path }: Pick<At, 'shape' | 'path'>,
): PlanValue {
  const { symbol, at } = unknown;
  if (symbol !== undefined && unknown.reason !== 'secret') {
    if (symbol.startsWith(TEXT_SYMBOL)) {
      const text = symbol.slice(TEXT_SYMBOL.length);
      return planReference(planning, text, at) ?? planText(planning, text, draft.symbol, at);
    }
    const attribute = runTimeAttribute(planning, symbol, at);
    if (attribute !== undefined && attribute.resource !== draft.key) return attribute;
  }
  return planning.parameters.unknown(unknown, { owner: draft.symbol, path, shape });
}

function planLocation(planning: Planning, draft: Draft, value: Value): PlanValue | undefined {
  if (value.kind === 'unknown' && isDeploymentLocation(identityOf(value) ?? value.text)) {
    return locationParameter(planning, undefined, value.at);
  }
  if (value.kind !== 'string' || value.value.includes('«')) {
    return planValue(planning, draft, value, { shape: ANY, path: 'location', depth: 1 });
  }
  if (value.value.toLowerCase() === 'global') return literal('global', value.at);
  return locationParameter(planning, value.value, value.at);
}

function drop(planning: Planning, draft: Draft, path: string, why: 'read-only' | 'noise'): void {
  planning.dropped.push({ resource: draft.key, path, why });
}

function literal(value: string | number | boolean | null, at: Place): PlanValue {
  return { kind: 'literal', value, at };
}

function tooDeep(value: Value): Unknown {
  const missing = 'a value nested less deep';
  return { kind: 'unknown', reason: 'unsupported', text: '', missing, at: value.at };
}
