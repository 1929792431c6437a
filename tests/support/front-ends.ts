import { cluster, networkOf, ref, resource, subnetId } from '../conformance/aks-fixture.ts';
import {
  deployment,
  INTERNAL,
  nsg,
  nsgOf,
  type SecurityRuleWords,
  service,
  vnet,
} from '../conformance/trace/build.ts';

type Json = Record<string, unknown>;

export const CLIENT = '10.42.0.4';
/** Front ends without floating IP: of a load balancer, and of Services that switch it off. */
export const FRONT_ENDS = {
  machine: '10.42.3.20:443',
  closedMachine: '10.42.3.21:443',
  service: '10.42.3.30:80',
  closedService: '10.42.3.31:80',
} as const;

/**
 * A network with internal front ends whose groups admit what they see: one machine and one Service by their own address and port, the other
 * two by the address and port of the front end, which no group behind it ever sees (AZN-37, AZS-41, AKS-71).
 * @param more rules of a group on the interface of the first machine; absent: it has none
 */
export function frontEndPerimeter(more?: readonly SecurityRuleWords[]) {
  const deny: SecurityRuleWords = ['In', 4000, 'Deny', '*', '*', '*'];
  const group = more === undefined ? {} : nsgOf('nsg-nic');
  return networkOf(
    [
      vnet('net', '10.42.0.0/16', {
        clients: { addressPrefix: '10.42.0.0/24' },
        machines: { addressPrefix: '10.42.2.0/24', ...nsgOf('nsg-machines') },
        fronts: { addressPrefix: '10.42.3.0/24' },
        nodes: { addressPrefix: '10.42.4.0/24', ...nsgOf('nsg-nodes') },
      }),
      nsg('nsg-machines', [
        ['In', 100, 'Allow', CLIENT, '10.42.2.20', '8443', 'Tcp'],
        ['In', 110, 'Allow', CLIENT, '10.42.3.21', '443', 'Tcp'],
        deny,
      ]),
      nsg('nsg-nodes', [
        ['In', 100, 'Allow', CLIENT, '10.42.4.0/24', '30080', 'Tcp'],
        ['In', 110, 'Allow', CLIENT, '10.42.3.31', '80', 'Tcp'],
        ['In', 120, 'Allow', '10.42.4.0/24', '*', '*'],
        deny,
      ]),
      nsg('nsg-nic', [...(more ?? [])]),
      machine('client', 'clients', CLIENT),
      machine('first', 'machines', '10.42.2.20', group),
      machine('second', 'machines', '10.42.2.21'),
      balancer('lb-first', '10.42.3.20', '10.42.2.20'),
      balancer('lb-second', '10.42.3.21', '10.42.2.21'),
      cluster(
        'aks',
        { networkProfile: { networkPlugin: 'azure', networkPluginMode: 'overlay' } },
        { vnetSubnetID: subnetId('net', 'nodes') },
      ),
    ],
    [
      deployment('web'),
      frontedBy('open', '10.42.3.30', 30080),
      frontedBy('closed', '10.42.3.31', 30081),
    ],
  );
}

function machine(name: string, subnet: string, privateIPAddress: string, group: Json = {}): Json {
  const properties = { subnet: { id: subnetId('net', subnet) }, privateIPAddress };
  return resource('Microsoft.Network/networkInterfaces', name, {
    ipConfigurations: [{ name: 'ip', properties }],
    ...group,
  });
}

function balancer(name: string, front: string, member: string): Json {
  const base = ref('Microsoft.Network/loadBalancers', name).id;
  const frontend = { id: `${base}/frontendIPConfigurations/front` };
  const pool = { id: `${base}/backendAddressPools/pool` };
  const members = [{ name: 'm', properties: { ipAddress: member } }];
  const rule = {
    frontendIPConfiguration: frontend,
    backendAddressPool: pool,
    protocol: 'Tcp',
    frontendPort: 443,
    backendPort: 8443,
  };
  return resource(
    'Microsoft.Network/loadBalancers',
    name,
    {
      frontendIPConfigurations: [
        {
          ...frontend,
          name: 'front',
          properties: { privateIPAddress: front, subnet: { id: subnetId('net', 'fronts') } },
        },
      ],
      backendAddressPools: [
        { ...pool, name: 'pool', properties: { loadBalancerBackendAddresses: members } },
      ],
      loadBalancingRules: [{ id: `${base}/loadBalancingRules/r`, name: 'r', properties: rule }],
    },
    { sku: { name: 'Standard' } },
  );
}

function frontedBy(name: string, address: string, nodePort: number): Json {
  return service(
    name,
    {
      type: 'LoadBalancer',
      selector: { app: 'web' },
      ports: [{ port: 80, targetPort: 8080, nodePort }],
    },
    {
      ...INTERNAL,
      'service.beta.kubernetes.io/azure-load-balancer-ipv4': address,
      'service.beta.kubernetes.io/azure-disable-load-balancer-floating-ip': 'true',
    },
  );
}
