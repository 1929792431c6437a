import { member, type ObjectValue, stringOf, type Value } from '../../values/index.ts';

const TEMPLATE_SCHEMA =
  /(?:^|\/)(?:subscription|managementGroup|tenant)?deploymentTemplate\.json#?$/i;
const PARAMETERS_SCHEMA = /(?:^|\/)(?:\w+)?deploymentParameters\.json#?$/i;

/** Is this the root of an ARM template (iac-formats 1)? By its schema, or by its shape when it names none. */
export function isArmTemplate(root: Value): boolean {
  const schema = stringOf(member(root, '$schema'));
  if (schema !== undefined && PARAMETERS_SCHEMA.test(schema)) return false;
  const resources = member(root, 'resources');
  const hasResources = resources?.kind === 'array' || resources?.kind === 'object';
  if (schema !== undefined && TEMPLATE_SCHEMA.test(schema)) return true;
  return schema === undefined && hasResources && member(root, 'contentVersion') !== undefined;
}

/**
 * The entries of a parameter file, `{name: {value} | {reference}}`; `undefined` when `root` is something else.
 * Without a schema it takes a `contentVersion` or entries that all look like parameters.
 */
export function parameterFileOf(root: Value): ObjectValue | undefined {
  const schema = stringOf(member(root, '$schema'));
  const parameters = member(root, 'parameters');
  if (parameters?.kind !== 'object' || member(root, 'resources') !== undefined) return undefined;
  if (schema !== undefined) return PARAMETERS_SCHEMA.test(schema) ? parameters : undefined;
  const entries = [...parameters.members.values()];
  const isPassed = (value: Value) =>
    member(value, 'value') !== undefined || member(value, 'reference') !== undefined;
  if (member(root, 'contentVersion') !== undefined) return parameters;
  return entries.length > 0 && entries.every((entry) => isPassed(entry.value))
    ? parameters
    : undefined;
}
