import type { AzureResource } from '../../model/index.ts';
import { isUnknown, type Value } from '../../values/index.ts';
import type { Plan } from '../plan.ts';
import { clusterId, identityId } from './ids.ts';

/**
 * The second cluster of a pair is deployed or not by one parameter: the cluster, its identity, and whatever speaks of either. Its
 * subnets, table and rules stay. They cost nothing, and an address plan that changed with every switch would be none.
 * O(resources × values × depth of what speaks of what).
 */
export function withSecondCluster(
  plan: Plan,
  resources: readonly AzureResource[],
): readonly AzureResource[] {
  const [first] = plan.clusters;
  const second = plan.clusters.find(({ path }, index) => index > 0 && path === first?.path);
  if (first === undefined || second === undefined) return resources;
  const own = new Set([
    clusterId(plan, second).toLowerCase(),
    identityId(plan, second).toLowerCase(),
  ]);
  for (let before = -1; before !== own.size; ) {
    before = own.size;
    for (const { key, body } of resources) if (isOf(own, key) || speaksOf(own, body)) own.add(key);
  }
  const colour = second.name.slice(first.name.length + 1);
  const name = `deploy${capital(colour)}`;
  const what = `Whether the cluster ${second.name} is deployed beside ${first.name}.`;
  return resources.map((one) => (own.has(one.key) ? { ...one, choice: { name, what } } : one));
}

function isOf(own: ReadonlySet<string>, key: string): boolean {
  if (own.has(key)) return true;
  for (const one of own) if (key.startsWith(`${one}/`)) return true;
  return false;
}

function speaksOf(own: ReadonlySet<string>, value: Value): boolean {
  switch (value.kind) {
    case 'string':
      return isOf(own, value.value.toLowerCase());
    case 'array':
      return value.items.some((item) => speaksOf(own, item));
    case 'object':
      return [...value.members.values()].some(
        ({ name, value: inner }) => isOf(own, name.toLowerCase()) || speaksOf(own, inner),
      );
    default:
      return isUnknown(value) && isOf(own, ownerOf(value.symbol ?? ''));
  }
}

/** A colour is a name of the page: letters, digits and hyphens. */
function capital(name: string): string {
  return name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

/** The resource of a run-time attribute: `attribute:KEY:principalid`. */
function ownerOf(symbol: string): string {
  return /^attribute:(.*):[^:]*$/.exec(symbol)?.[1] ?? '';
}
