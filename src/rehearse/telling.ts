import type { ProviderWorld } from './behaviour.ts';
import type { Catalogue } from './catalogue.ts';
import type { Json, JsonObject } from './json.ts';
import { isJsonObject } from './request-json.ts';
import type { Row, Store } from './store.ts';

/** A row as it is stored, with the children its type shows in its own body (arm-endpoint 2.3: both views agree). */
export function storedForm(row: Row, store: Store, catalogue: Catalogue): JsonObject {
  return withChildren(row, store, catalogue, (child) => storedForm(child, store, catalogue));
}

/** A row as a GET tells it: with what depends on other resources. */
export function toldForm(
  row: Row,
  store: Store,
  catalogue: Catalogue,
  world: ProviderWorld,
): JsonObject {
  const full = withChildren(row, store, catalogue, (child) =>
    toldForm(child, store, catalogue, world),
  );
  return catalogue.get(row.type)?.tell?.(row.id, full, world) ?? full;
}

function withChildren(
  row: Row,
  store: Store,
  catalogue: Catalogue,
  form: (child: Row) => JsonObject,
): JsonObject {
  const embedded = catalogue.embeddedIn(row.type);
  if (embedded.length === 0) return row.body;
  const children = store.within(row.key);
  const lists = embedded.map(({ type, property }): [string, Json] => [
    property,
    children.filter((child) => child.type === type).map(form),
  ]);
  const { properties } = row.body;
  return {
    ...row.body,
    properties: { ...(isJsonObject(properties) ? properties : {}), ...Object.fromEntries(lists) },
  };
}
