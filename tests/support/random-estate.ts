import { diceOf } from './compare-deciders.ts';
import { randomPerimeter } from './random-perimeter.ts';
import { seededRandom } from './seeded-random.ts';
import type { Json } from './snapshot-of.ts';

/**
 * Random perimeters as estates are: spread over groups and subscriptions, some resources conditional, some names
 * known only in part, next hops and DNS servers that are the address a firewall will get.
 */
export function randomEstate(seed: number): readonly Json[] {
  const dice = diceOf(seededRandom(seed * 104_729 + 7));
  let { resources } = randomPerimeter(seed);
  const top = resources.filter(({ id }) => isTop(String(id)));
  for (const { id } of top) {
    const old = String(id);
    let next = old;
    if (dice.chance(0.5))
      next = next.replace(/^\/subscriptions\/s\/resourceGroups\/rg/, dice.pick(PLACES));
    if (dice.chance(0.08))
      next = next.replace(/[^/]+$/, (name) => `«parameters('${name}Prefix') of main.json»-${name}`);
    if (next !== old) resources = renamed(resources, old, next);
  }
  const firewalls = resources.filter(({ type }) => /azurefirewalls$/i.test(String(type)));
  return resources.map((resource) => {
    const changed =
      firewalls.length > 0 && dice.chance(0.6)
        ? pointed(resource, String(dice.pick(firewalls)['id']))
        : resource;
    if (!isTop(String(resource['id'])) || !dice.chance(0.1)) return changed;
    const text = `deploy${seed}`;
    return { ...changed, $exists: { $unknown: text, missing: `a value for parameter ${text}` } };
  });
}

const PLACES = [
  '/subscriptions/s/resourceGroups/rg-hub',
  '/subscriptions/s/resourceGroups/rg-spoke',
  '/subscriptions/other/resourceGroups/rg',
];

function isTop(id: string): boolean {
  return /\/providers\/[^/]+\/[^/]+\/[^/]+$/.test(id);
}

/** Every mention of an id, and of what is below it. */
function renamed(resources: readonly Record<string, unknown>[], old: string, next: string) {
  const name = next.split('/').at(-1);
  return (
    JSON.parse(JSON.stringify(resources), (_, value: unknown) => {
      if (typeof value !== 'string') return value;
      return value === old || value.startsWith(`${old}/`) ? next + value.slice(old.length) : value;
    }) as Record<string, unknown>[]
  ).map((each) => (each['id'] === next ? { ...each, name } : each));
}

/** Next hops and DNS servers become what Azure will say the firewall's address is. */
function pointed(resource: Record<string, unknown>, firewall: string): Record<string, unknown> {
  const address = {
    $unknown: 'reference(firewall)',
    missing: 'the address of the firewall',
    symbol: `private-address:${firewall.toLowerCase()}`,
  };
  return JSON.parse(JSON.stringify(resource), (key, value: unknown) => {
    if (key === 'nextHopIpAddress' && typeof value === 'string') return address;
    // The hub's own DNS server is what it waits for itself: that is a parameter, and another test's matter.
    if (key === 'dnsServers' && resource['name'] === 'spoke') return [address];
    return value;
  }) as Record<string, unknown>;
}
