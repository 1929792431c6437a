import { describe, it } from 'vitest';
import { publicIp, routeTable, subnetId } from '../aks-fixture.ts';
import {
  applicationGateway,
  type Expected,
  expectWalk,
  firewallWith,
  type Json,
  networkOf,
  type Rules,
  tableOf,
  vnet,
} from './build.ts';

// azure-networking.md 10.1 to 10.5, addresses before and after every box. C = 203.0.113.50, the firewall is
// 192.168.100.4 (FwPIP 198.51.100.10), the gateway's private front end 192.168.200.4 (AgPIP 198.51.100.20), the server
// 192.168.1.4. Instances have no number of their own: the walks name whose instance it is.

const C = '203.0.113.50';
const FW = '198.51.100.10';
const AG = '198.51.100.20';
const INSTANCE = 'an instance of firewall fw';
const GATEWAY = 'an instance of agw';

interface Shape {
  readonly rules?: Rules;
  readonly gatewayRoutes?: Record<string, string>;
  readonly workloadRoutes?: Record<string, string>;
  readonly gateway?: Json;
}

function guide({ rules = {}, gatewayRoutes = {}, workloadRoutes = {} }: Shape = {}) {
  return networkOf([
    vnet('net', '192.168.0.0/16', {
      AzureFirewallSubnet: { addressPrefix: '192.168.100.0/26' },
      gateway: { addressPrefix: '192.168.200.0/24', ...tableOf('rt-gateway') },
      workload: { addressPrefix: '192.168.1.0/24', ...tableOf('rt-workload') },
    }),
    routeTable('rt-gateway', gatewayRoutes),
    routeTable('rt-workload', { '0.0.0.0/0': '192.168.100.4', ...workloadRoutes }),
    publicIp('pip-fw', FW),
    publicIp('pip-agw', AG),
    firewallWith(
      'fw',
      { id: subnetId('net', 'AzureFirewallSubnet') },
      '192.168.100.4',
      ['pip-fw'],
      rules,
    ),
    applicationGateway(
      'agw',
      { id: subnetId('net', 'gateway') },
      { public: 'pip-agw', private: '192.168.200.4' },
      ['192.168.1.4'],
    ),
  ]);
}

const SERIES = {
  gatewayRoutes: { '192.168.1.0/24': '192.168.100.4' },
  workloadRoutes: { '192.168.200.0/24': '192.168.100.4' },
};
const FROM_GATEWAY: Rules = { network: [['192.168.200.0/24', '192.168.1.4', '443']] };

describe('packet walks of the architecture guide', () => {
  it('10.1, AFW-66: firewall only: DNAT, and the server sees an instance', () => {
    const network = guide({ rules: { dnat: [[FW, '443', '192.168.1.4', '443']] } });
    expectWalk(network, C, `${FW}:443`, {
      answer: 'allowed',
      there: [
        `internet: ${C} → ${FW}:443`,
        `firewall fw: ${INSTANCE} → 192.168.1.4:443`,
        `subnet AzureFirewallSubnet: ${INSTANCE} → 192.168.1.4:443`,
        `subnet workload: ${INSTANCE} → 192.168.1.4:443`,
      ],
      back: [
        `subnet workload: 192.168.1.4 → ${INSTANCE}`,
        `subnet AzureFirewallSubnet: 192.168.1.4 → ${INSTANCE}`,
        `firewall fw: ${FW} → ${C}`,
        `subnet AzureFirewallSubnet: ${FW} → ${C}`,
        `internet: ${FW} → ${C}`,
      ],
    });
  });

  const gatewayOnly: Expected = {
    answer: 'allowed',
    there: [
      `internet: ${C} → ${AG}:443`,
      `application-gateway agw: ${GATEWAY} → 192.168.1.4:443`,
      `subnet gateway: ${GATEWAY} → 192.168.1.4:443`,
      `subnet workload: ${GATEWAY} → 192.168.1.4:443`,
    ],
    back: [
      `subnet workload: 192.168.1.4 → ${GATEWAY}`,
      `subnet gateway: 192.168.1.4 → ${GATEWAY}`,
      `application-gateway agw: ${AG} → ${C}`,
      `subnet gateway: ${AG} → ${C}`,
      `internet: ${AG} → ${C}`,
    ],
  };

  it('10.2, AZS-66: gateway only: a connection of its own, answered by the VNet route', () => {
    expectWalk(guide(), C, `${AG}:443`, gatewayOnly);
  });

  it('10.3: in parallel, web passes the gateway, the rest the firewall, both symmetric', () => {
    const network = guide({
      rules: {
        dnat: [[FW, '22', '192.168.1.4', '22']],
        network: [['192.168.1.0/24', '1.1.1.1', '443']],
      },
    });
    expectWalk(network, C, `${AG}:443`, gatewayOnly);
    expectWalk(network, C, `${FW}:22`, {
      answer: 'allowed',
      through: ['firewall'],
      source: INSTANCE,
    });
    expectWalk(network, '192.168.1.4', '1.1.1.1:443', {
      answer: 'allowed',
      there: [
        'subnet workload: 192.168.1.4 → 1.1.1.1:443',
        `firewall fw: ${FW} → 1.1.1.1:443`,
        `subnet AzureFirewallSubnet: ${FW} → 1.1.1.1:443`,
        `internet: ${FW} → 1.1.1.1:443`,
      ],
      back: [
        `internet: 1.1.1.1 → ${FW}`,
        'firewall fw: 1.1.1.1 → 192.168.1.4',
        'subnet AzureFirewallSubnet: 1.1.1.1 → 192.168.1.4',
        'subnet workload: 1.1.1.1 → 192.168.1.4',
      ],
    });
  });

  it('10.4, AFW-70: gateway before firewall, both routes: one session both ways, no SNAT', () => {
    expectWalk(guide({ ...SERIES, rules: FROM_GATEWAY }), C, `${AG}:443`, {
      answer: 'allowed',
      there: [
        `internet: ${C} → ${AG}:443`,
        `application-gateway agw: ${GATEWAY} → 192.168.1.4:443`,
        `subnet gateway: ${GATEWAY} → 192.168.1.4:443`,
        `firewall fw: ${GATEWAY} → 192.168.1.4:443`,
        `subnet AzureFirewallSubnet: ${GATEWAY} → 192.168.1.4:443`,
        `subnet workload: ${GATEWAY} → 192.168.1.4:443`,
      ],
      back: [
        `subnet workload: 192.168.1.4 → ${GATEWAY}`,
        `firewall fw: 192.168.1.4 → ${GATEWAY}`,
        `subnet AzureFirewallSubnet: 192.168.1.4 → ${GATEWAY}`,
        `subnet gateway: 192.168.1.4 → ${GATEWAY}`,
        `application-gateway agw: ${AG} → ${C}`,
        `subnet gateway: ${AG} → ${C}`,
        `internet: ${AG} → ${C}`,
      ],
    });
  });

  it('10.4, AFW-E06: only the gateway’s route: the firewall never sees the answer', () => {
    const network = guide({ gatewayRoutes: SERIES.gatewayRoutes, rules: FROM_GATEWAY });
    expectWalk(network, C, `${AG}:443`, {
      answer: 'broken',
      through: ['firewall'],
      backEnds: 'no-session',
      says: /fw saw the request and never its answer/,
    });
  });

  it('10.4, AFW-E06: only the workload’s route: the firewall never saw the request', () => {
    const network = guide({ workloadRoutes: SERIES.workloadRoutes, rules: FROM_GATEWAY });
    expectWalk(network, C, `${AG}:443`, {
      answer: 'broken',
      around: ['firewall'],
      backEnds: 'no-session',
      says: /fw never saw the request/,
    });
  });

  it('10.4, AFW-72: an application rule translates, so that the second route is not needed', () => {
    // The gateway speaks HTTP or TLS to an address, so only a rule for every name can match; over HTTP without a host
    // nobody documents that it does (azure-firewall 2.5): the walk asks with the host the client sends.
    const rules: Rules = {
      application: [['192.168.200.0/24', '192.168.1.4.example', 'Https:443']],
    };
    expectWalk(guide({ gatewayRoutes: SERIES.gatewayRoutes, rules }), C, `${AG}:443`, {
      answer: 'denied',
      says: /SNI/,
    });
  });

  it('10.5, AZS-81: firewall before gateway: the gateway takes an instance for the client', () => {
    const network = guide({ rules: { dnat: [[FW, '443', '192.168.200.4', '443']] } });
    const trace = expectWalk(network, C, `${FW}:443`, {
      answer: 'allowed',
      there: [
        `internet: ${C} → ${FW}:443`,
        `firewall fw: ${INSTANCE} → 192.168.200.4:443`,
        `subnet AzureFirewallSubnet: ${INSTANCE} → 192.168.200.4:443`,
        `subnet gateway: ${INSTANCE} → 192.168.200.4:443`,
        `application-gateway agw: ${GATEWAY} → 192.168.1.4:443`,
        `subnet gateway: ${GATEWAY} → 192.168.1.4:443`,
        `subnet workload: ${GATEWAY} → 192.168.1.4:443`,
      ],
      back: [
        `subnet workload: 192.168.1.4 → ${GATEWAY}`,
        `subnet gateway: 192.168.1.4 → ${GATEWAY}`,
        `application-gateway agw: 192.168.200.4 → ${INSTANCE}`,
        `subnet gateway: 192.168.200.4 → ${INSTANCE}`,
        `subnet AzureFirewallSubnet: 192.168.200.4 → ${INSTANCE}`,
        `firewall fw: ${FW} → ${C}`,
        `subnet AzureFirewallSubnet: ${FW} → ${C}`,
        `internet: ${FW} → ${C}`,
      ],
    });
    const forwarded = trace.forward.hops
      .flatMap((hop) => hop.steps)
      .find((step) => step.text.includes('X-Forwarded-For'));
    if (forwarded?.text.includes(INSTANCE) !== true) throw new Error('the client address is lost');
  });

  it('a gateway subnet with 0/0 to the firewall loses the answers to its clients', () => {
    // azure-networking.md 9.1: such a route breaks the gateway.
    const network = guide({ gatewayRoutes: { '0.0.0.0/0': '192.168.100.4' } });
    expectWalk(network, C, `${AG}:443`, { answer: 'broken', says: /fw never saw the request/ });
  });
});

describe('the security group of the gateway’s subnet', () => {
  it('AZS-60: clients must be admitted to the gateway, whichever front end they come by', () => {
    const network = networkOf([
      vnet('net', '192.168.0.0/16', {
        gateway: {
          addressPrefix: '192.168.200.0/24',
          networkSecurityGroup: {
            id: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/g',
          },
        },
        workload: { addressPrefix: '192.168.1.0/24' },
      }),
      {
        id: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/g',
        type: 'Microsoft.Network/networkSecurityGroups',
        name: 'g',
        properties: { securityRules: [] },
      },
      publicIp('pip-agw', AG),
      applicationGateway('agw', { id: subnetId('net', 'gateway') }, { public: 'pip-agw' }, [
        '192.168.1.4',
      ]),
    ]);
    expectWalk(network, C, `${AG}:443`, { answer: 'denied', says: /DenyAllInBound/i });
  });
});
