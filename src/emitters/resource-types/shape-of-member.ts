import { stringOf, type Value } from '../../values/index.ts';
import type { PropertyShape, ResourceTypes, Shape } from './resource-types.ts';

export const ANY: Shape = { kind: 'any' };

/**
 * The properties an object may have. Of a choice: the common ones and those of the alternative that `value` names;
 * `undefined` where the object is free or the choice is open.
 */
export function propertiesIn(
  types: ResourceTypes,
  shape: Shape,
  value: Value | undefined,
): ReadonlyMap<string, PropertyShape> | undefined {
  if (shape.kind === 'object') return shape.properties;
  if (shape.kind !== 'choice') return undefined;
  const chosen = chosenElement(types, shape, value);
  if (chosen === undefined) return undefined;
  const inner = propertiesIn(types, chosen, value);
  return inner === undefined ? undefined : new Map([...shape.properties, ...inner]);
}

/** The alternative that the discriminator of `value` names. */
export function chosenElement(
  types: ResourceTypes,
  shape: Extract<Shape, { kind: 'choice' }>,
  value: Value | undefined,
): Shape | undefined {
  if (value?.kind !== 'object') return undefined;
  const name = stringOf(value.members.get(shape.discriminator.toLowerCase())?.value);
  const element = name === undefined ? undefined : shape.elements.get(name.toLowerCase());
  return element === undefined ? undefined : types.shapeAt(element.shape);
}

/** Shape of the items of an array. */
export function itemShape(types: ResourceTypes, shape: Shape): Shape {
  return shape.kind === 'array' ? types.shapeAt(shape.item) : ANY;
}

/** Shape of the members of a free object: tags, maps. */
export function otherShape(types: ResourceTypes, shape: Shape): Shape {
  return shape.kind === 'object' && shape.others !== undefined ? types.shapeAt(shape.others) : ANY;
}

/**
 * A path with Azure's own capitals, and whether the first step is of the envelope (`identity`, `sku`). What the types
 * do not know stays as it is.
 */
export function spelledPath(
  types: ResourceTypes,
  type: string,
  path: readonly (string | number)[],
): readonly (string | number)[] {
  const body = types.resources.get(type.toLowerCase())?.body;
  if (body === undefined) return path;
  let shape: Shape = body;
  return path.map((step) => {
    if (typeof step === 'number') {
      shape = itemShape(types, shape);
      return step;
    }
    const property = propertiesIn(types, shape, undefined)?.get(step.toLowerCase());
    shape = property === undefined ? otherShape(types, shape) : types.shapeAt(property.shape);
    return property?.name ?? step;
  });
}
