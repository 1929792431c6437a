import { type ArmError, armError } from '../arm-error.ts';
import type { ProviderWorld, Wanted } from '../behaviour.ts';
import type { Json } from '../json.ts';
import { field, isObject, normalLocation, objectAt, textAt } from './fields.ts';

/** A reference of a resource to another, found in its body. */
export interface Reference {
  readonly id: string;
  /** Lower-case name of the member that holds `{ id }`. */
  readonly under: string;
}

/** More than the largest body has (ARM takes 4 MB). */
const NODES_MAX = 400_000;
const DEPTH_MAX = 100;

/** All `{ "id": … }` below `properties`, read-only lists of back-links left out. */
export function referencesOf(body: Json | undefined, isBackLink: ReadonlySet<string>): Reference[] {
  const found: Reference[] = [];
  let nodes = 0;
  const visit = (value: Json | undefined, under: string, depth: number): void => {
    nodes += 1;
    if (nodes > NODES_MAX || depth > DEPTH_MAX) return;
    if (Array.isArray(value)) {
      for (const item of value) visit(item, under, depth + 1);
      return;
    }
    if (!isObject(value)) return;
    const id = textAt(value, 'id');
    // A part that carries an id of its own beside its name is no reference.
    if (id !== undefined && textAt(value, 'name') === undefined) found.push({ id, under });
    for (const [name, inner] of Object.entries(value)) {
      const lower = name.toLowerCase();
      // Clusters name their subnets without an object around the id.
      if (PLAIN_IDS.has(lower) && typeof inner === 'string')
        found.push({ id: inner, under: lower });
      if (!isBackLink.has(lower)) visit(inner, lower, depth + 1);
    }
  };
  visit(body, '', 0);
  return found;
}

const PLAIN_IDS: ReadonlySet<string> = new Set(['vnetsubnetid', 'podsubnetid']);

const BACK_LINKS: ReadonlySet<string> = new Set([
  'serviceassociationlinks',
  'resourcenavigationlinks',
  'privateendpointconnections',
]);

/** The types whose absence the network provider refuses at once, by the member that refers to them. */
const CHECKED: Readonly<Record<string, { readonly type: RegExp; readonly isRegional: boolean }>> = {
  subnet: { type: /\/virtualnetworks\/[^/]+\/subnets\/[^/]+$/i, isRegional: true },
  publicipaddress: { type: /\/publicipaddresses\/[^/]+$/i, isRegional: true },
  publicipaddresses: { type: /\/publicipaddresses\/[^/]+$/i, isRegional: true },
  publicipprefix: { type: /\/publicipprefixes\/[^/]+$/i, isRegional: true },
  publicipprefixes: { type: /\/publicipprefixes\/[^/]+$/i, isRegional: true },
  routetable: { type: /\/routetables\/[^/]+$/i, isRegional: true },
  networksecuritygroup: { type: /\/networksecuritygroups\/[^/]+$/i, isRegional: true },
  natgateway: { type: /\/natgateways\/[^/]+$/i, isRegional: true },
  firewallpolicy: {
    type: /\/(?:firewallpolicies|applicationgatewaywebapplicationfirewallpolicies)\/[^/]+$/i,
    isRegional: false,
  },
  basepolicy: { type: /\/firewallpolicies\/[^/]+$/i, isRegional: false },
  remotevirtualnetwork: { type: /\/virtualnetworks\/[^/]+$/i, isRegional: false },
  virtualnetwork: { type: /\/virtualnetworks\/[^/]+$/i, isRegional: false },
};

/**
 * What a body refers to must be there, and in the same region where the two are wired together. Only the subscription
 * being rehearsed is known: a reference into another one is taken as it is.
 * The message is the service's own (Azure/azure-sdk and troubleshooting pages quote it for `InvalidResourceReference`).
 */
export function danglingReference(wanted: Wanted, world: ProviderWorld): ArmError | undefined {
  const own = `/subscriptions/${world.subscriptionId.toLowerCase()}/`;
  const body = wanted.body['properties'];
  for (const { id, under } of referencesOf(body, BACK_LINKS)) {
    const check = CHECKED[under];
    if (check === undefined || !check.type.test(id) || !id.toLowerCase().startsWith(own)) continue;
    const target = world.get(id);
    const there = target === undefined ? undefined : regionOf(id, world);
    const isElsewhere =
      check.isRegional &&
      there !== undefined &&
      wanted.location !== '' &&
      there !== normalLocation(wanted.location);
    if (target !== undefined && !isElsewhere) continue;
    return notFound(id, wanted.id);
  }
  return undefined;
}

/**
 * Parts of a gateway or balancer name each other by whole ids: a rule its listener, a listener its port. What they name has to be
 * among the parts of the same request.
 */
export function danglingPart(wanted: Wanted): ArmError | undefined {
  const lists = Object.entries(objectAt(wanted.body, 'properties')).filter(
    (entry): entry is [string, readonly Json[]] => Array.isArray(entry[1]),
  );
  const own = `${wanted.id.toLowerCase()}/`;
  const parts = new Set(
    lists.flatMap(([list, items]) =>
      items.map((item) => `${own}${list}/${textAt(item, 'name') ?? ''}`.toLowerCase()),
    ),
  );
  for (const [list, items] of lists) {
    for (const item of items) {
      for (const { id } of referencesOf(field(item, 'properties'), BACK_LINKS)) {
        if (!id.toLowerCase().startsWith(own)) continue;
        // A path rule is a part of a part: the map it belongs to has to be there.
        const [kind, name] = id.slice(own.length).split('/');
        if (parts.has(`${own}${kind}/${name}`.toLowerCase())) continue;
        const by = `${wanted.id}/${list}/${textAt(item, 'name') ?? ''}`;
        return notFound(id, by);
      }
    }
  }
  return undefined;
}

function notFound(id: string, by: string): ArmError {
  return armError(
    400,
    'InvalidResourceReference',
    `Resource ${id} referenced by resource ${by} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
  );
}

/** A child has the region of its parent. */
function regionOf(id: string, world: ProviderWorld): string | undefined {
  const top = /^(.*\/providers\/[^/]+\/[^/]+\/[^/]+)/i.exec(id)?.[1] ?? id;
  const location = textAt(world.get(top), 'location');
  return location === undefined || location === 'global' ? undefined : normalLocation(location);
}
