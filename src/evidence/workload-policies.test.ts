import { describe, expect, it } from 'vitest';
import { logged, perimeterIn, ruleNamed } from '../../tests/support/logs-of-firewall.ts';
import { workloadPolicies } from './workload-policies.ts';

describe('network policies of workloads', () => {
  it('say addresses as prefixes, names and tags as their ports, and that ICMP is not said', async () => {
    const { network, placement } = await perimeterIn('examples/store');
    const source = '10.42.1.9';
    const network443 = { log: 'network', source, port: 443 } as const;
    const { manifests, remarks } = workloadPolicies(
      network,
      placement,
      [
        // No rule of the input is named: addresses are all there is.
        logged({ ...network443, destination: '198.51.100.6' }),
        logged({ ...network443, destination: '198.51.100.7' }),
        // The rule says a service tag, and that one a name.
        logged({
          ...{ log: 'network', protocol: 'UDP', source, destination: '20.42.0.9', port: 1194 },
          by: ruleNamed('aksfwnr/apiudp'),
        }),
        logged({
          ...{ log: 'network', protocol: 'UDP', source, destination: '185.125.190.58', port: 123 },
          by: ruleNamed('aksfwnr/time'),
        }),
        logged({
          log: 'network',
          protocol: 'ICMP Type=8',
          source,
          destination: '8.8.8.8',
          port: 0,
        }),
        // Somebody else, and somebody whom no manifest knows.
        logged({ ...network443, source: '10.42.1.4', destination: '203.0.113.1' }),
        logged({ ...network443, source: '10.42.1.5', destination: '203.0.113.2' }),
      ],
      (address) =>
        address === source
          ? { kind: 'workload', label: 'default/order-service' }
          : address === '10.42.1.4'
            ? { kind: 'node', label: 'node a', hidden: 'aks is an overlay cluster' }
            : { kind: 'workload', label: 'default/nobody' },
    );
    const anywhere = [{ ipBlock: { cidr: '0.0.0.0/0' } }];
    expect(manifests.map(({ spec }) => (spec as { egress: unknown }).egress)).toEqual([
      [
        { to: [{ namespaceSelector: {} }] },
        { to: [{ ipBlock: { cidr: '10.42.0.0/16' } }] },
        {
          to: [{ ipBlock: { cidr: '198.51.100.6/31' } }],
          ports: [{ protocol: 'TCP', port: 443 }],
        },
        { to: anywhere, ports: [{ protocol: 'UDP', port: 123 }] },
        { to: anywhere, ports: [{ protocol: 'UDP', port: 1194 }] },
      ],
    ]);
    expect(remarks).toEqual([
      'aks is an overlay cluster.',
      'Nothing enforces them: networkPolicy is not set, which means no engine.',
      'What does not pass the firewall is left open: its logs say nothing of it.',
      'Policies of this engine know no names: the port of a name is open to every address, and the firewall narrows it.',
      'Members of service tags change: their ports are open to every address.',
      'ICMP is not in them: policies of Kubernetes have no word for it.',
    ]);
  });
});
