import type { Place } from '../../diagnostics/index.ts';
import type { Network } from '../../network/index.ts';
import { collectionsOf } from '../diagram/firewall-settings.ts';
import { byKey } from '../diagram/places.ts';
import { compare } from '../diagram/sketch.ts';

/** A rule or resource that somebody wrote an end for. */
export interface Temporary {
  readonly what: string;
  /** ISO day; the last one it is wanted. */
  readonly until: string;
  readonly why: string;
  readonly at: Place;
}

/**
 * What has an end: rules and collections whose description says `until 2027-03-31` (or expires, expiry), and resources with a tag
 * of that sense. Sorted by day. O(rules + resources).
 */
export function temporaryThings(network: Network): readonly Temporary[] {
  const found: Temporary[] = [];
  for (const firewall of byKey(network.firewalls)) {
    for (const { path, collection } of collectionsOf(firewall)) {
      if (collection.kind === 'unknown') continue;
      for (const rule of collection.rules) {
        const until = dayIn(rule.description ?? '');
        if (until === undefined) continue;
        const what = `rule ${path}/${rule.name}`;
        found.push({ what, until, why: rule.description ?? '', at: rule.at });
      }
    }
  }
  for (const group of byKey(network.perimeter.networkSecurityGroups)) {
    for (const rule of group.rules) {
      const until = dayIn(rule.description ?? '');
      if (until === undefined) continue;
      const what = `security rule ${group.name}/${rule.name}`;
      found.push({ what, until, why: rule.description ?? '', at: rule.at });
    }
  }
  for (const [name, tags, at] of tagged(network)) {
    for (const [tag, value] of Object.entries(tags)) {
      const until = TAG.test(tag) ? DAY.exec(value)?.[0] : undefined;
      if (until !== undefined) found.push({ what: name, until, why: `tag ${tag}`, at });
    }
  }
  return found.sort((a, b) => compare(a.until, b.until) || compare(a.what, b.what));
}

const DAY = /\b20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b/;
const SAID =
  /\b(?:until|till|expir(?:es|y|ing)|valid to|remove (?:by|after))\b[^0-9]{0,20}(20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))\b/i;
const TAG = /^(?:expir(?:es|y|eson|ydate|ation)?|until|delete-?after|valid-?until)$/i;

function dayIn(text: string): string | undefined {
  return SAID.exec(text.slice(0, 2_000))?.[1];
}

function* tagged(
  network: Network,
): Generator<readonly [string, Readonly<Record<string, string>>, Place]> {
  const { virtualNetworks, firewalls, publicIps, clusters, natGateways, privateEndpoints } =
    network.perimeter;
  for (const each of byKey(virtualNetworks)) yield [`network ${each.name}`, each.tags, each.at];
  for (const each of byKey(firewalls)) yield [`firewall ${each.name}`, each.tags, each.at];
  for (const each of byKey(publicIps)) yield [`public address ${each.name}`, each.tags, each.at];
  for (const each of byKey(clusters)) yield [`cluster ${each.name}`, each.tags, each.at];
  for (const each of byKey(natGateways)) yield [`NAT gateway ${each.name}`, each.tags, each.at];
  for (const each of byKey(privateEndpoints)) {
    yield [`private endpoint ${each.name}`, each.tags, each.at];
  }
}
