import type { Place } from '../../../diagnostics/index.ts';
import { itemsOf, member, type Unknown, type Value } from '../../../values/index.ts';
import { AZURERM_TYPES } from '../azurerm/index.ts';
import { terraformAttribute } from '../terraform-resource.ts';
import { type AddressStep, stepsOfAddress } from './address.ts';
import { attributeAt, expectationOf, fits } from './argument-fits.ts';
import type { Configuration } from './configuration.ts';
import type { FixedSubnet } from './fixed-subnets.ts';
import { followReferences, referencesOf, targetsOf } from './follow-references.ts';
import type { ShownResource } from './module-resources.ts';
import { expressionAt } from './written-expression.ts';

/** What the plan as a whole says, for what it does not say of one attribute. */
export interface PlanFacts {
  /** Are rules or routes of this resource written as resources of their own? */
  readonly hasSeparate: (resource: ShownResource, type: string) => boolean;
  /** The one address that a next hop nobody spells out can be. */
  readonly nextHop: string | undefined;
  readonly fixedSubnet: FixedSubnet;
}

/**
 * What a plan says of one attribute that only the apply tells: an unknown that carries the identity the configuration
 * gives it (iac-formats 4.1). What nobody wrote is the service's to decide, and says nothing.
 */
export function tellUnknown(
  resource: ShownResource,
  configuration: Configuration,
  path: string,
  at: Place,
  facts: PlanFacts,
): Value | undefined {
  // Its own id: made of names where it is needed.
  if (path === 'id') return undefined;
  const steps = stepsOfAddress(path);
  const expressions = member(configuration.resource(resource), 'expressions');
  const found = expressionAt(expressions, resource.values, steps);
  const top = steps[0];
  if (found.kind === 'services') {
    const isMade = attributeAt(resource.type, steps)?.kind === 'block';
    const name = steps.at(-1)?.name ?? '';
    return isMade && !COMPUTED_BLOCKS.has(name) ? own(resource, path, '', at) : undefined;
  }
  if (found.kind === 'not-written' && expressions !== undefined && top !== undefined) {
    // Blocks that the schema has as attributes, and those made by `dynamic`, are in no plan's configuration.
    if (steps.length > 1 || top.key !== undefined) {
      return concluded(resource, steps, path, '', at, facts);
    }
    return isServices(resource, top.name, facts.hasSeparate)
      ? undefined
      : own(resource, path, '', at);
  }
  const references = found.kind === 'found' ? referencesOf(found.expression) : [];
  const index = steps.at(-1)?.key;
  const name = steps.at(-1)?.name ?? '';
  const text = targetsOf(references).join(', ');
  const symbol =
    typeof index === 'number' && references.length > 0
      ? itemSymbol(resource, configuration, references, index, steps)
      : followReferences(references, resource, configuration, (attribute, type) =>
          fits(name, expectationOf(resource.type, steps), attribute, type),
        );
  if (symbol !== undefined) return unknown(symbol, text, path, resource, at);
  // A local is in no plan either.
  const isHidden = text === '' || text.startsWith('local.');
  return isHidden
    ? concluded(resource, steps, path, text, at, facts)
    : own(resource, path, text, at);
}

/** What the configuration of the plan does not spell out, and the plan as a whole may leave one answer to. */
function concluded(
  resource: ShownResource,
  steps: readonly AddressStep[],
  path: string,
  text: string,
  at: Place,
  { nextHop, fixedSubnet }: PlanFacts,
): Unknown {
  const isSubnet = steps.length === 2 && steps[1]?.name === 'subnet_id';
  const symbol = isNextHop(steps)
    ? nextHop
    : isSubnet
      ? fixedSubnet(resource.type, steps[0]?.name ?? '')
      : undefined;
  return symbol === undefined
    ? own(resource, path, text, at)
    : unknown(symbol, text, path, resource, at);
}

function isNextHop(steps: readonly AddressStep[]): boolean {
  return steps.at(-1)?.name === 'next_hop_in_ip_address';
}

/** A list of as many references as it has items, all of them unknown: one for each. */
function itemSymbol(
  resource: ShownResource,
  configuration: Configuration,
  references: readonly string[],
  index: number,
  steps: readonly AddressStep[],
): string | undefined {
  const targets = targetsOf(references);
  const target = targets[index];
  if (targets.length !== itemCount(resource, steps) || target === undefined) return undefined;
  const name = steps.at(-1)?.name ?? '';
  const expects = expectationOf(resource.type, steps);
  const indexing = references.filter((each) => /^(?:each|count)\./.test(each));
  return followReferences([target, ...indexing], resource, configuration, (attribute, type) =>
    fits(name, expects, attribute, type),
  );
}

/** Not written: computed by the service, unless it is a block that a `dynamic` one may make. */
function isServices(
  resource: ShownResource,
  name: string,
  hasSeparate: (resource: ShownResource, type: string) => boolean,
): boolean {
  const attribute = AZURERM_TYPES.get(resource.type)?.attributes.find((one) => one.name === name);
  if (attribute?.kind !== 'block' || attribute.isTold === true) return true;
  const separate = attribute.isAlsoSeparate;
  if (separate === undefined) return COMPUTED_BLOCKS.has(name);
  // A plan lists no `dynamic` blocks: rules nobody wrote apart may be made by one.
  return separate === 'azurerm_subnet' || hasSeparate(resource, separate);
}

/** Blocks the service fills when they are not written. */
const COMPUTED_BLOCKS: ReadonlySet<string> = new Set([
  'network_profile',
  'load_balancer_profile',
  'nat_gateway_profile',
  'bootstrap_profile',
  'ssl_policy',
  'network_rule_set',
  'network_acls',
  'network_rules',
  'bgp_settings',
  'routing',
  'identity',
  'soa_record',
]);

/** The attribute by itself: the same wherever it is mentioned. */
function own(resource: ShownResource, path: string, text: string, at: Place): Unknown {
  return unknown(terraformAttribute(resource.address, path), text, path, resource, at);
}

function unknown(
  symbol: string,
  text: string,
  path: string,
  { address }: ShownResource,
  at: Place,
): Unknown {
  return {
    kind: 'unknown',
    reason: 'run-time',
    text: text === '' ? `${address}.${path}` : text,
    missing: `\`${path}\` of ${address}, which only the apply tells`,
    symbol,
    at: { source: at.source, offset: at.offset, via: [address] },
  };
}

/** How many items the list has; of lists with known items none is told, for which is which is not known. */
function itemCount({ values }: ShownResource, steps: readonly AddressStep[]): number {
  let here: Value | undefined = values;
  for (const [index, { name, key }] of steps.entries()) {
    here = member(here, name);
    if (index === steps.length - 1) break;
    if (key !== undefined) here = here?.kind === 'array' ? here.items[Number(key)] : undefined;
  }
  const items = itemsOf(here);
  return items.every((item) => item.kind === 'null') ? items.length : 0;
}
