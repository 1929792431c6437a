import { assertNever } from '../../diagnostics/index.ts';
import type { PlanScope } from '../plan/index.ts';
import { code, type Expression, joined } from './expression.ts';
import { expressionOf } from './value-lines.ts';
import type { Writer } from './writer.ts';

export function scopeOf(writer: Writer, key: string): PlanScope {
  return writer.plan.scopes.get(key) ?? { key, kind: 'tenant', title: key };
}

export function isHome(writer: Writer, scope: PlanScope): boolean {
  return `${scope.key}/`.startsWith(`/subscriptions/${writer.plan.home.subscription}/`);
}

/** The id of a group or subscription. Of one in the subscription deployed to it is looked up. */
export function scopeExpression(writer: Writer, scope: PlanScope): Expression {
  switch (scope.kind) {
    case 'tenant':
      return code('""');
    case 'management-group':
      return joined([
        '/providers/Microsoft.Management/managementGroups/',
        scope.name === undefined ? '' : expressionOf(writer, scope.name),
      ]);
    case 'subscription':
      if (!isHome(writer, scope)) return joined(subscriptionText(writer, scope));
      writer.used.isSubscriptionAsked = true;
      return code('data.azurerm_subscription.current.id');
    case 'resource-group': {
      if (isHome(writer, scope)) {
        return code(`data.azurerm_resource_group.${groupLabel(writer, scope)}.id`);
      }
      const base = subscriptionText(writer, scope);
      return joined([...base, '/resourceGroups/', groupExpression(writer, scope)]);
    }
    default:
      return assertNever(scope.kind);
  }
}

export function subscriptionText(
  writer: Writer,
  scope: PlanScope,
): readonly (string | Expression)[] {
  const subscription =
    scope.subscription === undefined || isHome(writer, scope)
      ? subscriptionExpression(writer)
      : expressionOf(writer, scope.subscription);
  return ['/subscriptions/', subscription];
}

export function subscriptionExpression(writer: Writer): Expression {
  writer.used.isSubscriptionAsked = true;
  return code('data.azurerm_subscription.current.subscription_id');
}

function groupLabel({ used, plan }: Writer, scope: PlanScope): string {
  const known = used.groups.get(scope.key);
  if (known !== undefined) return known;
  const wanted = plan.level === 'resource-group' && scope.name === undefined ? 'main' : scope.title;
  const label = used.names.take('azurerm_resource_group', wanted, 'group');
  used.groups.set(scope.key, label);
  return label;
}

/** The name of a resource group. */
export function groupExpression(writer: Writer, scope: PlanScope): Expression {
  if (scope.name !== undefined) return expressionOf(writer, scope.name);
  writer.used.variables.add(HOME_GROUP);
  return code(`var.${HOME_GROUP}`);
}

/** The variable that names the group deployed to. No name of the plan has an underscore. */
export const HOME_GROUP = 'resource_group_name';
