import { isAbsent, itemsOf, member, stringOf, type Value } from '../../../values/index.ts';
import { terraformAttribute } from '../terraform-resource.ts';
import type { ShownResource } from './module-resources.ts';

/** What names, keys and waiting are made of; no address comes from there. */
const NO_ADDRESS_PROVIDER = /^(?:random|tls|time|null)_/;
/** Attributes that only an apply tells and that are no private address. */
const NO_ADDRESS =
  /^(?:id|name|location|fqdn|ip_address|guid|principal_id|tenant_id|client_id|object_id|resource_id|workspace_id|resource_group_name|.*_id|.*_ids|.*_key|.*_name|kube_config|oidc_issuer_url)$/;
const PRIVATE_ADDRESS = /^private_ip_address(?:es)?$/;
/** Types of which no attribute is a private address that only an apply tells. */
const NO_ADDRESS_TYPE =
  /^azurerm_(?:resource_group|virtual_network|subnet|route_table|network_security_group|public_ip|public_ip_prefix|ip_group|firewall_policy|user_assigned_identity|log_analytics_workspace|private_dns_zone)$/;

/**
 * The one private address that the changes of a plan rest on, as a symbol. A plan does not say what a route inside a
 * route table refers to, nor what a local is made of; it does list every attribute that any change was made of
 * (`relevant_attributes`). A next hop nobody knows is made of one of those that nobody knows; where only one of them
 * can be a private address, it is that one.
 * @returns `undefined` when there are several, or something that may be anything
 */
export function onlyNextHop(root: Value, resources: readonly ShownResource[]): string | undefined {
  const byAddress = new Map(resources.map((resource) => [resource.address, resource]));
  const found = new Set<string>();
  for (const entry of itemsOf(member(root, 'relevant_attributes'))) {
    const address = stringOf(member(entry, 'resource'));
    if (address === undefined) return undefined;
    const type = typeOf(address);
    const steps = itemsOf(member(entry, 'attribute'));
    if (NO_ADDRESS_PROVIDER.test(type)) continue;
    const last = stringOf(steps.findLast((step) => step.kind === 'string')) ?? '';
    if (last === '' ? NO_ADDRESS_TYPE.test(type) : NO_ADDRESS.test(last)) continue;
    if (isKnown(byAddress.get(address)?.values, steps)) continue;
    if (!PRIVATE_ADDRESS.test(last)) return undefined;
    found.add(terraformAttribute(address, pathOf(steps)));
  }
  const [only] = found;
  return found.size === 1 ? only : undefined;
}

/** `module.hub["weu"].azurerm_firewall.this[0]` is an `azurerm_firewall`. */
function typeOf(address: string): string {
  return /(?:^|\.)([a-z][a-z0-9]*_[a-z0-9_]+)\.[^.[\]]+(?:\[[^\]]*\])?$/.exec(address)?.[1] ?? '';
}

function isKnown(values: Value | undefined, steps: readonly Value[]): boolean {
  let here = values;
  for (const step of steps) {
    if (step.kind === 'number') here = here?.kind === 'array' ? here.items[step.value] : undefined;
    else here = member(here, stringOf(step) ?? '');
  }
  return !isAbsent(here);
}

function pathOf(steps: readonly Value[]): string {
  let path = '';
  for (const step of steps) {
    if (step.kind === 'number') path += `[${step.value}]`;
    else if (step.kind === 'string') path += path === '' ? step.value : `.${step.value}`;
  }
  return path;
}
