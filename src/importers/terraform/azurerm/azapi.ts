import {
  type Draft,
  IDENTITY,
  JSON_TEXT,
  mergeInto,
  type ReadContext,
  readAttributes,
  settleValue,
} from '../../../azurerm/index.ts';
import { isAbsent, member, type ObjectValue, stringOf } from '../../../values/index.ts';
import type { TerraformResource } from '../terraform-resource.ts';

const KINDS: ReadonlySet<string> = new Set(['azapi_resource', 'azapi_update_resource']);

/** The ARM type an AzAPI resource is of: `Microsoft.Network/ipGroups` of `Microsoft.Network/ipGroups@2024-05-01`. */
export function azapiTypeOf(resource: TerraformResource): string | undefined {
  if (!KINDS.has(resource.type)) return undefined;
  const written = stringOf(member(resource.values, 'type'));
  return written === undefined ? undefined : written.split('@')[0];
}

export function apiVersionOf(resource: TerraformResource): string | undefined {
  return stringOf(member(resource.values, 'type'))?.split('@')[1];
}

/** Does it change a resource that something else makes? */
export function isUpdate(resource: TerraformResource): boolean {
  return resource.type === 'azapi_update_resource';
}

/** ARM's own words: an object, or a text of it before AzAPI 2. */
export function readAzapi(resource: TerraformResource, draft: Draft, context: ReadContext): void {
  const { values } = resource;
  for (const name of ['location', 'tags'] as const) {
    const value = member(values, name);
    if (!isAbsent(value))
      draft.set(name, { name, value: settleValue(value, context), at: value.at });
  }
  for (const name of ['body', 'sensitive_body']) {
    const written = member(values, name);
    if (isAbsent(written)) continue;
    const body = JSON_TEXT.read(settleValue(written, context), context.self);
    if (body?.kind === 'object') mergeInto(draft, body);
    else if (body !== undefined) {
      draft.set('properties', { name: 'properties', value: body, at: body.at });
    }
  }
  if (!draft.has('identity')) readIdentity(values, draft, context);
}

/** The block is that of every azurerm resource. */
function readIdentity(values: ObjectValue, draft: Draft, context: ReadContext): void {
  readAttributes(values, [IDENTITY], draft, { ...context, isLookup: true });
}
