import { isObject, type Json, type JsonObject, textOf } from './json.ts';
import { withoutSecrets } from './without-secrets.ts';

/** A resource as a file holds it: ARM's own JSON, without secrets and without members that say nothing. */
export type ArmResource = JsonObject & { readonly id: string };

/** Members beside `properties`, in the order they are written. */
const MEMBERS: readonly string[] = [
  'location',
  'kind',
  'managedBy',
  'sku',
  'plan',
  'identity',
  'zones',
  'extendedLocation',
  'tags',
  'properties',
];

/**
 * A row of Resource Graph or an answer of ARM in one form. Rows have the type in lower case, and null or an empty text for what is not
 * there; the type is spelled as the id spells it.
 * @returns `undefined` for what has no id of a resource
 */
export function armResource(json: Json): ArmResource | undefined {
  if (!isObject(json)) return undefined;
  const id = textOf(json['id']);
  const parsed = id === undefined ? undefined : parsedId(id);
  if (id === undefined || parsed === undefined) return undefined;
  const kept = MEMBERS.flatMap((name): [string, Json][] => {
    const value = json[name];
    return value === undefined || value === null || value === '' ? [] : [[name, value]];
  });
  const { name, type } = parsed;
  return withoutSecrets({ id, name, type, ...Object.fromEntries(kept) }, type) as ArmResource;
}

/** A resource that is there and of which nothing is known. */
export function unreadResource({ id }: { readonly id: string }): ArmResource {
  const { name = '', type = '' } = parsedId(id) ?? {};
  return { id, name, type };
}

/** Type and name that an id spells: of an extension those after the last `/providers/`. */
export function parsedId(id: string): { readonly type: string; readonly name: string } | undefined {
  if (id.length > 4_000) return undefined;
  const at = id.toLowerCase().lastIndexOf('/providers/');
  if (at < 0 && groupOf(id) === id) {
    return { type: 'Microsoft.Resources/resourceGroups', name: id.slice(id.lastIndexOf('/') + 1) };
  }
  if (at < 0 || !id.startsWith('/')) return undefined;
  const [namespace = '', ...rest] = id.slice(at + '/providers/'.length).split('/');
  if (namespace === '' || rest.length < 2 || rest.length % 2 === 1) return undefined;
  if (rest.some((word) => word === '' || /[\u0000-\u001f\u007f?#]/.test(word))) return undefined;
  const types = rest.filter((_, index) => index % 2 === 0);
  return { type: [namespace, ...types].join('/'), name: rest.at(-1)! };
}

export function typeOf({ id }: { readonly id: string }): string {
  return parsedId(id)?.type.toLowerCase() ?? '';
}

/** An id as the path of a request: what a person may have put into a name stays one segment. */
export function pathOf(id: string): string {
  return id
    .split('/')
    .map((word) => encodeURIComponent(word))
    .join('/');
}

/** The resource group an id lies in, or is. */
export function groupOf(id: string): string | undefined {
  return /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+/i.exec(id)?.[0];
}

export function subscriptionOf(id: string): string | undefined {
  return /^\/subscriptions\/([^/]+)/i.exec(id)?.[1]?.toLowerCase();
}
