import { describe, it } from 'vitest';
import { cluster, publicIp, routeTable, subnetId } from '../aks-fixture.ts';
import {
  at,
  deployment,
  expectWalk,
  firewallWith,
  INTERNAL,
  networkOf,
  type Rules,
  service,
  tableOf,
  vnet,
} from './build.ts';

// azure-networking.md 10.6 and azure-firewall.md 3: a public load balancer under 0/0 to the firewall, and its repairs.

const CLIENT = '203.0.113.50';
const FW = ['198.51.100.10', '198.51.100.11'];
const LB = '20.1.1.1';

interface Shape {
  readonly rules?: Rules;
  readonly routes?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly publicIps?: number;
}

function aks({ rules = {}, routes = {}, annotations = at(LB), publicIps = 1 }: Shape = {}) {
  const names = ['pip-a', 'pip-b'].slice(0, publicIps);
  return networkOf(
    [
      vnet('net', '10.42.0.0/16', {
        aks: { addressPrefix: '10.42.1.0/24', ...tableOf('t') },
        AzureFirewallSubnet: { addressPrefix: '10.42.2.0/24' },
      }),
      routeTable('t', { '0.0.0.0/0': '10.42.2.4', ...routes }),
      ...names.map((name, index) => publicIp(name, FW[index])),
      firewallWith('fw', { id: subnetId('net', 'AzureFirewallSubnet') }, '10.42.2.4', names, rules),
      cluster(
        'aks',
        {
          networkProfile: {
            networkPlugin: 'azure',
            networkPluginMode: 'overlay',
            outboundType: 'userDefinedRouting',
          },
        },
        { vnetSubnetID: subnetId('net', 'aks') },
      ),
    ],
    [deployment('web'), service('web', { type: 'LoadBalancer' }, annotations)],
  );
}

const DNAT_TO_LB: Rules = { dnat: [[FW[0]!, '80', LB, '80']] };
const OWN = (address: string) => ({ [`${address}/32`]: 'Internet' });

describe('a public load balancer under 0/0 to the firewall', () => {
  it('AFW-E06, AKS-70: the answer goes to a firewall that never saw the request', () => {
    expectWalk(aks(), CLIENT, `${LB}:80`, {
      answer: 'broken',
      there: [
        `internet: ${CLIENT} → ${LB}:80`,
        'load-balancer shop/web: a node of aks → a pod of shop/web:8080',
        'pod shop/web: a node of aks → a pod of shop/web:8080',
      ],
      back: [`subnet aks: ${LB} → ${CLIENT}`, `firewall fw: ${LB} → ${CLIENT}`],
      backEnds: 'no-session',
      says: /fw never saw the request/,
    });
  });

  it('a /32 route for the load balancer’s own address does not help', () => {
    expectWalk(aks({ routes: OWN(LB) }), CLIENT, `${LB}:80`, { answer: 'broken' });
  });

  it('AFW-E07: repair 1: an internal front end behind DNAT is symmetric without further routes', () => {
    const network = aks({
      rules: { dnat: [[FW[0]!, '80', '10.42.1.200', '80']] },
      annotations: { ...INTERNAL, ...at('10.42.1.200') },
    });
    expectWalk(network, CLIENT, `${FW[0]}:80`, {
      answer: 'allowed',
      through: ['firewall', 'load-balancer', 'pod'],
    });
  });

  it('AFW-67: repair 2: DNAT to the public front end with a /32 for the firewall’s address', () => {
    expectWalk(aks({ rules: DNAT_TO_LB, routes: OWN(FW[0]!) }), CLIENT, `${FW[0]}:80`, {
      answer: 'allowed',
      there: [
        `internet: ${CLIENT} → ${FW[0]}:80`,
        `firewall fw: ${FW[0]} → ${LB}:80`,
        `subnet AzureFirewallSubnet: ${FW[0]} → ${LB}:80`,
        `internet: ${FW[0]} → ${LB}:80`,
        'load-balancer shop/web: a node of aks → a pod of shop/web:8080',
        'pod shop/web: a node of aks → a pod of shop/web:8080',
      ],
      back: [
        `subnet aks: ${LB} → ${FW[0]}`,
        `internet: ${LB} → ${FW[0]}`,
        `firewall fw: ${FW[0]} → ${CLIENT}`,
        `subnet AzureFirewallSubnet: ${FW[0]} → ${CLIENT}`,
        `internet: ${FW[0]} → ${CLIENT}`,
      ],
    });
  });

  it('repair 2 without the /32: the answer enters the firewall from inside', () => {
    // The flow it meets there is not the one it opened: its own session went out to the internet.
    expectWalk(aks({ rules: DNAT_TO_LB }), CLIENT, `${FW[0]}:80`, { answer: 'broken' });
  });

  it('AFW-71: repair 2 with two public addresses and one /32 works by chance only', () => {
    const network = aks({ rules: DNAT_TO_LB, routes: OWN(FW[0]!), publicIps: 2 });
    expectWalk(network, CLIENT, `${FW[0]}:80`, { answer: 'unknown' });
  });

  it('repair 2 with a /32 for each public address works', () => {
    const routes = { ...OWN(FW[0]!), ...OWN(FW[1]!) };
    expectWalk(aks({ rules: DNAT_TO_LB, routes, publicIps: 2 }), CLIENT, `${FW[0]}:80`, {
      answer: 'allowed',
    });
  });
});
