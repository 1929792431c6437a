import { isAbsent, member, path, stringOf, type Value } from '../../../values/index.ts';
import type { TerraformScope } from '../azurerm/index.ts';
import { referencesOf } from './follow-references.ts';

/** Subscription and version of the provider, as far as the plan spells them out. */
export function scopeOf(root: Value, scope: TerraformScope): TerraformScope {
  const providers = path(root, 'configuration', 'provider_config');
  const provider = member(providers, 'azurerm');
  const expression = path(provider, 'expressions', 'subscription_id');
  const subscriptionId = constantOf(root, expression);
  const constraint = stringOf(member(provider, 'version_constraint')) ?? '';
  const providerVersion = /\d+/.exec(constraint)?.[0];
  return {
    ...(providerVersion === undefined ? {} : { providerVersion }),
    ...(subscriptionId === undefined ? {} : { subscriptionId }),
    ...scope,
  };
}

/** A constant, or the value a variable was given. */
function constantOf(root: Value, expression: Value | undefined): string | undefined {
  const constant = member(expression, 'constant_value');
  if (!isAbsent(constant)) return stringOf(constant);
  const [reference] = referencesOf(expression);
  const name = /^var\.(\w+)$/.exec(reference ?? '')?.[1];
  return name === undefined ? undefined : stringOf(path(root, 'variables', name, 'value'));
}
