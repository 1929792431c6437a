import type { Gap } from '../../diagnostics/index.ts';
import type { Perimeter } from '../../model/index.ts';

/** Where every lab is simpler than Azure. */
export const SIMPLIFICATIONS: readonly string[] = [
  'Addresses that only Azure knows are assumed; the plan lists them.',
  'IPv4 only.',
  'One namespace stands for all instances of a firewall or an application gateway; there are no zones.',
  'Load balancers ask no health probes: a front end goes to every node or machine behind it.',
  'An internal load balancer without floating IP hands packets on still addressed to its front end; security groups judge them as Azure would show them.',
  'The internet answers on every address and under every name, so what is refused there in reality is not refused here.',
  'Every ordinary subnet without a machine has one, so that questions about the subnet can be tried.',
];

/** Types that the lab does something with, or that say nothing about packets. */
const HELD =
  /^microsoft\.(network\/(virtualnetworks|routetables|networksecuritygroups|applicationsecuritygroups|publicipaddresses|publicipprefixes|natgateways|loadbalancers|networkinterfaces|azurefirewalls|firewallpolicies|ipgroups|privateendpoints|privatednszones|applicationgateways|applicationgatewaywebapplicationfirewallpolicies|virtualnetworkgateways|localnetworkgateways|connections|networkwatchers)|containerservice\/managedclusters|insights|authorization|managedidentity|operationalinsights|resources|compute\/(disks|sshpublickeys))(\/|$)/;

const WHY: Readonly<Record<string, string>> = {
  'microsoft.network/bastionhosts':
    'Bastion is a way in for people; the lab has `lab exec` instead',
  'microsoft.compute/virtualmachines':
    'its network interfaces answer for it and forward if they may; what it runs or filters is in no file',
  'microsoft.compute/virtualmachinescalesets':
    'machines of its subnets answer for it; what they run is in no file',
  'microsoft.network/virtualhubs': 'Virtual WAN hubs are not in the lab',
  'microsoft.network/virtualwans': 'Virtual WAN hubs are not in the lab',
  'microsoft.network/routeservers': 'what a Route Server learns is in no file',
  'microsoft.servicenetworking/trafficcontrollers':
    'Application Gateway for Containers is not in the lab',
  'microsoft.containerregistry/registries':
    'the lab’s internet answers for it, or its private endpoint; its own firewall is not there',
  'microsoft.keyvault/vaults':
    'the lab’s internet answers for it, or its private endpoint; its own firewall is not there',
  'microsoft.storage/storageaccounts':
    'the lab’s internet answers for it, or its private endpoint; its own firewall is not there',
};

/** Every resource type of the input that the lab leaves out. */
export function unmodelled(perimeter: Perimeter): readonly Gap[] {
  const byType = new Map<string, Gap>();
  for (const { type, at } of perimeter.snapshot.resources.values()) {
    if (HELD.test(type)) continue;
    const parent = type.split('/').slice(0, 2).join('/');
    const known = byType.get(type);
    byType.set(type, {
      what: type,
      why: WHY[parent] ?? 'the lab has nothing that stands for it',
      at: known?.at ?? at,
      count: (known?.count ?? 0) + 1,
    });
  }
  return [...byType.values()];
}
