import { describe, expect, it } from 'vitest';
import type { Datasets } from '../../../src/facts/index.ts';
import { bundledDatasets } from '../../../src/io/bundled-data.ts';
import { type CheckCase, outcomeOf, pinCheck } from '../../support/check-cases.ts';
import { publicIp } from '../aks-fixture.ts';
import type { Rules } from '../trace/build.ts';
import { type HubAndSpoke, hubAndSpoke } from './hub-and-spoke.ts';
import { objectsOf, policy, says, service, workload } from './kubernetes-world.ts';

const { serviceTags, fqdnTags, requiredEgress, privateDnsZones } = bundledDatasets();
const datasets: Partial<Datasets> = { serviceTags, fqdnTags, requiredEgress, privateDnsZones };

const web = workload('web');
const PREFIX = 'service.beta.kubernetes.io/azure-load-balancer';
const internal = (address = '10.1.0.200') =>
  `, annotations: { ${PREFIX}-internal: "true", ${PREFIX}-ipv4: ${address} }`;
const balancer = (annotations = '', more = '') =>
  service(
    'web',
    `  type: LoadBalancer\n${more}  selector: { app: web }\n  ports: [{ port: 80, targetPort: http }]`,
    annotations,
  );
const perimeter = (words: HubAndSpoke, ...documents: readonly string[]): CheckCase => ({
  resources: hubAndSpoke(words),
  objects: objectsOf(documents.join('\n---\n')),
  datasets,
});

// Networking 10.6: the fault; E4: its repair by an internal load balancer and DNAT.
describe('published Services', () => {
  pinCheck('ingress/asymmetric-return', {
    pass: perimeter({ isRouted: false }, web, balancer()),
    fail: says(perimeter({}, web, balancer()), 'Clients of shop/web never get an answer.'),
    unknown: says(perimeter({}, balancer()), 'a workload that shop/web selects'),
  });

  it('ingress/asymmetric-return: the walk, the route that loses the answer, and the Service are named', () => {
    const outcome = outcomeOf('ingress/asymmetric-return', perimeter({}, web, balancer()));
    expect(outcome).toMatchObject({
      kind: 'fail',
      findings: [
        {
          subject: 'shop/Service/web',
          places: [{ what: 'spec.type: LoadBalancer' }, { what: expect.stringContaining('r0') }],
          evidence: {
            kind: 'walked',
            trace: { answer: 'broken', back: { disposition: { kind: 'no-session', at: 'fw' } } },
            replay: 'sallyport trace --from internet --to service:shop/web:80',
          },
        },
      ],
    });
  });

  it('ingress/asymmetric-return: an internal front end is nobody’s subject', () => {
    const outcome = outcomeOf(
      'ingress/asymmetric-return',
      perimeter({}, web, balancer(internal())),
    );
    expect(outcome.kind).toBe('not-applicable');
  });

  it('ingress/asymmetric-return: where clients are filtered, one that is admitted is walked', () => {
    const ranges = '  loadBalancerSourceRanges: [198.51.100.0/24]\n';
    const outcome = outcomeOf(
      'ingress/asymmetric-return',
      perimeter({}, web, balancer('', ranges)),
    );
    expect(outcome).toMatchObject({
      findings: [
        {
          evidence: { replay: 'sallyport trace --from 198.51.100.0 --to service:shop/web:80' },
        },
      ],
    });
  });
});

const dnat = (target = '10.1.0.200', to = '203.0.113.10') =>
  ({ dnat: [[to, '80', target, '80']] }) as const;

describe('DNAT rules', () => {
  // E4: the translated address is the internal front end, the port the Service's.
  pinCheck('ingress/dnat-target-unreachable', {
    pass: perimeter({ rules: dnat() }, web, balancer(internal())),
    fail: says(
      perimeter(
        { rules: dnat(), nodesNsg: [['In', 100, 'Deny', '*', '*', '*']] },
        web,
        balancer(internal()),
      ),
      'What nat/dnat0 publishes on port 80 does not work',
    ),
    unknown: says(
      perimeter({ rules: dnat('10.1.0.200', '203.0.113.99') }, web, balancer(internal())),
      'whose address 203.0.113.99 is',
    ),
  });

  it('ingress/dnat-target-unreachable: nothing in the input has the address it leads to', () => {
    const input = perimeter({ rules: dnat('10.1.0.201') }, web, balancer(internal()));
    expect(outcomeOf('ingress/dnat-target-unreachable', input)).toMatchObject({
      kind: 'unknown',
      undecided: [{ missing: 'what has the address 10.1.0.201: nothing in the input does' }],
    });
  });

  it('ingress/dnat-target-unreachable: a policy of the backend is a box on the way as well', () => {
    const closed = policy('closed', '  policyTypes: [Ingress]');
    // With Local the pod sees the firewall, and no other reading is left.
    const local = balancer(internal(), '  externalTrafficPolicy: Local\n');
    const input = perimeter({ rules: dnat() }, web, local, closed);
    expect(outcomeOf('ingress/dnat-target-unreachable', input)).toMatchObject({
      kind: 'fail',
      findings: [{ message: expect.stringContaining('NetworkPolicy shop/closed') }],
    });
  });

  it('ingress/dnat-target-unreachable: the Service does not listen on the translated port', () => {
    const rules = { dnat: [['203.0.113.10', '80', '10.1.0.200', '30080']] } as const;
    const input = perimeter({ rules }, web, balancer(internal()));
    expect(outcomeOf('ingress/dnat-target-unreachable', input).kind).toBe('fail');
  });

  it('ingress/dnat-target-unreachable: of several public addresses the rule’s own is walked', () => {
    const resources = hubAndSpoke({ rules: dnat('10.1.0.200', '203.0.113.11') }).map((resource) => {
      if (resource['name'] !== 'fw') return resource;
      const properties = resource['properties'] as { ipConfigurations: object[] };
      const second = {
        name: 'ip1',
        properties: { publicIPAddress: { id: publicIp('pip-2')['id'] } },
      };
      const ipConfigurations = [...properties.ipConfigurations, second];
      return { ...resource, properties: { ...properties, ipConfigurations } };
    });
    const input = {
      ...perimeter({}, web, balancer(internal())),
      resources: [...resources, publicIp('pip-2', '203.0.113.11')],
    };
    expect(outcomeOf('ingress/dnat-target-unreachable', input).kind).toBe('pass');
  });

  it('ingress/dnat-target-unreachable: a client that the rule admits is walked', () => {
    const limited = (sources: object) =>
      hubAndSpoke({ rules: dnat() }).map((resource) => {
        if (resource['name'] !== 'fw') return resource;
        const properties = structuredClone(resource['properties']) as {
          natRuleCollections: { properties: { rules: object[] } }[];
        };
        const { rules } = properties.natRuleCollections[0]!.properties;
        rules[0] = { ...rules[0], sourceAddresses: undefined, ...sources };
        return { ...resource, properties };
      });
    const kind = (sources: object) =>
      outcomeOf('ingress/dnat-target-unreachable', {
        ...perimeter({}, web, balancer(internal())),
        resources: limited(sources),
      }).kind;
    expect(kind({ sourceAddresses: ['198.51.100.0/24'] })).toBe('pass');
    expect(kind({ sourceAddresses: [{ $unknown: "[parameters('clients')]" }] })).toBe('unknown');
  });
});

const TAG = {
  application: [['10.1.0.0/24', 'tag:AzureKubernetesService', 'Http:80,Https:443']],
} as const;

describe('what AKS needs', () => {
  // A workload, so that "no registry of one's own" is known. aks 5.1: the base list for a private cluster.
  const isPrivate = { apiServerAccessProfile: { enablePrivateCluster: true } };
  const names = [
    'mcr.microsoft.com',
    '*.data.mcr.microsoft.com',
    'mcr-0001.mcr-msedge.net',
    'management.azure.com',
    'login.microsoftonline.com',
    'packages.microsoft.com',
    'acs-mirror.azureedge.net',
    'packages.aks.azure.com',
  ];
  const application = (list: readonly string[]) =>
    ({ application: [['10.1.0.0/24', list.join(), 'Https:443']] }) as const;
  const needs = (words: HubAndSpoke) => perimeter({ cluster: isPrivate, ...words }, web);

  pinCheck('egress/required-unreachable', {
    pass: needs({ rules: TAG }),
    fail: says(
      needs({ rules: application(names.filter((name) => name !== 'packages.aks.azure.com')) }),
      'Nodes of pool system cannot reach packages.aks.azure.com:443, needed for:',
    ),
    unknown: says(
      perimeter(
        {
          rules: application(names),
          cluster: { apiServerAccessProfile: { enablePrivateCluster: { $unknown: 'private' } } },
        },
        web,
      ),
      'a value for `private`',
    ),
  });

  const findings = (words: HubAndSpoke) => {
    const outcome = outcomeOf('egress/required-unreachable', needs(words));
    return outcome.kind === 'fail' ? outcome.findings : [];
  };

  it('egress/required-unreachable: the documented names written out are as good as the tag', () => {
    expect(findings({ rules: application(names) })).toEqual([]);
  });

  it('egress/required-unreachable: without any rule each name is missing once', () => {
    const messages = findings({}).map(({ message }) => /reach (\S+):443/.exec(message)?.[1]);
    expect(messages.sort()).toEqual([...names].sort());
  });

  it('egress/required-unreachable: the rule to add, the walk and its replay belong to the name that is missing', () => {
    const list = names.filter((name) => name !== '*.data.mcr.microsoft.com');
    expect(findings({ rules: application(list) })).toMatchObject([
      {
        subject: 'aks/system/app-mcr-data',
        fix: 'add an application rule: https:443 from 10.1.0.0/24 to *.data.mcr.microsoft.com',
        evidence: {
          replay: 'sallyport trace --from node:system --to any.data.mcr.microsoft.com:443',
        },
      },
    ]);
  });

  it('egress/required-unreachable: the API server is asked by the cluster’s own name where the input has it', () => {
    const cluster = { fqdn: 'aks-x1.hcp.westeurope.azmk8s.io' };
    const replays = findings({ cluster }).map(({ evidence }) => JSON.stringify(evidence));
    expect(replays.join()).toContain('aks-x1.hcp.westeurope.azmk8s.io:443');
    expect(replays.join()).not.toContain('any.hcp');
  });

  it('egress/required-unreachable: what a security group denies is not mended by a firewall rule', () => {
    const denied = findings({ rules: TAG, nodesNsg: [['Out', 200, 'Deny', '*', 'Internet', '*']] });
    expect(denied.length).toBeGreaterThan(0);
    for (const { fix } of denied) {
      expect(fix).not.toContain('application rule');
      expect(fix).toContain('Deny200');
    }
  });

  it('egress/required-unreachable: Azure Monitor needs the tag, or every name of the other side', () => {
    const monitored = {
      cluster: { ...isPrivate, azureMonitorProfile: { metrics: { enabled: true } } },
    };
    const ofMonitor = (more: Rules) => {
      const application = [
        ['10.1.0.0/24', names.join(), 'Https:443'] as const,
        ...(more.application ?? []),
      ];
      return findings({ ...monitored, rules: { ...more, application } }).map(
        ({ subject, message }) => [subject, message] as const,
      );
    };
    // login.microsoftonline.com alone, which the base list has, is not the whole side.
    expect(ofMonitor({})).toEqual([
      ['aks/system/mon-servicetag', expect.stringContaining('cannot reach AzureMonitor:443')],
    ]);
    expect(ofMonitor({ network: [['10.1.0.0/24', 'AzureMonitor', '443']] })).toEqual([]);
    const side = [
      '*.ods.opinsights.azure.com',
      '*.oms.opinsights.azure.com',
      'dc.services.visualstudio.com',
      '*.in.applicationinsights.azure.com',
      '*.monitoring.azure.com',
      'global.handler.control.monitor.azure.com',
      'westeurope.handler.control.monitor.azure.com',
      '*.ingest.monitor.azure.com',
      '*.metrics.ingest.monitor.azure.com',
    ];
    expect(ofMonitor({ application: [['10.1.0.0/24', side.join(), 'Https:443']] })).toEqual([]);
  });

  it('egress/required-unreachable: pools in one subnet are one subject', () => {
    const two = hubAndSpoke({ cluster: isPrivate }).map((resource) => {
      if (resource['name'] !== 'aks') return resource;
      const properties = resource['properties'] as { agentPoolProfiles: object[] };
      const [pool] = properties.agentPoolProfiles;
      const agentPoolProfiles = [pool!, { ...pool, name: 'user' }];
      return { ...resource, properties: { ...properties, agentPoolProfiles } };
    });
    const outcome = outcomeOf('egress/required-unreachable', {
      resources: two,
      objects: objectsOf(web),
      datasets,
    });
    expect(outcome.kind === 'fail' ? outcome.findings.length : 0).toBe(names.length);
  });

  it('egress/required-unreachable: pools of one name in two clusters are walked each from its own subnet', () => {
    const first = hubAndSpoke({ cluster: isPrivate, rules: TAG });
    const aks = first.find((resource) => resource['name'] === 'aks')!;
    const properties = aks['properties'] as { agentPoolProfiles: object[] };
    const elsewhere = {
      ...aks,
      id: String(aks['id']).replace(/aks$/, 'other'),
      name: 'other',
      properties: {
        ...properties,
        agentPoolProfiles: properties.agentPoolProfiles.map((pool) => ({
          ...pool,
          vnetSubnetID: String((pool as { vnetSubnetID: string }).vnetSubnetID).replace(
            /nodes$/,
            'more',
          ),
        })),
      },
    };
    const resources = first.map((resource) => {
      if (resource['name'] !== 'spoke') return resource;
      const network = structuredClone(resource['properties']) as { subnets: object[] };
      const [nodes] = network.subnets as { id: string; properties: object }[];
      const more = {
        ...nodes,
        id: nodes!.id.replace(/nodes$/, 'more'),
        name: 'more',
        properties: { ...nodes!.properties, addressPrefix: '10.1.1.0/24' },
      };
      return { ...resource, properties: { ...network, subnets: [nodes!, more] } };
    });
    const outcome = outcomeOf('egress/required-unreachable', {
      resources: [...resources, elsewhere],
      datasets,
    });
    const subjects =
      outcome.kind === 'fail' ? outcome.findings.map(({ subject }) => subject.split('/')[0]) : [];
    expect([...new Set(subjects)]).toEqual(['other']);
  });
});
