import { type Attribute, AZURERM_TYPES, type Literal } from '../../src/azurerm/index.ts';
import type { AzureResource, Snapshot } from '../../src/model/index.ts';
import { fromJson, type Member, type ObjectValue, type Value } from '../../src/values/index.ts';

/**
 * What Terraform adds to a snapshot that was written with it and read back, and what it spells differently:
 *
 * - the provider sends its own defaults for arguments that are not written (`sku_tier = "Regional"`): members that the
 *   snapshot leaves out and the provider's default says are no difference;
 * - where azurerm wants an argument that ARM does not, Azure's own default is written (`DEFAULTS`, by the reference of
 *   each type);
 * - a subnet has a list of prefixes and a rule of a load balancer a list of pools, of which one is the short form.
 */
export function withoutProviderDefaults(back: Snapshot, before: Snapshot): Snapshot {
  const byBareKey = new Map([...before.resources].map(([key, one]) => [bare(key), one]));
  return mapResources(back, (resource) => {
    const left = (before.resources.get(resource.key) ?? byBareKey.get(bare(resource.key)))?.body;
    const types = [...AZURERM_TYPES.values()].filter(
      ({ arm }) => arm.toLowerCase() === resource.type.toLowerCase(),
    );
    return types.reduce<ObjectValue>(
      (body, { attributes, always = {} }) => {
        const literals = Object.entries(always).reduce(
          (here, [path, literal]) => without(here, left, steps(path), literal),
          body,
        );
        return clean(literals, left, attributes) as ObjectValue;
      },
      withoutDefaults(resource, left),
    );
  });
}

const DEFAULTS: Readonly<Record<string, readonly (readonly [string, Literal])[]>> = {
  'microsoft.network/azurefirewalls': [
    ['properties.sku.name', 'AZFW_VNet'],
    ['properties.sku.tier', 'Standard'],
  ],
  'microsoft.network/applicationgateways': [
    ['properties.backendHttpSettingsCollection.properties.cookieBasedAffinity', 'Disabled'],
  ],
  // learn.microsoft.com, "Create a private AKS cluster": a public name is made, too, unless that is disabled.
  'microsoft.containerservice/managedclusters': [
    ['properties.apiServerAccessProfile.enablePrivateClusterPublicFQDN', true],
  ],
  // `default_node_pool`, read as the pool it is.
  'microsoft.containerservice/managedclusters/agentpools': [
    ['properties.type', 'VirtualMachineScaleSets'],
    ['properties.osType', 'Linux'],
  ],
  'microsoft.network/networkinterfaces': [
    ['properties.ipConfigurations.properties.privateIPAllocationMethod', 'Dynamic'],
  ],
};

function withoutDefaults({ type, body }: AzureResource, left: Value | undefined): ObjectValue {
  return (DEFAULTS[type.toLowerCase()] ?? []).reduce(
    (here, [path, literal]) => without(here, left, steps(path), literal),
    body,
  );
}

export function withLists(snapshot: Snapshot): Snapshot {
  return mapResources(snapshot, ({ type, body }) => {
    const properties = body.members.get('properties');
    if (properties?.value.kind !== 'object') return body;
    switch (type.toLowerCase()) {
      case 'microsoft.network/virtualnetworks/subnets':
        return set(body, 'properties', withList(properties.value, 'addressPrefix', 'Prefixes'));
      case 'microsoft.network/loadbalancers': {
        const rules = properties.value.members.get('loadbalancingrules')?.value;
        if (rules?.kind !== 'array') return body;
        const items = rules.items.map((rule) => {
          const inner = rule.kind === 'object' ? rule.members.get('properties')?.value : undefined;
          if (rule.kind !== 'object' || inner?.kind !== 'object') return rule;
          return set(rule, 'properties', withList(inner, 'backendAddressPool', 'Pools'));
        });
        return set(
          body,
          'properties',
          set(properties.value, 'loadBalancingRules', { ...rules, items }),
        );
      }
      default:
        return body;
    }
  });
}

/** `backendAddressPool` as `backendAddressPools`. */
function withList(body: ObjectValue, one: string, end: string): ObjectValue {
  const many = one.replace(/[A-Z][a-z]+$/, end);
  const single = body.members.get(one.toLowerCase());
  const plural = body.members.get(many.toLowerCase());
  if (single === undefined || single.value.kind === 'unknown') return body;
  const members = new Map(body.members);
  members.delete(one.toLowerCase());
  if (plural?.value.kind !== 'array' || plural.value.items.length === 0) {
    const value: Value = { kind: 'array', items: [single.value], at: single.at };
    members.set(many.toLowerCase(), { ...single, name: many, value });
  }
  return { ...body, members };
}

function mapResources(snapshot: Snapshot, change: (resource: AzureResource) => ObjectValue) {
  const resources = new Map(
    [...snapshot.resources].map(([key, one]) => [key, { ...one, body: change(one) }]),
  );
  return { ...snapshot, resources };
}

function clean(body: Value, left: Value | undefined, attributes: readonly Attribute[]): Value {
  let here = body;
  for (const attribute of attributes) {
    if (attribute.kind === 'value') {
      const { fallback } = attribute;
      const literal = typeof fallback === 'function' ? fallback(4) : fallback;
      if (literal === undefined) continue;
      const sent = attribute.as.read(fromJson(literal, body.at), { id: '' });
      if (sent === undefined || !('value' in sent)) continue;
      here = without(here, left, steps(attribute.arm), sent.value);
    } else here = inBlock(here, left, steps(attribute.arm), attribute);
  }
  return here;
}

function inBlock(
  body: Value,
  left: Value | undefined,
  [name, ...rest]: readonly string[],
  block: Attribute & { kind: 'block' },
): Value {
  if (name === undefined) {
    if (body.kind === 'array') {
      const others = left?.kind === 'array' ? left.items : [];
      const silent = Object.entries(block.implies ?? {});
      const items = body.items.map((item, index) => {
        const left = others[index];
        const bare = silent.reduce(
          (one, [path, lit]) => without(one, left, steps(path), lit),
          item,
        );
        return clean(bare, left, block.attributes);
      });
      return { ...body, items };
    }
    const always = Object.entries({ ...block.always, ...block.implies });
    const cleaned = always.reduce((one, [path, lit]) => without(one, left, steps(path), lit), body);
    return clean(cleaned, left, block.attributes);
  }
  if (body.kind !== 'object') return body;
  const inner = body.members.get(name.toLowerCase());
  if (inner === undefined) return body;
  const other = left?.kind === 'object' ? left.members.get(name.toLowerCase())?.value : undefined;
  return set(body, name, inBlock(inner.value, other, rest, block));
}

/** Takes a member out that only this side has and that is the literal. */
function without<T extends Value>(
  body: T,
  left: Value | undefined,
  path: readonly string[],
  literal: Literal,
): T {
  const [name = '', ...rest] = path;
  if (body.kind === 'array') {
    const others = left?.kind === 'array' ? left.items : [];
    const items = body.items.map((item, index) => without(item, others[index], path, literal));
    return { ...body, items };
  }
  if (body.kind !== 'object') return body;
  const key = name.toLowerCase();
  const inner = body.members.get(key);
  const other = left?.kind === 'object' ? left.members.get(key)?.value : undefined;
  if (inner === undefined) return body;
  if (rest.length > 0) return set(body, name, without(inner.value, other, rest, literal)) as T;
  const isDefault = 'value' in inner.value && inner.value.value === literal;
  if (other !== undefined || !isDefault) return body;
  const members = new Map(body.members);
  members.delete(key);
  return { ...body, members };
}

function set(body: ObjectValue, name: string, value: Value): ObjectValue {
  const key = name.toLowerCase();
  const entry: Member = { name, at: value.at, ...body.members.get(key), value };
  return { ...body, members: new Map(body.members).set(key, entry) };
}

/** A key without what its tokens say. */
function bare(key: string): string {
  return key.replace(/«[^«»]*»/g, '«»');
}

function steps(path: string): readonly string[] {
  return [...path.matchAll(/\["([^"]*)"\]|([^.["\]]+)/g)].map((match) => match[1] ?? match[2]!);
}
