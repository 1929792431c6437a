import type { Place } from '../../diagnostics/index.ts';
import type { ScopeId } from './azure-id.ts';
import { scopeKey } from './azure-id.ts';
import type { Planning } from './draft.ts';
import { camelCase } from './identifier.ts';
import type { PlanScope, PlanText } from './plan.ts';
import { planText } from './plan-text.ts';

/** The scope of a resource, added to the plan when it is new. What is not deployed to gets a parameter for its name. */
export function planScope(planning: Planning, id: ScopeId, at: Place): PlanScope {
  const key = scopeKey(id);
  const known = planning.scopes.get(key);
  if (known !== undefined) return known;
  const scope = scopeFor(planning, id, key, at);
  planning.scopes.set(key, scope);
  return scope;
}

function scopeFor(planning: Planning, id: ScopeId, key: string, at: Place): PlanScope {
  if (id.kind === 'tenant') return { key, kind: id.kind, title: 'the tenant' };
  if (id.kind === 'management-group') {
    const name = named(planning, key, id.name, `${bare(id.name)}ManagementGroup`, at);
    return { key, kind: id.kind, name, title: id.name };
  }
  const { home } = planning;
  const isHome = id.subscription.toLowerCase() === home.subscription;
  const subscription = isHome
    ? homeSubscription(planning, at)
    : named(
        planning,
        `/subscriptions/${id.subscription}`.toLowerCase(),
        id.subscription,
        `${id.kind === 'resource-group' ? bare(id.name) : 'other'}SubscriptionId`,
        at,
      );
  const inSubscription = subscription === undefined ? {} : { subscription };
  if (id.kind === 'subscription') {
    return { key, kind: id.kind, ...inSubscription, title: `subscription ${id.subscription}` };
  }
  const name =
    key === home.group
      ? undefined
      : named(planning, key, id.name, `${bare(id.name)}ResourceGroup`, at);
  return {
    key,
    kind: id.kind,
    ...inSubscription,
    ...(name === undefined ? {} : { name }),
    title: id.name,
  };
}

function homeSubscription(planning: Planning, at: Place): PlanText | undefined {
  if (!planning.home.isSpread) return undefined;
  return planning.parameters.named(
    'home-subscription',
    'subscriptionId',
    (name) => ({
      name,
      type: 'string',
      description: 'The subscription of most of the resources: the one deployed to.',
      isSecure: false,
      default: { kind: 'deployment-subscription' },
      role: 'scope',
    }),
    at,
  );
}

function named(
  planning: Planning,
  key: string,
  value: string,
  wanted: string,
  at: Place,
): PlanText {
  if (value.includes('«')) return planText(planning, value, wanted, at);
  return planning.parameters.named(
    `scope:${key}`,
    wanted,
    (name) => ({
      name,
      type: 'string',
      description: /SubscriptionId$/.test(wanted)
        ? 'A subscription beside the one deployed to.'
        : `The group called ${value} in the input.`,
      isSecure: false,
      default: { kind: 'literal', value, at },
      role: 'scope',
    }),
    at,
  );
}

function bare(name: string): string {
  const words = camelCase(name.replace(/«[^»]*»/g, ' ').replace(/^(?:rg|mg)[-_.]/i, ''));
  return words === '' ? 'other' : words;
}
