import type { ProviderWorld, Wanted } from '../behaviour.ts';
import type { Json, JsonObject } from '../json.ts';
import {
  isObject,
  itemsAt,
  normalLocation,
  objectAt,
  textAt,
  withComputed,
  withDefaults,
} from './fields.ts';

/** The envelope ARM puts around every resource, with what the provider adds to its properties (arm-endpoint 2.3, 2.4). */
export function filled(
  wanted: Wanted,
  type: string,
  properties: { readonly defaults?: JsonObject; readonly computed?: JsonObject } = {},
): JsonObject {
  const own = objectAt(wanted.body, 'properties');
  const location = textAt(wanted.body, 'location');
  return withComputed(wanted.body, {
    id: wanted.id,
    name: wanted.name,
    type,
    ...(location === undefined ? {} : { location: normalLocation(location) }),
    properties: withComputed(withDefaults(own, properties.defaults ?? {}), {
      provisioningState: 'Succeeded',
      ...properties.computed,
    }),
  });
}

/**
 * The parts of a resource that have ids of their own without being resources: IP configurations, rule collections, front ends.
 * `fillPart` gives the properties the provider computes for one.
 */
export function filledParts(
  wanted: Wanted,
  property: string,
  world: ProviderWorld,
  more: {
    /** Where the id of a part differs from the name of the property: `azureFirewallIpConfigurations`. */
    readonly segment?: string;
    readonly type?: string;
    readonly fillPart?: (part: JsonObject, index: number) => JsonObject;
  } = {},
): Json[] {
  return itemsAt(wanted.body, 'properties', property).map((part, index) => {
    if (!isObject(part)) return part;
    const name = textAt(part, 'name') ?? '';
    const id = `${wanted.id}/${more.segment ?? property}/${name}`;
    return withComputed(part, {
      id,
      etag: `W/"${world.guid('etag', id.toLowerCase(), JSON.stringify(part))}"`,
      ...(more.type === undefined ? {} : { type: more.type }),
      properties: withComputed(objectAt(part, 'properties'), {
        provisioningState: 'Succeeded',
        ...more.fillPart?.(part, index),
      }),
    });
  });
}

/** Of an identifier that a client takes out when it writes back what it read, the one already given (arm-endpoint 2.3). */
export function kept(wanted: Wanted, make: () => string, ...path: readonly string[]): string {
  return textAt(wanted.before, ...path) ?? make();
}
