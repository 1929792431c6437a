import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { engineOf } from '../../tests/support/log-engine.ts';
import { logged } from '../../tests/support/logs-of-firewall.ts';
import { importPaths } from '../importers/index.ts';
import { bundledDatasets, memoryFileSystem } from '../io/index.ts';
import { makeRecord } from '../logs/generate/index.ts';
import { locator } from '../logs/places/index.ts';
import type { LogRecord } from '../logs/record.ts';
import { readPerimeter } from '../model/index.ts';
import { deriveNetwork, type Network } from '../network/index.ts';
import { learnedYaml } from '../report/learned-yaml.ts';
import { answerTrace } from '../trace/index.ts';
import { learn } from './learn.ts';
import { contextOf, replayer } from './replay.ts';

const PAGE = readFileSync('examples/perimeter-store/perimeter.yaml', 'utf8');
const STORE = readFileSync('examples/perimeter-store/store.yaml', 'utf8');

async function networkOf(page: string): Promise<Network> {
  const files = memoryFileSystem({ 'perimeter.yaml': page, 'store.yaml': STORE });
  return deriveNetwork(readPerimeter(await importPaths(files, ['.'], {}, bundledDatasets())));
}

/** The page without ways out, and with those that were learned. */
function pageWith(egress: readonly unknown[]): string {
  const page = parse(PAGE);
  delete page.expect;
  return stringify({ ...page, egress: egress.length === 0 ? undefined : egress });
}

const hubble = (workload: string, name: string, port: number, more: object = {}): LogRecord =>
  makeRecord('hubble', 1_741_046_400e6, '', {
    ...{
      protocol: 'TCP',
      sourceIp: '10.244.0.9',
      sourcePort: 50_000,
      destinationIp: '203.0.113.40',
    },
    ...{ destinationPort: port, verdict: 'FORWARDED', direction: 'EGRESS', isReply: false },
    ...{ sourceNamespace: 'pets', sourceWorkload: workload, destinationNames: name },
    ...more,
  });

const application = (fqdn: string, action = 'Allow'): LogRecord =>
  makeRecord('application', 1_741_046_400e6, '', {
    ...{ protocol: 'HTTPS', sourceIp: '10.42.0.9', sourcePort: 50_000, destinationPort: 443 },
    ...{ fqdn, action, policy: '', ruleCollectionGroup: '', ruleCollection: '', rule: '' },
  });

const network = (destinationIp: string, destinationPort: number): LogRecord =>
  makeRecord('network', 1_741_046_400e6, '', {
    ...{
      protocol: 'TCP',
      sourceIp: '10.42.0.9',
      sourcePort: 50_000,
      destinationIp,
      destinationPort,
    },
    ...{ action: 'Allow', policy: '', ruleCollectionGroup: '', ruleCollection: '', rule: '' },
  });

const subnet = (destinationIp: string, destinationPort: number, more: object = {}): LogRecord =>
  makeRecord('vnet-flow', 1_741_046_400e6, '', {
    ...{
      protocol: 'TCP',
      sourceIp: '10.42.0.9',
      sourcePort: 50_000,
      destinationIp,
      destinationPort,
    },
    ...{ direction: 'O', state: 'B', ...more },
  });

async function learned(records: readonly LogRecord[]) {
  const network = await networkOf(pageWith([]));
  const engine = await engineOf(records);
  try {
    return await learn({ engine, network, locate: locator({ network }), window: {} });
  } finally {
    engine.close();
  }
}

describe('the first allow-list', () => {
  it('names the pods, where Hubble saw them, and the nodes behind which a firewall sees them', async () => {
    const { egress } = await learned([
      hubble('Deployment/order-service', 'api.stripe.com', 443),
      hubble('Deployment/order-service', 'api.stripe.com', 443),
      application('updates.vendor.example'),
    ]);
    expect(egress).toEqual([
      {
        name: 'learned-nodes',
        from: 'nodes',
        to: ['updates.vendor.example:443'],
        why: 'Learned from 1 logged connection, the last at 2025-03-04T00:00:00Z.',
      },
      {
        name: 'learned-pets-order-service',
        from: { namespace: 'pets', app: 'order-service' },
        to: ['api.stripe.com:443'],
        why: 'Learned from 2 logged connections, the last at 2025-03-04T00:00:00Z.',
      },
    ]);
  });

  it('expands and proves: what was seen passes both layers, what was not does not', async () => {
    const { egress } = await learned([
      hubble('Deployment/order-service', 'api.stripe.com', 443),
      application('updates.vendor.example'),
    ]);
    const network = await networkOf(pageWith(egress));
    const placement = [...network.firewalls.values()][0]!;
    const replay = replayer(placement, contextOf(network, placement));
    const source = '10.42.0.9';
    const said = (fqdn: string) => {
      const modelled = replay(logged({ source, fqdn }));
      return modelled.kind === 'verdict' ? modelled.verdict.kind : modelled.why;
    };
    expect([said('updates.vendor.example'), said('api.stripe.com')]).toEqual(['allow', 'allow']);
    expect(said('never.seen.example')).not.toBe('allow');
    const walk = (from: string) =>
      answerTrace(network, { from, to: 'api.stripe.com:443' }).traces.map(({ answer }) => answer);
    expect(walk('deploy:pets/order-service')).toEqual(['allowed']);
    // Another workload is stopped before the firewall: least privilege on both layers.
    expect(walk('deploy:pets/product-service')).toEqual(['denied']);
  });

  it('leaves out threats, the inside, what AKS needs, replies, denials and what no rule can say', async () => {
    const threat = makeRecord('threat', 1_741_046_400e6, '', {
      ...{ protocol: 'HTTPS', sourceIp: '10.42.0.9', sourcePort: 1, destinationPort: 443 },
      ...{ fqdn: 'bad.example', action: 'Alert' },
    });
    const { egress, leftOut } = await learned([
      threat,
      application('bad.example'),
      application('mcr.microsoft.com'),
      application('denied.example', 'Deny'),
      application('"; rm -rf /'),
      hubble('Deployment/order-service', '', 5432, { destinationIp: '10.42.9.9' }),
      hubble('Deployment/order-service', '', 51_000, { isReply: true }),
      hubble('Deployment/order-service', '', 443, { verdict: 'DROPPED' }),
      hubble('Deployment/order-service', '', 443, { destinationIp: '2001:db8::5' }),
    ]);
    expect(egress).toEqual([]);
    expect(leftOut.map(({ what }) => what).sort()).toEqual([
      '"; rm -rf /:443',
      '10.42.9.9:5432',
      '2001:db8::5:443',
      'bad.example:443',
      'mcr.microsoft.com:443',
    ]);
  });

  it('takes from VNet flow logs what left the nodes, counted by beginnings, and says what those hide', async () => {
    const answer = await learned([
      ...['B', 'B', 'C', 'E'].map((state) => subnet('198.51.100.7', 5671, { state })),
      // It began before the log did.
      subnet('198.51.100.20', 123, { protocol: 'UDP', state: 'C' }),
      subnet('198.51.100.8', 25, { state: 'D' }),
      subnet('198.51.100.9', 25, { direction: 'I' }),
      subnet('198.51.100.10', 0, { protocol: 'ICMP' }),
    ]);
    expect(answer.egress).toEqual([
      {
        name: 'learned-nodes',
        from: 'nodes',
        to: ['198.51.100.20:123/udp', '198.51.100.7:5671'],
        why: 'Learned from 3 logged connections, the last at 2025-03-04T00:00:00Z.',
      },
    ]);
    expect(answer.leftOut).toEqual([]);
    expect(answer.remarks).toEqual([
      expect.stringContaining('the firewall sees the node of a pod, never the pod'),
      '2 addresses are from VNet flow logs, which have no names: an address that a name stands for may change.',
    ]);
  });

  it('learns nothing twice, and nothing that is not of a cluster or that the host answers (AZN-17)', async () => {
    const { egress, leftOut, records } = await learned([
      application('updates.vendor.example'),
      network('198.51.100.50', 8443),
      // The same two as interfaces saw them.
      subnet('203.0.113.40', 443),
      subnet('198.51.100.50', 8443),
      subnet('168.63.129.16', 53, { protocol: 'UDP' }),
      subnet('10.42.9.9', 5432),
      subnet('198.51.100.99', 443, { sourceIp: '10.41.0.200' }),
    ]);
    expect(egress.map(({ to }) => to)).toEqual([
      ['updates.vendor.example:443', '198.51.100.50:8443'],
    ]);
    expect(Object.fromEntries(leftOut.map(({ what, why }) => [what, why]))).toEqual({
      '203.0.113.40:443': 'another log tells by name what was called on this port',
      '168.63.129.16:53/udp': 'the host of the node answers it, whatever rules say',
      '10.42.9.9:5432': 'it is in the networks of the input',
      '198.51.100.99:443': 'it does not come from a cluster of the input',
    });
    expect(records).toBe(6);
  });

  it('is YAML that nothing of a log can break', async () => {
    const answer = await learned([
      application('fine.example'),
      application('x\negress: [] #\u001b[2J\u202e'),
    ]);
    const text = learnedYaml(answer);
    expect(Object.keys(parse(text))).toEqual(['egress']);
    expect(parse(text).egress).toEqual(answer.egress);
    expect(text).not.toMatch(/[\u001b\u202e]/);
  });
});
