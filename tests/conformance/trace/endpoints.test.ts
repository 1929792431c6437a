import { describe, expect, it } from 'vitest';
import { answerTrace, traceTo } from '../../../src/trace/index.ts';
import { cluster, keyOf, publicIp, resource, routeTable, subnetId } from '../aks-fixture.ts';
import {
  deployment,
  expectWalk,
  firewallWith,
  type Json,
  networkOf,
  nsg,
  nsgOf,
  tableOf,
  vnet,
} from './build.ts';

// How a question names its ends, and the addresses of the Azure host, which no route table and no firewall sees
// (azure-networking.md 3.4: "answered by the host, whatever the table says").

interface Shape {
  readonly clusters?: readonly Json[];
  readonly more?: readonly Json[];
  readonly nodes?: Json;
}

const POOL = { vnetSubnetID: subnetId('net', 'nodes') };
const AKS = cluster(
  'aks',
  { networkProfile: { networkPlugin: 'azure', networkPluginMode: 'overlay' } },
  POOL,
);

function perimeter({ clusters = [AKS], more = [], nodes = {} }: Shape = {}) {
  return networkOf(
    [
      vnet('net', '10.42.0.0/16', {
        nodes: { addressPrefix: '10.42.4.0/22', ...tableOf('rt'), ...nodes },
        AzureFirewallSubnet: { addressPrefix: '10.42.2.0/26' },
      }),
      routeTable('rt', { '0.0.0.0/0': '10.42.2.4' }),
      publicIp('pip-fw'),
      firewallWith('fw', { id: subnetId('net', 'AzureFirewallSubnet') }, '10.42.2.4', ['pip-fw'], {
        dnat: [['*', '443', '10.42.4.9', '443']],
      }),
      ...clusters,
      ...more,
    ],
    [deployment('web')],
  );
}

function refusal(network: ReturnType<typeof perimeter>, from: string, to: string) {
  const { traces, diagnostics } = answerTrace(network, { from, to });
  expect(traces).toEqual([]);
  expect(diagnostics.map(({ code }) => code)).toEqual(['trace/endpoint']);
  return `${diagnostics[0]!.message} | ${diagnostics[0]!.hint}`;
}

describe('the nodes of a pool', () => {
  const blue = cluster('blue', {}, { ...POOL, name: 'np' });
  const green = cluster('green', {}, { ...POOL, name: 'np' });
  const two = perimeter({ clusters: [blue, green] });

  it('a pool name that two clusters use is refused, and how to say which', () => {
    for (const [from, to] of [
      ['node:np', '20.1.2.3:443'],
      ['10.42.4.50', 'node:np:22'],
    ] as const) {
      const said = refusal(two, from, to);
      expect(said).toContain('`node:np` is a pool of several clusters');
      expect(said).toContain('node:blue/np, node:green/np');
    }
  });

  it('node:CLUSTER/POOL names one', () => {
    const { traces } = answerTrace(two, { from: 'node:Green/np', to: '20.1.2.3:443' });
    expect(traces.map(({ summary }) => summary.split(' does')[0])).toEqual([
      'node of pool np of green',
    ]);
    expect(refusal(two, 'node:red/np', '20.1.2.3:443')).toContain('`red/np`');
  });

  it('node alone is every pool; a port may follow', () => {
    const { traces } = answerTrace(perimeter(), { from: 'node', to: 'node:nodes:10250' });
    expect(traces.map(({ flow }) => flow.destinationPort)).toEqual([10250]);
  });
});

describe('a public address that only Azure knows', () => {
  const network = perimeter();

  it('is named by its resource, and walked to whatever uses it', () => {
    expectWalk(network, 'internet', 'publicip:PIP-fw:443', {
      answer: 'allowed',
      through: ['firewall', 'subnet'],
      says: /public IP pip-fw:443/,
    });
    expectWalk(network, 'internet', 'publicip:pip-fw:22', {
      answer: 'denied',
      says: /no DNAT rule/,
    });
  });

  it('a trace to it is spelled so that it can be asked again', () => {
    const placement = network.firewalls.get(keyOf('Microsoft.Network/azureFirewalls', 'fw'))!;
    const [own] = placement.publicAddresses;
    const trace = traceTo(network, 'internet', own!.address, 443, 'tcp');
    expect(trace?.question.to).toBe('publicip:pip-fw:443');
    const { from, to } = trace!.question;
    expect(answerTrace(network, { from, to }).traces[0]?.answer).toBe(trace!.answer);
  });

  it('a name in two resource groups needs the group; one that nobody has is refused', () => {
    const other = resource('Microsoft.Network/publicIPAddresses', 'pip-fw', {});
    const id = String(other['id']).replace('/rg/', '/rg-other/');
    const twice = perimeter({ more: [{ ...other, id }] });
    const said = refusal(twice, 'internet', 'publicip:pip-fw:443');
    expect(said).toContain('publicip:rg-other/pip-fw, publicip:rg/pip-fw');
    expectWalk(twice, 'internet', 'publicip:rg/pip-fw:443', { answer: 'allowed' });
    expect(refusal(network, 'internet', 'publicip:none:443')).toContain('publicip:pip-fw');
    expect(refusal(network, 'publicip:pip-fw', '20.1.2.3:443')).toContain('cannot send');
  });
});

describe('the Azure host', () => {
  const everything = nsg('nsg', [['Out', 100, 'Deny', '*', '*', '*']]);
  const guarded = perimeter({ nodes: nsgOf('nsg'), more: [everything] });

  it.each([
    ['deploy:web', '168.63.129.16:53/udp'],
    ['deploy:web', '169.254.169.254:80'],
    ['node', '168.63.129.16:80'],
    ['node', '169.254.169.254:80'],
  ])('AZN-17, AZN-36: answers %s at %s, past routes, firewall and security groups', (from, to) => {
    const trace = expectWalk(guarded, from, to, {
      answer: 'allowed',
      ends: 'delivered',
      around: ['firewall', 'internet'],
    });
    expect(trace.back).toBeUndefined();
  });

  it('AZN-36: a rule that names the platform tag does close it', () => {
    const rules = nsg('nsg', [['Out', 100, 'Deny', '*', 'AzurePlatformIMDS', '*']]);
    const closed = perimeter({ nodes: nsgOf('nsg'), more: [rules] });
    expectWalk(closed, 'node', '169.254.169.254:80', { answer: 'denied' });
    expectWalk(closed, 'node', '168.63.129.16:80', { answer: 'allowed' });
  });

  it.each(['internet', 'onprem:10.9.0.0/16'])(
    'azure-networking 6.3: is out of reach of %s',
    (from) => {
      for (const to of ['168.63.129.16:53/udp', '169.254.169.254:80']) {
        const trace = expectWalk(guarded, from, to, { answer: 'denied', ends: 'no-route' });
        expect(trace.wouldOpen).toEqual([]);
      }
    },
  );
});

describe('the API server from the internet', () => {
  const ranges = (...authorizedIPRanges: string[]) =>
    perimeter({
      clusters: [cluster('aks', { apiServerAccessProfile: { authorizedIPRanges } }, POOL)],
    });

  it('AKS-50: authorized ranges decide; a client whose address is not known stays open', () => {
    const network = ranges('198.51.100.0/24');
    expectWalk(network, '198.51.100.7', 'apiserver', {
      answer: 'allowed',
      through: ['api-server'],
    });
    const shut = expectWalk(network, '192.0.2.7', 'apiserver', { answer: 'denied' });
    expect(shut.wouldOpen.join()).toContain('add 192.0.2.7 to');
    expectWalk(network, 'internet', 'apiserver', { answer: 'unknown', says: /which address/ });
  });

  it('AKS-50: without ranges everybody may call', () => {
    expectWalk(ranges(), 'internet', 'apiserver', { answer: 'allowed' });
  });

  it('AKS-55: with VNet integration nodes call its private address, past the firewall; outside stays public', () => {
    const apiServerAccessProfile = {
      enableVnetIntegration: true,
      subnetId: subnetId('net', 'api'),
    };
    const integrated = networkOf([
      vnet('net', '10.42.0.0/16', {
        nodes: { addressPrefix: '10.42.4.0/22', ...tableOf('rt') },
        api: { addressPrefix: '10.42.9.0/28', ...nsgOf('nsg-api') },
        vms: { addressPrefix: '10.42.10.0/24' },
        AzureFirewallSubnet: { addressPrefix: '10.42.2.0/26' },
      }),
      // aks.md 6.3: cluster subnets to the API subnet, 443 and 4443.
      nsg('nsg-api', [
        ['In', 100, 'Allow', '10.42.4.0/22', '10.42.9.0/28', '443', 'Tcp'],
        ['In', 200, 'Deny', '*', '*', '*'],
      ]),
      routeTable('rt', { '0.0.0.0/0': '10.42.2.4' }),
      publicIp('pip-fw'),
      firewallWith('fw', { id: subnetId('net', 'AzureFirewallSubnet') }, '10.42.2.4', ['pip-fw']),
      cluster('aks', { apiServerAccessProfile }, POOL),
    ]);
    expectWalk(integrated, 'node', 'apiserver', {
      answer: 'allowed',
      around: ['firewall', 'internet'],
      through: ['api-server'],
    });
    expectWalk(integrated, 'internet', 'apiserver', { answer: 'allowed', through: ['internet'] });
    expectWalk(integrated, '10.42.10.60', 'apiserver', { answer: 'denied', says: /Deny200/ });
  });
});
