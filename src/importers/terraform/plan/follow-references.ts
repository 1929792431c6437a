import { itemsOf, member, stringOf, type Value } from '../../../values/index.ts';
import { terraformAttribute } from '../terraform-resource.ts';
import { type AddressStep, pathOfSteps, stepsOfAddress } from './address.ts';
import { type Configuration, parentOf } from './configuration.ts';
import type { ShownResource } from './module-resources.ts';

/** Through modules and their outputs: real chains are three or four long. */
const STEPS_MAX = 24;

/** Where a reference stands, and which instance it may mean. */
interface Standing {
  readonly module: string;
  /** Keys of the instances on the way: `each.key` and `count.index` mean the one of the same key. */
  readonly keys: readonly (string | number)[];
  readonly left: number;
}

/**
 * The attribute an expression hands on as it is, as a symbol; `undefined` when it may be made of several, or when the
 * plan does not spell it out (locals are not in it). References are listed from specific to general (iac-formats 4.1).
 * @param fits whether an attribute of that name may be what is asked for
 */
export function followReferences(
  references: readonly string[],
  resource: ShownResource,
  configuration: Configuration,
  fits: (attribute: string, type: string) => boolean,
): string | undefined {
  const keys = resource.index === undefined ? [] : [resource.index];
  const standing = { module: resource.module, keys, left: STEPS_MAX };
  const found = follow(references, standing, configuration);
  if (found === undefined) return undefined;
  return fits(found.path, found.resource.type)
    ? terraformAttribute(found.resource.address, found.path)
    : undefined;
}

interface Found {
  readonly resource: ShownResource;
  readonly path: string;
}

function follow(
  references: readonly string[],
  standing: Standing,
  configuration: Configuration,
): Found | undefined {
  if (standing.left === 0) return undefined;
  const [only, ...others] = targetsOf(references);
  if (only === undefined || others.length > 0) return undefined;
  const steps = stepsOfAddress(only);
  const isIndexed = references.some((each) => /^(?:each\.key|count\.index)\b/.test(each));
  const here = { ...standing, keys: isIndexed ? standing.keys : [], left: standing.left - 1 };
  switch (steps[0]?.name) {
    case 'var':
      return followVariable(steps, { ...here, keys: standing.keys }, configuration);
    case 'module':
      return followOutput(steps, here, configuration);
    case 'local':
    case 'path':
    case 'terraform':
    case 'self':
      return undefined;
    default:
      return findInstance(steps, here, configuration);
  }
}

/** The most specific references, without those that only choose an instance. */
export function targetsOf(references: readonly string[]): readonly string[] {
  const targets: string[] = [];
  for (const reference of references) {
    if (/^(?:each|count)\./.test(reference)) continue;
    const isGeneral = targets.some(
      (target) =>
        target === reference ||
        (target.startsWith(reference) && /[.[]/.test(target[reference.length] ?? '')),
    );
    if (!isGeneral) targets.push(reference);
  }
  return targets;
}

/** A variable of a module is what its caller hands in. */
function followVariable(
  steps: readonly AddressStep[],
  standing: Standing,
  configuration: Configuration,
): Found | undefined {
  const name = steps[1]?.name;
  if (standing.module === '' || name === undefined) return undefined;
  const handed = member(configuration.call(standing.module), name);
  const own = stepsOfAddress(standing.module).at(-1)?.key;
  const keys = [...keysOf(steps.slice(1)), ...(own === undefined ? [] : [own])];
  const next = { ...standing, module: parentOf(standing.module), keys };
  const found = follow(referencesOf(handed), next, configuration);
  return found?.path === '' ? { ...found, path: pathOfSteps(steps.slice(2)) } : found;
}

/** `module.hub["weu"].subnet_ids["nodes"]`: an output of that instance. */
function followOutput(
  [, call, output, ...rest]: readonly AddressStep[],
  standing: Standing,
  configuration: Configuration,
): Found | undefined {
  if (call === undefined || output === undefined) return undefined;
  const front = standing.module === '' ? '' : `${standing.module}.`;
  const key = call.key ?? standing.keys[0];
  const plain = `${front}module.${call.name}`;
  const keyed = key === undefined ? plain : `${plain}[${JSON.stringify(key)}]`;
  const module = call.key === undefined && configuration.hasModule(plain) ? plain : keyed;
  const outputs = member(configuration.module(module), 'outputs');
  const expression = member(member(outputs, output.name), 'expression');
  const next = { ...standing, module, keys: keysOf([output, ...rest]) };
  // An output may hand on a whole resource, of which the caller takes an attribute.
  const found = follow(referencesOf(expression), next, configuration);
  return found?.path === '' ? { ...found, path: pathOfSteps(rest) } : found;
}

function findInstance(
  steps: readonly AddressStep[],
  standing: Standing,
  configuration: Configuration,
): Found | undefined {
  const isData = steps[0]?.name === 'data';
  const [type, name, ...rest] = isData ? steps.slice(1) : steps;
  if (type === undefined || name === undefined) return undefined;
  const written = `${isData ? 'data.' : ''}${type.name}.${name.name}`;
  const instances = configuration.instancesOf(standing.module, written);
  const keys = name.key === undefined ? standing.keys : [name.key];
  const [first] = instances;
  const found =
    instances.find(({ index }) => index !== undefined && keys.includes(index)) ??
    (instances.length === 1 && (name.key === undefined || first?.index === name.key)
      ? first
      : undefined);
  return found === undefined ? undefined : { resource: found, path: pathOfSteps(rest) };
}

function keysOf(steps: readonly AddressStep[]): readonly (string | number)[] {
  return steps.flatMap(({ key }) => (key === undefined ? [] : [key]));
}

/** The references of an expression: `{ "references": […] }`. */
export function referencesOf(expression: Value | undefined): readonly string[] {
  return itemsOf(member(expression, 'references')).flatMap((item) => stringOf(item) ?? []);
}
