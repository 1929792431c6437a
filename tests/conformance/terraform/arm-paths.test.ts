import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  parseResourceTypes,
  type ResourceTypes,
} from '../../../src/emitters/resource-types/index.ts';
import { type Attribute, AZURERM_TYPES } from '../../../src/importers/terraform/azurerm/index.ts';
import { projectRoot } from '../../support/source-tree.ts';

/** Every ARM path of our table, against the published shapes of the types (data/resource-types), capitals included. */

const types = parseResourceTypes(
  readFileSync(join(projectRoot, 'data', 'resource-types', 'resource-types.json'), 'utf8'),
);
const known = [...AZURERM_TYPES.values()].filter(({ arm }) =>
  types.resources.has(arm.toLowerCase()),
);

/** Of newer versions than the one bundled, or open maps that the shapes do not spell out. */
const ELSEWHERE: ReadonlySet<string> = new Set([]);

describe('ARM paths of the table', () => {
  it('most types can be compared', () => {
    expect(known.length).toBeGreaterThan(50);
  });

  it.each(known.map((type) => [type.terraform, type] as const))('%s', (_, type) => {
    const body = types.resources.get(type.arm.toLowerCase())!.body;
    const { identity } = type;
    const start = identity.kind === 'element' ? stepsOf(identity.list) : [];
    const wrong = pathsOf(type.attributes, start).flatMap((steps) => {
      const path = steps.join('.');
      return spelled(body, steps) || ELSEWHERE.has(`${type.terraform} ${path}`) ? [] : [path];
    });
    expect(wrong).toEqual([]);
  });
});

type Shape = ReturnType<ResourceTypes['shapeAt']>;

function spelled(shape: Shape, [step, ...rest]: readonly string[]): boolean {
  switch (shape.kind) {
    case 'any':
      return true;
    case 'array':
      return step === undefined || spelled(types.shapeAt(shape.item), [step, ...rest]);
    case 'object': {
      if (step === undefined) return true;
      const property = shape.properties.get(step.toLowerCase());
      if (property !== undefined) {
        return property.name === step && spelled(types.shapeAt(property.shape), rest);
      }
      return shape.others !== undefined && spelled(types.shapeAt(shape.others), rest);
    }
    case 'choice': {
      if (step === undefined) return true;
      const property = shape.properties.get(step.toLowerCase());
      if (property !== undefined) return spelled(types.shapeAt(property.shape), rest);
      if (step.toLowerCase() === shape.discriminator.toLowerCase()) return rest.length === 0;
      return [...shape.elements.values()].some((element) =>
        spelled(types.shapeAt(element.shape), [step, ...rest]),
      );
    }
    default:
      return step === undefined;
  }
}

/** The paths of all arguments, with the blocks they are in, and of what blocks imply. */
function pathsOf(
  attributes: readonly Attribute[],
  owner: readonly string[],
): readonly (readonly string[])[] {
  return attributes.flatMap((attribute) => {
    const path = [...owner, ...stepsOf(attribute.arm)];
    if (attribute.kind === 'value') return [path];
    if (attribute.child !== undefined) return [];
    const implied = Object.keys(attribute.always ?? {}).map((name) => [...path, ...stepsOf(name)]);
    return [...implied, ...pathsOf(attribute.attributes, path)];
  });
}

function stepsOf(path: string): readonly string[] {
  return [...path.matchAll(/\["([^"]*)"\]|([^.["\]]+)/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
}
