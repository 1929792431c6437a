import { describe, expect, it } from 'vitest';
import { type Port, parseDomainName, parseIp } from '../../net/index.ts';
import type { Trace } from '../../trace/index.ts';
import type { LabEnd, LabHost } from '../plan/lab-plan.ts';
import { aim } from './aim.ts';
import type { ProbePlan } from './probe-plan.ts';

const host = (name: string, kind: LabHost['kind'], ip: readonly string[]): LabHost => ({
  name,
  kind,
  label: name,
  sysctls: [],
  ip,
  nftables: '',
  answers: true,
  resolvers: [],
});
const end = (name: string, addresses: readonly string[], traceName?: string): LabEnd => ({
  name,
  host: name.replace('/', '-'),
  addresses,
  ...(traceName === undefined ? {} : { traceName }),
});

const plan: ProbePlan = {
  lab: 'x',
  hosts: [
    host('machine-a', 'machine', ['addr add 10.2.0.4/24 dev eth0']),
    host('firewall-fw', 'appliance', ['addr add 10.0.0.4/26 dev eth0']),
    host('on-premises', 'on-premises', ['route replace local 192.168.0.0/16 dev lo']),
    host('fabric', 'fabric', [
      'route replace 10.0.3.20/32 via 10.2.0.4 dev machine-a',
      'route replace unreachable 10.0.3.21/32',
      'route replace 10.9.0.0/16 via 10.0.0.5 dev firewall-fw',
    ]),
  ],
  links: [],
  ends: [
    end('machine/a', ['10.2.0.4'], '10.2.0.4'),
    end('firewall/fw', ['10.0.0.4']),
    end('internet', ['198.18.0.10'], 'internet'),
  ],
  names: [{ name: 'known.example', address: '198.18.1.1' }],
};

function traceTo(address: string, port: number, more: Partial<Trace['flow']> = {}): Trace {
  const flow: Trace['flow'] = {
    source: { kind: 'exact', ip: parseIp('10.2.0.4')! },
    destination: { kind: 'exact', ip: parseIp(address)! },
    destinationPort: port as Port,
    protocol: 'tcp',
    application: { kind: 'none' },
    ...more,
  };
  return {
    question: { from: '10.2.0.4', to: `${address}:${port}` },
    flow,
    forward: { hops: [], disposition: { kind: 'delivered', to: 'b' } },
    answer: 'allowed',
    assumptions: [],
    summary: '',
    wouldOpen: [],
  };
}

describe('where a flow of the proof becomes a connection', () => {
  it.each(['10.0.0.5', '10.0.3.21', '10.9.0.1', '172.16.0.1'])(
    'nowhere when nobody in the lab has the private address %s: its silence says nothing',
    (address) => {
      expect(aim(plan, traceTo(address, 443), 0)).toEqual({
        kind: 'not-tried',
        why: `nobody in the lab has ${address}`,
      });
    },
  );

  it.each(['10.0.0.4', '10.0.3.20', '192.168.7.9', '20.60.1.1'])(
    'at an interface, a routed front end, a range behind a gateway, the internet: %s',
    (address) => {
      expect(aim(plan, traceTo(address, 443), 0)).toMatchObject({
        kind: 'aimed',
        attempt: { address, port: 443 },
      });
    },
  );

  it('port 53 of the firewall and of the internet is asked for a name, that of a machine speaks HTTP', () => {
    const speaks = (address: string) => {
      const aimed = aim(plan, traceTo(address, 53), 0);
      return aimed.kind === 'aimed' ? aimed.attempt.speaks.kind : aimed.why;
    };
    expect(['10.0.0.4', '8.8.8.8', '192.168.0.4'].map(speaks)).toEqual(['dns', 'dns', 'dns']);
    expect(
      aim(
        { ...plan, ends: [...plan.ends, end('machine/b', ['10.0.3.20'])] },
        traceTo('10.0.3.20', 53),
        0,
      ),
    ).toMatchObject({
      attempt: { speaks: { kind: 'http' } },
    });
  });

  it('a datagram goes to the internet, where one is answered', () => {
    const to = (address: string) => aim(plan, traceTo(address, 123, { protocol: 'udp' }), 0);
    expect(to('20.60.1.1')).toMatchObject({ attempt: { speaks: { kind: 'datagram' } } });
    expect(to('192.168.7.9')).toEqual({
      kind: 'not-tried',
      why: 'only the internet of the lab answers datagrams',
    });
  });

  it('a node calls a pod of another node, whose packets leave it', () => {
    const node = (number: number) => ({
      ...end(`node/p-${number}`, [`10.2.1.${number}`], 'node:p'),
      host: `p-${number}`,
    });
    const pod = { ...end('pod/y/b-0', ['10.2.1.9'], 'deploy:y/b'), host: 'y-b-0' };
    const links = [
      {
        ends: [
          { host: 'y-b-0', interface: 'eth0' },
          { host: 'p-1', interface: 'pod0' },
        ],
      },
    ] as const;
    const trace = traceTo('10.2.1.9', 443, {
      destination: { kind: 'within', addresses: { v4: [], v6: [] }, label: 'a pod of y/b' },
    });
    const hosts = [host('y-b-0', 'pod', ['addr add 10.2.1.9/32 dev eth0'])];
    const world = { ...plan, hosts, links, ends: [node(1), node(2), pod] };
    const aimed = aim(world, { ...trace, question: { from: 'node:p', to: 'deploy:y/b:443' } }, 0);
    expect(aimed).toMatchObject({ from: { host: 'p-2' }, attempt: { address: '10.2.1.9' } });
  });

  it('is none where two networks that do not reach each other have it both', () => {
    const cable = (one: string, other: string) =>
      ({
        ends: [
          { host: one, interface: 'eth0' },
          { host: other, interface: one },
        ],
      }) as const;
    const twin = { ...end('machine/a-2', ['10.2.0.4'], '10.2.0.4'), host: 'machine-a-2' };
    const world: ProbePlan = {
      ...plan,
      hosts: [
        ...plan.hosts,
        host('machine-a-2', 'machine', ['addr add 10.2.0.4/24 dev eth0']),
        host('fabric-2', 'fabric', []),
      ],
      links: [cable('machine-a', 'fabric'), cable('machine-a-2', 'fabric-2')],
      ends: [...plan.ends, twin],
    };
    expect(aim(world, traceTo('20.60.1.1', 443), 0)).toEqual({
      kind: 'not-tried',
      why: 'networks that do not reach each other each have a 10.2.0.4',
    });
    const called = traceTo('10.2.0.4', 443);
    expect(
      aim(world, { ...called, question: { from: 'internet', to: '10.2.0.4:443' } }, 0),
    ).toMatchObject({ kind: 'not-tried' });
    const near = {
      ...world,
      links: [cable('machine-a', 'fabric'), cable('machine-a-2', 'fabric')],
    };
    expect(aim(near, traceTo('20.60.1.1', 443), 0).kind).toBe('aimed');
  });

  it('an API server that has another name in the lab is not asked under this one', () => {
    const trace = traceTo('198.18.2.2', 443, {
      destinationName: parseDomainName('other.hcp.eastus.azmk8s.io')!,
    });
    expect(aim(plan, trace, 0).kind).toBe('not-tried');
    const hops = [{ kind: 'api-server' as const, name: 'c', steps: [], flow: trace.flow }];
    expect(aim(plan, { ...trace, forward: { ...trace.forward, hops } }, 0)).toEqual({
      kind: 'not-tried',
      why: 'the API server of the lab is not called `other.hcp.eastus.azmk8s.io`',
    });
  });

  it('what one of its ways takes for granted is not there, whatever the others need', () => {
    const trace = traceTo('20.60.1.1', 443);
    const granted = { ...trace, assumptions: ['something answers at 20.60.1.1: nobody has it'] };
    expect(aim(plan, trace, 0).kind).toBe('aimed');
    expect(aim(plan, trace, 0, [granted]).kind).toBe('not-tried');
  });

  it('on-premises sends from the address that is asked about, where it has that: the firewall and the other end judge it', () => {
    const onPremises = end('on-premises', ['192.168.0.4'], 'onprem:192.168.0.0/16');
    const world = { ...plan, ends: [...plan.ends, onPremises] };
    const sourceOf = (address: string) => {
      const source = { kind: 'exact', ip: parseIp(address)! } as const;
      const trace = traceTo('10.2.0.4', 443, { source });
      const question = { from: `onprem:${address}/32`, to: '10.2.0.4:443' };
      const aimed = aim(world, { ...trace, question }, 0);
      return aimed.kind === 'aimed' ? aimed.attempt.source : aimed.why;
    };
    expect(sourceOf('192.168.7.4')).toBe('192.168.7.4');
    expect(sourceOf('192.168.0.4')).toBeUndefined();
    expect(sourceOf('172.16.0.4')).toBeUndefined();
  });

  it('nobody sends from the address of a firewall or a private endpoint', () => {
    const world = { ...plan, ends: [...plan.ends, end('private-endpoint/pe', ['10.2.0.9'])] };
    const trace = traceTo('10.2.0.4', 443);
    for (const [from, name] of [
      ['10.0.0.4', 'firewall/fw'],
      ['10.2.0.9', 'private-endpoint/pe'],
    ] as const) {
      const asked = { ...trace, question: { from, to: '10.2.0.4:443' } };
      const why = `nobody sends from ${name}`;
      expect(aim(world, asked, 0)).toEqual({ kind: 'not-tried', why });
    }
  });

  it('a Service is called where a node has it, and nowhere without nodes', () => {
    const trace = traceTo('198.51.100.20', 80);
    const asked = { ...trace, question: { from: '10.2.0.4', to: 'service:x/front:80' } };
    const why = 'no node of the lab has Services';
    expect(aim(plan, asked, 0)).toEqual({ kind: 'not-tried', why });
    const hops = [{ kind: 'load-balancer', name: 'x/front', steps: [], flow: trace.flow }] as const;
    const led = { ...trace, forward: { ...trace.forward, hops } };
    expect(aim(plan, led, 0)).toEqual({ kind: 'not-tried', why });
    const withNodes = { ...plan, hosts: [...plan.hosts, host('node-0', 'node', [])] };
    expect(aim(withNodes, asked, 0).kind).toBe('aimed');
  });
});
