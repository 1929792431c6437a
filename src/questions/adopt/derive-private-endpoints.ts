import type { Perimeter as Page } from '../../intent/index.ts';
import type { Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { pageName, type Remark } from './page-draft.ts';

type Endpoint = NonNullable<Page['privateEndpoints']>[number];

/** Sub-resources of private link, as a page calls them (azure-networking 4). */
const KINDS: Readonly<Record<string, Endpoint['for']>> = {
  registry: 'registry',
  vault: 'keyVault',
  blob: 'blob',
  file: 'file',
  sqlserver: 'sql',
  postgresqlserver: 'postgres',
  namespace: 'serviceBus',
};

export function derivePrivateEndpoints(
  { perimeter, subnets }: Network,
  spokes: ReadonlyMap<string, string>,
  remarks: Remark[],
): readonly Endpoint[] {
  const taken = new Set<string>();
  return [...perimeter.privateEndpoints.values()].flatMap((endpoint): Endpoint[] => {
    const [connection] = endpoint.connections;
    const kind = KINDS[connection?.groupIds[0]?.toLowerCase() ?? ''];
    if (connection === undefined || kind === undefined) {
      const why = `a page leads to ${[...new Set(Object.values(KINDS))].join(', ')}`;
      remarks.push({ what: `private endpoint ${endpoint.name}`, why, at: endpoint.at });
      return [];
    }
    const { subnet } = endpoint;
    const vnet =
      subnet === undefined || isUnknown(subnet) ? undefined : subnets.get(subnet.key)?.vnet.key;
    const spoke = vnet === undefined ? undefined : spokes.get(vnet);
    return [
      {
        name: pageName(endpoint.name.replace(/^pep?-/, ''), taken),
        for: kind,
        ...(isUnknown(connection.service) ? {} : { resource: connection.service.id }),
        ...(spoke === undefined ? {} : { spoke }),
      },
    ];
  });
}
