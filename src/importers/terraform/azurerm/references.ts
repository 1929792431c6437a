import { type Attribute, AZURERM_TYPES, type Expectation } from '../../../azurerm/index.ts';
import {
  attributeOf,
  isAbsent,
  privateAddressOf,
  publicAddressOf,
  stringOf,
  type Unknown,
  type Value,
} from '../../../values/index.ts';
import { tokenOf } from '../../arm-template/unknowns.ts';
import type { TerraformResource } from '../terraform-resource.ts';
import { azapiTypeOf } from './azapi.ts';
import { type Identities, referenceOf } from './identities.ts';

/** A reference to a reference to a reference: real ones end after two. */
const STEPS_MAX = 16;

/**
 * What a value stands for that only an apply tells. An id becomes the ARM id of the resource; an address and every
 * other attribute stays unknown, under the name that every other format gives it, so that they unify.
 */
export function resolveReference(
  unknown: Unknown,
  expects: Expectation,
  identities: Identities,
): Value {
  const text = resolveText(unknown, identities);
  if (text !== undefined) return text;
  let here = unknown;
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const reference = here.symbol === undefined ? undefined : referenceOf(here.symbol);
    const resource = reference === undefined ? undefined : identities.at(reference.address);
    if (reference === undefined || resource === undefined) return here;
    const path = reference.path === '' ? impliedPath(resource, expects) : reference.path;
    if (path === undefined) return here;
    if (path === 'id') return idOr(here, resource, expects, identities);
    const subscription = identities.subscriptionTold(resource, path);
    if (subscription !== undefined) return { kind: 'string', value: subscription, at: here.at };
    const part = partId(resource, path, identities);
    if (part !== undefined) return { kind: 'string', value: part, at: here.at };
    const written = attributeAt(resource.values, path);
    if (isAbsent(written) || (written.kind === 'unknown' && isSelf(written, here))) {
      return underArmName(here, resource, path, identities);
    }
    if (written.kind !== 'unknown') return { ...written, at: here.at };
    // Another step: what that attribute refers to.
    if (written.symbol === undefined) return underArmName(here, resource, path, identities);
    here = { ...written, at: here.at, text: here.text };
  }
  return here;
}

/** A text with references in it: ids are known as far as their parts are, other texts only as a whole. */
function resolveText(unknown: Unknown, identities: Identities): Value | undefined {
  const { at, symbol = '' } = unknown;
  const filled = identities.filledText(symbol, (inner) => {
    const settled = resolveReference({ ...unknown, symbol: inner }, ANY, identities);
    if (settled.kind === 'string') return settled.value;
    return settled.kind === 'unknown' ? tokenOf(settled) : undefined;
  });
  if (filled === undefined) return undefined;
  const isKnown = !filled.includes('«') || /^\/(?:subscriptions|providers)\//i.test(filled);
  return isKnown ? { kind: 'string', value: filled, at } : { ...unknown, symbol: `text:${filled}` };
}

const ANY: Expectation = { kind: 'any' };

/** `frontend_ip_configuration[0].id`: the parts of a resource have ids below its own. */
function partId(
  resource: TerraformResource,
  path: string,
  identities: Identities,
): string | undefined {
  const match = /^(\w+)(?:\[(\d+)\]|\.(\d+))?\.id$/.exec(path);
  const block = AZURERM_TYPES.get(resource.type)?.attributes.find((one) => one.name === match?.[1]);
  if (match === null || block?.kind !== 'block' || block.holds !== 'many') return undefined;
  const name = stringOf(
    attributeAt(resource.values, `${match[1]}[${match[2] ?? match[3] ?? 0}].name`),
  );
  const owner = identities.of(resource);
  if (name === undefined || owner === undefined) return undefined;
  return `${owner.id}/${block.arm.slice(block.arm.lastIndexOf('.') + 1)}/${name}`;
}

function isSelf(written: Unknown, here: Unknown): boolean {
  return written.symbol === here.symbol;
}

/** `azurerm_subnet.nodes[each.key]` says which resource and not which attribute of it: what is expected says that. */
function impliedPath(resource: TerraformResource, expects: Expectation): string | undefined {
  if (expects.kind === 'id') return 'id';
  return expects.kind === 'address' ? ADDRESSES[resource.type] : undefined;
}

/** Types with one address that is meant when an address is asked for. */
const ADDRESSES: Readonly<Record<string, string>> = {
  azurerm_public_ip: 'ip_address',
  azurerm_firewall: 'ip_configuration[0].private_ip_address',
  azurerm_private_endpoint: 'private_service_connection[0].private_ip_address',
  azurerm_network_interface: 'private_ip_address',
  azurerm_lb: 'private_ip_address',
};

function idOr(
  here: Unknown,
  resource: TerraformResource,
  expects: Expectation,
  identities: Identities,
): Value {
  const identity = identities.of(resource);
  if (identity === undefined) return here;
  // `"${azurerm_virtual_hub.x.id}/hubRouteTables/y"` refers to the hub, and is not its id.
  const wanted = expects.kind === 'id' ? expects.type : undefined;
  if (wanted !== undefined && wanted.toLowerCase() !== identity.type.toLowerCase()) return here;
  return { kind: 'string', value: identity.id, at: here.at };
}

function underArmName(
  here: Unknown,
  resource: TerraformResource,
  path: string,
  identities: Identities,
): Unknown {
  const identity = identities.of(resource);
  if (identity === undefined) return here;
  return {
    ...here,
    symbol: armSymbol(resource, identity.key, path.replace(/\.(\d+)(?=\.|$)/g, '[$1]')),
  };
}

const FIREWALL_ADDRESS = /^(?:ip_configuration|virtual_hub)\[\d+\]\.private_ip_address$/;

function armSymbol(resource: TerraformResource, key: string, path: string): string {
  switch (resource.type) {
    case 'azapi_resource':
      return answeredSymbol(azapiTypeOf(resource) ?? '', key, path.replace(/^output\./, ''));
    case 'azurerm_firewall':
      if (FIREWALL_ADDRESS.test(path)) return privateAddressOf(key);
      break;
    case 'azurerm_private_endpoint':
      if (/^private_service_connection\[\d+\]\.private_ip_address$/.test(path)) {
        return privateAddressOf(key);
      }
      break;
    case 'azurerm_public_ip':
      if (path === 'ip_address') return publicAddressOf(key);
      break;
    default:
  }
  const type = AZURERM_TYPES.get(resource.type);
  const arm = type?.told?.[path] ?? armPathOf(path, type?.attributes ?? []) ?? path;
  // ARM-11: `reference(x)` starts below `properties`.
  return attributeOf(key, arm.replace(/^properties\./, ''));
}

/** ARM's own answer, under the names its attributes have in templates. */
function answeredSymbol(type: string, key: string, path: string): string {
  const inner = path.replace(/^properties\./, '');
  switch (type.toLowerCase()) {
    case 'microsoft.network/azurefirewalls':
      if (
        /^(?:ipConfigurations\[\d+\]\.properties|hubIPAddresses)\.privateIPAddress$/i.test(inner)
      ) {
        return privateAddressOf(key);
      }
      break;
    case 'microsoft.network/publicipaddresses':
      if (inner.toLowerCase() === 'ipaddress') return publicAddressOf(key);
      break;
    default:
  }
  return attributeOf(key, inner);
}

/** `frontend_ip_configuration[0].private_ip_address` in ARM's words. */
export function armPathOf(path: string, attributes: readonly Attribute[]): string | undefined {
  const match = /^([^.[]+)(\[\d+\])?(?:\.(.*))?$/.exec(path);
  const name = match?.[1];
  const attribute = attributes.find((each) => each.name === name);
  if (match === null || attribute === undefined) return undefined;
  const [, , index = '', rest] = match;
  if (attribute.kind === 'value') return rest === undefined ? attribute.arm + index : undefined;
  const inner = rest === undefined ? '' : armPathOf(rest, attribute.attributes);
  if (inner === undefined) return undefined;
  const here = attribute.arm + (attribute.holds === 'many' ? index : '');
  return [here, inner].filter((part) => part !== '').join('.');
}

/** The value at `a[0].b`; an unknown on the way is the answer. */
export function attributeAt(values: Value, path: string): Value | undefined {
  let here: Value | undefined = values;
  for (const [step] of path.matchAll(/[^.[\]]+/g)) {
    if (here === undefined || here.kind === 'unknown') return here;
    if (here.kind === 'array') here = here.items[Number(step)];
    else here = here.kind === 'object' ? here.members.get(step.toLowerCase())?.value : undefined;
  }
  return here;
}
