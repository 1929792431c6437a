import { type Draft, put } from '../../../azurerm/index.ts';
import type { Place } from '../../../diagnostics/index.ts';
import type { AzureResource } from '../../../model/index.ts';
import { type ObjectValue, stringOf, type Unknown } from '../../../values/index.ts';
import { placeOfId, type ResourceName } from '../../arm-template/resource-id.ts';

/** An ARM resource being put together. */
export interface Built {
  readonly identity: ResourceName;
  readonly draft: Draft;
  readonly at: Place;
  readonly isReference: boolean;
  readonly apiVersion?: string;
  readonly exists?: Unknown;
}

/** Type and name are always there. */
export function draftOf(identity: ResourceName, at: Place): Draft {
  const draft: Draft = new Map();
  put(draft, 'type', { kind: 'string', value: identity.type, at });
  put(draft, 'name', { kind: 'string', value: identity.names.at(-1) ?? '', at });
  return draft;
}

export function toResource({
  identity,
  draft,
  at,
  isReference,
  apiVersion,
  exists,
}: Built): AzureResource {
  const location = stringOf(draft.get('location')?.value);
  return {
    id: identity.id,
    key: identity.key,
    type: identity.type.toLowerCase(),
    name: identity.names.at(-1) ?? '',
    ...placeOfId(identity.id),
    ...(location === undefined ? {} : { location }),
    ...(apiVersion === undefined ? {} : { apiVersion }),
    body: { kind: 'object', members: draft, at },
    at,
    ...(isReference ? { isReference: true } : {}),
    ...(exists === undefined ? {} : { exists }),
  };
}

/** What an element says of itself, once its name is that of a resource. */
export function withoutName(value: ObjectValue): ObjectValue {
  const members = new Map(value.members);
  members.delete('name');
  return { ...value, members };
}
