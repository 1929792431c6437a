import { itemsOf, member, stringOf, type Value } from '../../values/index.ts';
import type { Located } from '../azure/common.ts';
import type { AzureResource } from '../snapshot.ts';
import { present } from './present.ts';
import { propertiesOf, type Source } from './reading.ts';
import { textMapOf } from './scalars.ts';

/** What every view of a resource carries. */
export function locatedOf(resource: AzureResource): Located {
  const location = resource.location ?? stringOf(member(resource.body, 'location'));
  const written = itemsOf(member(resource.body, 'zones'));
  const unknownZones = written.find((zone) => zone.kind === 'unknown');
  const zones = written.flatMap((zone) =>
    zone.kind === 'string' || zone.kind === 'number' ? [String(zone.value)] : [],
  );
  return {
    id: resource.id,
    key: resource.key,
    name: resource.name,
    at: resource.at,
    zones,
    tags: textMapOf(member(resource.body, 'tags')),
    ...(location === undefined ? {} : { location: normalLocation(location) }),
    ...present({ unknownZones, exists: resource.exists, isReference: resource.isReference }),
  };
}

/** ARM-44: `East US` and `eastus` are one location. */
export function normalLocation(text: string): string {
  return text.replaceAll(/\s+/g, '').toLowerCase();
}

/** An element of a collection inside a resource, as it is found. */
export interface Element extends Source {
  /** `<parent key>/<collection>/<name>`, as ARM's sub-ids in lower case. */
  readonly key: string;
  /** The element itself; `value` holds its `properties`. */
  readonly element: Value;
}

/**
 * The named elements of a collection. Without a name, and for a name used twice, the position makes the key.
 * An unknown element is an element all of whose members are unknown.
 */
export function elementsIn(
  source: Source,
  parentKey: string,
  collection: string,
  what: string,
  items: readonly Value[],
): readonly Element[] {
  const taken = new Set<string>();
  const prefix = `${parentKey}/${collection.toLowerCase()}/`;
  const elements: Element[] = [];
  for (const [index, element] of items.entries()) {
    if (element.kind === 'null') continue;
    const name = elementName(element) ?? `#${index + 1}`;
    let key = prefix + name.toLowerCase();
    if (taken.has(key)) key = `${key}#${index + 1}`;
    taken.add(key);
    const value = propertiesOf(element);
    elements.push({ reading: source.reading, what, name, value, at: element.at, key, element });
  }
  return elements;
}

function elementName(element: Value): string | undefined {
  if (element.kind === 'unknown') return element.text;
  const name = member(element, 'name');
  if (name?.kind === 'unknown') return name.text;
  const text = stringOf(name);
  return text === '' ? undefined : text;
}

/** `key`, `name` and `at` of an element. */
export function namedOf(element: Element): {
  readonly key: string;
  readonly name: string;
  readonly at: Element['at'];
} {
  return { key: element.key, name: element.name, at: element.at };
}
