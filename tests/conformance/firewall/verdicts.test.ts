import { describe, expect, it } from 'vitest';
import type { Port } from '../../../src/net/index.ts';
import {
  applicationCollection,
  applicationRule,
  exact,
  firewall,
  flow,
  fqdns,
  http,
  https,
  networkCollection,
  networkRule,
  PUBLIC_ADDRESS,
  ports,
  terms,
  unknown,
} from './build-firewall.ts';
import { decide, verdict } from './summary.ts';

/** The typical AKS egress setup of the reference: tunnel to the region's addresses, time, the AKS tag. */
const aksfwnr = [
  networkRule('apiudp', {
    protocols: ['UDP'],
    destinationAddresses: terms('AzureCloud.eastus'),
    destinationPorts: ports('1194'),
  }),
  networkRule('apitcp', {
    protocols: ['TCP'],
    destinationAddresses: terms('AzureCloud.eastus'),
    destinationPorts: ports('9000'),
  }),
  networkRule('time', {
    protocols: ['UDP'],
    destinationFqdns: fqdns('ntp.ubuntu.com'),
    destinationPorts: ports('123'),
  }),
];
const aksfwar = applicationCollection(
  'aksfwar',
  100,
  'Allow',
  applicationRule('fqdn', {
    protocols: [
      { type: 'Http', port: 80 as Port },
      { type: 'Https', port: 443 as Port },
    ],
    fqdnTags: fqdns('AzureKubernetesService'),
  }),
);
const typical = firewall({
  collections: [networkCollection('aksfwnr', 100, 'Allow', ...aksfwnr), aksfwar],
});
const withRegistry = firewall({
  collections: [
    networkCollection(
      'aksfwnr',
      100,
      'Allow',
      ...aksfwnr,
      networkRule('registry', {
        destinationFqdns: fqdns('registry-1.docker.io'),
        destinationPorts: ports('443'),
      }),
    ),
    aksfwar,
  ],
});

describe('worked verdicts of a typical AKS egress setup', () => {
  it('AFW-55: node to mcr.microsoft.com is allowed by the FQDN tag', () => {
    expect(verdict(typical, https('mcr.microsoft.com'))).toBe('allow aksfwar/fqdn');
  });

  it('AFW-55: <location> in a documented name is the region of the cluster', () => {
    const flow = https('aks-1.hcp.eastus.azmk8s.io');
    expect(verdict(typical, flow)).toBe('allow aksfwar/fqdn');
    expect(verdict(typical, flow, { location: 'westeurope' })).toBe(
      'unknown: whether FQDN tag AzureKubernetesService contains aks-1.hcp.eastus.azmk8s.io',
    );
  });

  it('AFW-45 AFW-E02: pod to the API server by address sends no SNI and is denied', () => {
    const flowByAddress = flow({
      destination: exact('20.62.130.10'),
      application: { kind: 'https' },
    });
    expect(verdict(typical, flowByAddress)).toBe('deny SNI TLS extension was missing');
  });

  it('AFW-54: a name that is in no documented list is denied unless the tag holds it', () => {
    const decision = decide(typical, https('docker.io'));
    expect(decision.verdict).toMatchObject({
      kind: 'unknown',
      why: [{ missing: 'whether FQDN tag AzureKubernetesService contains docker.io' }],
    });
    expect(decision.unlessTag).toEqual(['AzureKubernetesService']);
  });

  it('AFW-54: an optional name of the documentation is not a member for certain', () => {
    expect(verdict(typical, https('snapshot.ubuntu.com'))).toBe(
      'unknown: whether FQDN tag AzureKubernetesService contains snapshot.ubuntu.com',
    );
  });

  it('AFW-54: a documented name on another port than documented is open', () => {
    expect(verdict(typical, http('mcr.microsoft.com'))).toBe(
      'unknown: whether FQDN tag AzureKubernetesService covers mcr.microsoft.com on port 80',
    );
  });

  it('AFW-15: without the tag, node to docker.io is denied by default', () => {
    const plain = firewall({
      collections: [networkCollection('aksfwnr', 100, 'Allow', ...aksfwnr)],
    });
    expect(verdict(plain, https('docker.io'))).toBe('deny default deny');
    expect(verdict(firewall(), https('mcr.microsoft.com'))).toBe('deny default deny');
  });

  it('AFW-40: an FQDN network rule depends on where the client resolves the name', () => {
    const asked = https('registry-1.docker.io');
    expect(verdict(withRegistry, asked, { clientResolver: 'through-firewall' })).toBe(
      'allow aksfwnr/registry',
    );
    expect(verdict(withRegistry, asked, { clientResolver: 'unknown' })).toContain(
      'whether the client resolves registry-1.docker.io through the firewall',
    );
    expect(verdict(withRegistry, asked, { clientResolver: 'elsewhere' })).toContain(
      'whether the client and the firewall see the same address for registry-1.docker.io',
    );
  });

  it('AFW-41 AFW-E05: another name may share the address of the one that is allowed', () => {
    const other = https('docker.io');
    expect(verdict(withRegistry, other, { clientResolver: 'through-firewall' })).toContain(
      'whether registry-1.docker.io and docker.io resolve to the same address',
    );
  });

  it('AFW-28: node to 8.8.8.8:53 UDP matches no rule; DNS must go to the proxy or an allowed resolver', () => {
    const query = flow({ protocol: 'udp', destinationPort: 53 as Port });
    expect(verdict(typical, query)).toBe('deny default deny');
  });

  it('AFW-28: Internet to the public address without DNAT is denied, though a network rule allows everything', () => {
    const open = firewall({
      collections: [
        networkCollection(
          'all',
          100,
          'Allow',
          networkRule('all', { protocols: ['Any'], destinationAddresses: terms('*') }),
        ),
      ],
    });
    const arriving = flow({ source: exact('203.0.113.74'), destination: exact(PUBLIC_ADDRESS) });
    expect(verdict(open, arriving)).toBe('deny default deny: no DNAT rule matches');
    expect(verdict(open, flow())).toBe('allow all/all');
  });

  it('AFW-46 AFW-E25: node to any:443 UDP is denied: QUIC is no application rule protocol', () => {
    const quic = https('mcr.microsoft.com', { protocol: 'udp' });
    expect(verdict(typical, quic)).toBe('deny default deny');
  });

  it('AFW-46: SSH on port 443 matches no application rule', () => {
    const ssh = https('mcr.microsoft.com', { application: { kind: 'none' } });
    expect(verdict(typical, ssh)).toBe('deny default deny');
  });
});

describe('AFW-11: the first match decides, and what may match keeps both worlds', () => {
  const allowAll = networkCollection(
    'allow',
    300,
    'Allow',
    networkRule('all', { destinationAddresses: terms('*') }),
  );
  const denyAll = networkCollection(
    'deny',
    200,
    'Deny',
    networkRule('all', { destinationAddresses: terms('*') }),
  );

  it('AFW-11 AFW-12: the collection with the lower number comes first, in whatever order they are written', () => {
    expect(verdict(firewall({ collections: [allowAll, denyAll] }), flow())).toBe('deny deny/all');
  });

  it('AFW-E01: a network allow on 443 takes what an application rule would deny', () => {
    const blocked = applicationCollection(
      'block',
      100,
      'Deny',
      applicationRule('google', { targetFqdns: fqdns('google.com') }),
    );
    const web = networkCollection(
      'web',
      65000,
      'Allow',
      networkRule('web', {
        destinationAddresses: terms('*'),
        destinationPorts: ports('80', '443'),
      }),
    );
    const placement = firewall({ collections: [blocked, web] });
    expect(verdict(placement, https('google.com'))).toBe('allow web/web');
  });

  it('AFW-37: a service tag without data is unknown and hides neither answer', () => {
    const tagged = networkCollection(
      'tagged',
      100,
      'Deny',
      networkRule('tag', { destinationAddresses: terms('Sql.WestEurope') }),
    );
    expect(verdict(firewall({ collections: [tagged, allowAll] }), flow())).toBe(
      'unknown: members of service tag Sql.WestEurope',
    );
    // Both worlds deny: the doubt does not matter, and the possible decider is named.
    const { verdict: agreed } = decide(firewall({ collections: [tagged, denyAll] }), flow());
    expect(agreed).toMatchObject({
      kind: 'deny',
      by: { name: 'deny/all' },
      also: [{ name: 'tagged/tag' }],
    });
  });

  it('AFW-15: a possible allow before the default deny is unknown, a possible deny is not', () => {
    const possible = (action: 'Allow' | 'Deny') =>
      firewall({
        collections: [
          networkCollection(
            'c',
            100,
            action,
            networkRule('r', {
              sources: {
                addresses: terms(unknown('a value for parameter nodes')),
                ipGroups: [],
                kubeSelectorGroups: [],
              },
              destinationAddresses: terms('*'),
            }),
          ),
        ],
      });
    expect(verdict(possible('Allow'), flow())).toBe('unknown: a value for parameter nodes');
    expect(verdict(possible('Deny'), flow())).toBe('deny default deny');
  });

  it('AFW-11: an unknown action is unknown, unless the rule does not match', () => {
    const open = networkCollection(
      'c',
      100,
      unknown('a value for parameter action'),
      networkRule('r', { destinationAddresses: terms('8.8.8.8') }),
    );
    expect(verdict(firewall({ collections: [open] }), flow())).toBe(
      'unknown: a value for parameter action',
    );
    const elsewhere = flow({ destination: exact('9.9.9.9') });
    expect(verdict(firewall({ collections: [open] }), elsewhere)).toBe('deny default deny');
  });

  it('AFW-14: equal priorities decide nothing when their answers differ', () => {
    const tied = [
      { ...allowAll, priority: 200 },
      { ...denyAll, priority: 200 },
    ];
    expect(verdict(firewall({ collections: tied }), flow())).toBe(
      'unknown: which rule collection of equal priority runs first: `allow` and `deny`',
    );
    const same = [
      { ...allowAll, priority: 200, name: 'a' },
      { ...allowAll, priority: 200 },
    ];
    expect(verdict(firewall({ collections: same }), flow())).toMatch(/^allow /);
  });

  it('AFW-11: a priority that is not known leaves the order open', () => {
    const open = { ...denyAll, priority: unknown('a value for parameter priority') };
    expect(verdict(firewall({ collections: [allowAll, open] }), flow())).toBe(
      'unknown: a value for parameter priority',
    );
  });

  it('AFW-10: a collection that could not be read may decide in every pass', () => {
    const unread = {
      kind: 'unknown' as const,
      key: 'x',
      name: 'x',
      at: allowAll.at,
      priority: 400,
      unknown: unknown('the rules of collection x'),
    };
    expect(verdict(firewall({ collections: [allowAll, unread] }), flow())).toBe('allow allow/all');
    expect(verdict(firewall({ collections: [unread] }), flow())).toBe(
      'unknown: the rules of collection x',
    );
  });

  it('AFW-16: allowing A to B does not allow B to A', () => {
    const placement = firewall({
      collections: [
        networkCollection(
          'c',
          100,
          'Allow',
          networkRule('r', {
            sources: { addresses: terms('10.42.1.0/24'), ipGroups: [], kubeSelectorGroups: [] },
            destinationAddresses: terms('10.50.0.0/16'),
          }),
        ),
      ],
    });
    const there = flow({ destination: exact('10.50.0.4') });
    const back = flow({ source: exact('10.50.0.4'), destination: exact('10.42.1.6') });
    expect(verdict(placement, there)).toBe('allow c/r');
    expect(verdict(placement, back)).toBe('deny default deny');
  });
});
