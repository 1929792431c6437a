import type { PublicIpAddress } from '../../model/index.ts';
import type { Network } from '../../network/index.ts';
import type { Value } from '../../values/index.ts';
import { byKey } from './places.ts';

/**
 * Public addresses that no other resource of the input names: their next user is reachable from outside. An id that is
 * not known may be of any of them, so this is what was seen and no proof. O(values of the input).
 */
export function idleAddresses({ perimeter }: Network): readonly PublicIpAddress[] {
  const { publicIps, snapshot, kubernetes } = perimeter;
  if (publicIps.size === 0) return [];
  const used = new Set<string>();
  for (const [key, resource] of snapshot.resources) {
    if (!publicIps.has(key)) collectIds(resource.body, publicIps, used);
  }
  const byName = new Set(
    kubernetes.services.flatMap(({ annotations }) =>
      Object.values(annotations).map((text) => text.toLowerCase()),
    ),
  );
  return byKey(publicIps).filter(
    ({ key, name, isReference }) =>
      !used.has(key) && !byName.has(name.toLowerCase()) && isReference !== true,
  );
}

/** Values are as deep as importers let them be. */
function collectIds(value: Value, wanted: ReadonlyMap<string, unknown>, into: Set<string>): void {
  if (value.kind === 'string') {
    if (!value.value.startsWith('/')) return;
    const id = value.value.toLowerCase();
    if (wanted.has(id)) into.add(id);
  } else if (value.kind === 'array') {
    for (const item of value.items) collectIds(item, wanted, into);
  } else if (value.kind === 'object') {
    for (const { value: inner } of value.members.values()) collectIds(inner, wanted, into);
  }
}
