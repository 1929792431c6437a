import type { DomainName } from '../../net/index.ts';
import type { ClusterPlacement, Network } from '../../network/index.ts';
import { resolveName } from '../dns/concrete.ts';
import { connectionVerdict } from '../private-endpoint/concrete.ts';
import { nodeSubnetOf } from './scope-tokens.ts';

/** A container registry that the cluster pulls from. */
export interface UsedRegistry {
  /** Lower case, without the domain. */
  readonly name: string;
  /** Absent when only an image names it. */
  readonly region?: string;
  /** Is it reached over the public endpoint? `no`: by an approved private endpoint. */
  readonly isPublic: 'yes' | 'no' | 'unknown';
  readonly why: string;
}

const TYPE = 'microsoft.containerregistry/registries';
const DOMAIN = '.azurecr.io';

/**
 * Registries in the input: resources, and the hosts of images that workloads pull.
 * @see AKS-35
 */
export function usedRegistries(
  network: Network,
  placement: ClusterPlacement,
): readonly UsedRegistry[] {
  const regions = new Map<string, string | undefined>();
  for (const service of network.perimeter.platformServices.values()) {
    if (service.type.toLowerCase() === TYPE)
      regions.set(service.name.toLowerCase(), service.location);
  }
  for (const pod of network.perimeter.kubernetes.pods) {
    for (const image of pod.images) {
      const host = image.split('/')[0]?.toLowerCase() ?? '';
      const name = host.endsWith(DOMAIN) ? host.slice(0, -DOMAIN.length) : '';
      if (/^[a-z0-9]+$/.test(name) && !regions.has(name)) regions.set(name, undefined);
    }
  }
  return [...regions].map(([name, region]) => ({
    name,
    ...(region === undefined ? {} : { region }),
    ...exposure(network, placement, name),
  }));
}

function exposure(
  network: Network,
  placement: ClusterPlacement,
  name: string,
): Pick<UsedRegistry, 'isPublic' | 'why'> {
  const subnet = nodeSubnetOf(placement);
  if (subnet === undefined) {
    return { isPublic: 'unknown', why: 'the virtual network of the nodes' };
  }
  const answer = resolveName(network, subnet.vnet.key, `${name}${DOMAIN}` as DomainName);
  switch (answer.kind) {
    case 'public':
      return { isPublic: 'yes', why: `${name}${DOMAIN} resolves to a public address` };
    case 'private': {
      const verdict =
        answer.endpoint === undefined ? undefined : connectionVerdict(answer.endpoint);
      if (verdict?.kind === 'deny') {
        return {
          isPublic: 'no',
          why: `${name}${DOMAIN} leads to an endpoint that is not approved`,
        };
      }
      return { isPublic: 'no', why: `${name}${DOMAIN} resolves to a private address` };
    }
    case 'nxdomain':
    case 'unanswered':
      return { isPublic: 'no', why: answer.why };
    case 'unknown':
      return { isPublic: 'unknown', why: answer.why[0]?.missing ?? `what ${name} resolves to` };
  }
}
