import type { ArmClient, Failed } from './arm-client.ts';
import { type ArmResource, armResource, pathOf, typeOf, unreadResource } from './arm-resource.ts';
import { type NotRead, notRead } from './not-read.ts';
import { API_VERSIONS } from './perimeter-query.ts';

/** Children and extensions of a resource that Resource Graph has no rows of (iac-formats 6). */
interface Part {
  /** Lower case. */
  readonly of: string;
  readonly path: string;
  readonly apiVersion: string;
  readonly what: string;
  /**
   * What stands for a part nobody could read, so that its absence is not taken for an answer: a child of which nothing is known, or the
   * resource itself as one of which nothing is known. Else a check may say something is missing; the report says that it was not read.
   */
  readonly instead?: 'unread-child' | 'unread-resource';
  /** A provider that is not registered has none of these. */
  readonly isOptional?: true;
}

const N = 'microsoft.network';
const { network, privateDns, diagnostics, extensions } = API_VERSIONS;
const DIAGNOSTICS = '/providers/Microsoft.Insights/diagnosticSettings';

const PARTS: readonly Part[] = [
  {
    of: `${N}/firewallpolicies`,
    path: '/ruleCollectionGroups',
    apiVersion: network,
    what: 'rule collection groups',
    instead: 'unread-child',
  },
  ...(['virtualNetworkLinks', 'A', 'AAAA', 'CNAME'] as const).map(
    (segment): Part => ({
      of: `${N}/privatednszones`,
      path: `/${segment}`,
      apiVersion: privateDns,
      what: segment === 'virtualNetworkLinks' ? 'links to networks' : `${segment} records`,
      instead: 'unread-resource',
    }),
  ),
  {
    of: `${N}/privateendpoints`,
    path: '/privateDnsZoneGroups',
    apiVersion: network,
    what: 'DNS zone groups',
  },
  {
    of: `${N}/networkwatchers`,
    path: '/flowLogs',
    apiVersion: network,
    what: 'flow logs',
  },
  ...(['hubVirtualNetworkConnections', 'routingIntent'] as const).map(
    (segment): Part => ({
      of: `${N}/virtualhubs`,
      path: `/${segment}`,
      apiVersion: network,
      what: segment === 'routingIntent' ? 'routing intents' : 'connections to networks',
    }),
  ),
  ...[
    `${N}/azurefirewalls`,
    `${N}/applicationgateways`,
    `${N}/bastionhosts`,
    `${N}/virtualnetworkgateways`,
    'microsoft.containerservice/managedclusters',
    'microsoft.containerregistry/registries',
    'microsoft.keyvault/vaults',
  ].map(
    (of): Part => ({
      of,
      path: DIAGNOSTICS,
      apiVersion: diagnostics,
      what: 'diagnostic settings',
    }),
  ),
  {
    of: 'microsoft.containerservice/managedclusters',
    path: '/providers/Microsoft.KubernetesConfiguration/extensions',
    apiVersion: extensions,
    what: 'extensions',
    isOptional: true,
  },
];

export interface PartsRead {
  readonly resources: readonly ArmResource[];
  readonly notRead: readonly NotRead[];
  /** Lower-cased ids of resources that were read and must count as not read. */
  readonly doubtful: ReadonlySet<string>;
}

/** The parts of all these, as many at once as the client lets through. */
export async function readParts(
  client: ArmClient,
  owners: readonly ArmResource[],
  onPart: () => void,
): Promise<PartsRead> {
  const resources: ArmResource[] = [];
  const missed: NotRead[] = [];
  const doubtful = new Set<string>();
  const wanted = owners.flatMap((owner) => partsOf(owner).map((part) => ({ owner, part })));
  await Promise.all(
    wanted.map(async ({ owner, part }) => {
      const { items, failed } = await client.list(pathOf(owner.id) + part.path, part.apiVersion);
      for (const item of items) {
        const resource = armResource(item);
        if (resource !== undefined) resources.push(resource);
        else missed.push({ what: part.what, of: owner.id, why: 'one of them has no id' });
      }
      if (failed !== undefined && !(part.isOptional === true && isNotRegistered(failed))) {
        missed.push(notRead(part.what, owner.id, failed));
        if (part.instead === 'unread-resource') doubtful.add(owner.id.toLowerCase());
        if (part.instead === 'unread-child') {
          resources.push(unreadResource({ id: `${owner.id}${part.path}/«not read»` }));
        }
      }
      onPart();
    }),
  );
  return { resources, notRead: missed, doubtful };
}

export function countParts(owners: readonly ArmResource[]): number {
  return owners.reduce((count, owner) => count + partsOf(owner).length, 0);
}

function partsOf(owner: ArmResource): readonly Part[] {
  const type = typeOf(owner);
  return PARTS.filter(({ of }) => of === type);
}

function isNotRegistered({ status, code }: Failed): boolean {
  return status === 404 || code === 'MissingSubscriptionRegistration';
}
