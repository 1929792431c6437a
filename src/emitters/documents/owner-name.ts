import type { Owner } from '../../network/index.ts';

/** Who holds an address, in words: `firewall aks-egress-fw`. */
export function ownerName(owner: Owner): string {
  switch (owner.kind) {
    case 'firewall-private':
    case 'firewall-public':
      return `firewall ${owner.firewall.firewall.name}`;
    case 'service-frontend':
      return `Service ${owner.frontend.service.namespace}/${owner.frontend.service.name}`;
    case 'load-balancer-frontend':
      return `load balancer ${owner.loadBalancer.name}`;
    case 'application-gateway-frontend':
      return `Application Gateway ${owner.gatewayKey.split('/').at(-1) ?? ''}`;
    case 'private-endpoint':
      return `private endpoint ${owner.endpoint.name}`;
    case 'network-interface':
      return `network interface ${owner.interfaceKey.split('/').at(-1) ?? ''}`;
    case 'cluster-service':
      return `Service ${owner.service.namespace}/${owner.service.name}`;
    case 'public-ip':
      return `public address ${owner.publicIp.name}`;
  }
}
