import { describe, expect, it } from 'vitest';
import type { Datasets } from '../../../src/facts/index.ts';
import { bundledDatasets } from '../../../src/io/bundled-data.ts';
import { certaintyOf, type Finding } from '../../../src/questions/check/index.ts';
import { type CheckCase, outcomeOf } from '../../support/check-cases.ts';
import type { Json } from '../../support/snapshot-of.ts';
import { subnetId } from '../aks-fixture.ts';
import type { Rules } from '../trace/build.ts';
import { type HubAndSpoke, hubAndSpoke } from './hub-and-spoke.ts';
import { objectsOf, service, workload } from './kubernetes-world.ts';

const { serviceTags, fqdnTags, requiredEgress, privateDnsZones } = bundledDatasets();
const datasets: Partial<Datasets> = { serviceTags, fqdnTags, requiredEgress, privateDnsZones };

const perimeter = (resources: readonly Json[], ...documents: readonly string[]): CheckCase => ({
  resources,
  objects: objectsOf(documents.join('\n---\n')),
  datasets,
});
const findings = (id: string, input: CheckCase): readonly Finding[] => {
  const outcome = outcomeOf(id, input);
  return outcome.kind === 'fail' ? outcome.findings : [];
};
const shown = (finding: Finding | undefined) =>
  finding?.evidence.kind === 'walked' ? finding.evidence : undefined;
/** The hub with a resource's properties changed. */
const changed = (words: HubAndSpoke, name: string, change: (properties: Json) => Json) =>
  hubAndSpoke(words).map((resource) =>
    resource['name'] === name
      ? { ...resource, properties: change(structuredClone(resource['properties']) as Json) }
      : resource,
  );

const TAG = ['10.1.0.0/24', 'tag:AzureKubernetesService', 'Http:80,Https:443'] as const;
const isPrivate = { apiServerAccessProfile: { enablePrivateCluster: true } };

// FW-27, aks 5.1: all of the list, for every sender it is for. A sample of each entry says nothing of the rest.
describe('egress/required-unreachable is proven of all names, addresses, ports and senders', () => {
  const id = 'egress/required-unreachable';

  it('passes as proven where every name is admitted', () => {
    const outcome = outcomeOf(
      id,
      perimeter(
        hubAndSpoke({ cluster: isPrivate, rules: { application: [TAG] } }),
        workload('web'),
      ),
    );
    expect(outcome).toMatchObject({ kind: 'pass', certainty: { kind: 'proven' } });
  });

  it('every port of an entry counts: 4443 of the API server in the network, beside 443', () => {
    const cluster = {
      apiServerAccessProfile: {
        enablePrivateCluster: true,
        enableVnetIntegration: true,
        subnetId: subnetId('spoke', 'api'),
      },
    };
    const of = (port: string) =>
      findings(
        id,
        perimeter(
          changed(
            {
              cluster,
              rules: { application: [TAG] },
              nodesNsg: [['Out', 200, 'Deny', '*', '10.1.5.0/28', port]],
            },
            'spoke',
            (spoke) => ({
              ...spoke,
              subnets: [
                ...(spoke['subnets'] as Json[]),
                {
                  id: subnetId('spoke', 'api'),
                  name: 'api',
                  properties: { addressPrefix: '10.1.5.0/28' },
                },
              ],
            }),
          ),
          workload('web'),
        ),
      ).filter(({ subject }) => subject.includes('vnetint'));
    expect(of('8080')).toEqual([]);
    const [finding] = of('4443');
    expect(finding?.message).toContain('cannot reach all of 10.1.5.0/28:443');
    expect(shown(finding)?.proof?.part?.join()).toContain('4443');
    expect(shown(finding)?.replay).toContain(':4443');
  });

  // aks 2.1 and 5.2: a pod subnet needs the firewall rule sources as well as the node subnet.
  it('pods with addresses of their own are senders of what add-ons call', () => {
    const flat = {
      ...isPrivate,
      addonProfiles: { azurepolicy: { enabled: true } },
      networkProfile: { networkPlugin: 'azure', outboundType: 'userDefinedRouting' },
    };
    const of = (...sources: readonly string[]) => {
      const application = sources.map(
        (source) =>
          [source, TAG[1], TAG[2]] as const satisfies NonNullable<Rules['application']>[number],
      );
      const policy = sources.map(
        (source) =>
          [
            source,
            'data.policy.core.windows.net,store.policy.core.windows.net,dc.services.visualstudio.com',
            'Https:443',
          ] as const,
      );
      const resources = changed(
        {
          cluster: flat,
          pool: { podSubnetID: subnetId('spoke', 'pods') },
          rules: { application: [...application, ...policy] },
        },
        'spoke',
        (spoke) => {
          const [nodes] = spoke['subnets'] as Json[];
          const pods = {
            ...nodes,
            id: subnetId('spoke', 'pods'),
            name: 'pods',
            properties: { ...(nodes!['properties'] as Json), addressPrefix: '10.1.8.0/24' },
          };
          return { ...spoke, subnets: [nodes!, pods] };
        },
      );
      return findings(id, perimeter(resources, workload('web')));
    };
    expect(of('10.1.0.0/24', '10.1.8.0/24')).toEqual([]);
    const missed = of('10.1.0.0/24');
    expect(missed.map(({ subject }) => subject)).toEqual(
      ['pol-data', 'pol-store', 'pol-telemetry'].map((name) => `aks/system/pods/${name}`),
    );
    expect(missed[0]?.message).toContain(
      'Pods of pool system cannot reach data.policy.core.windows.net:443',
    );
    expect(certaintyOf(missed[0]!.evidence)).toEqual({ kind: 'proven' });
    expect(missed[0]?.fix).toContain('from 10.1.8.0/24');
  });
});

const web = workload('web');

// Networking 10.6: the answer follows the routes of the node subnet, client by client.
describe('ingress/asymmetric-return is proven of every client', () => {
  const id = 'ingress/asymmetric-return';
  const balancer = (ranges: string) =>
    service(
      'web',
      `  type: LoadBalancer\n  loadBalancerSourceRanges: [${ranges}]\n  selector: { app: web }\n  ports: [{ port: 80, targetPort: http }]`,
    );
  const around = changed({}, 'rt', (table) => {
    const [first] = table['routes'] as Json[];
    const direct = {
      name: 'direct',
      properties: { addressPrefix: '198.51.100.0/24', nextHopType: 'Internet' },
    };
    return { ...table, routes: [first!, direct] };
  });

  it('one range of clients has a route of its own, the other loses its answers', () => {
    const outcome = outcomeOf(id, perimeter(around, web, balancer('198.51.100.0/24')));
    expect(outcome).toMatchObject({ kind: 'pass', certainty: { kind: 'proven' } });
    const [finding] = findings(
      id,
      perimeter(around, web, balancer('198.51.100.0/24, 192.0.2.0/24')),
    );
    expect(finding?.message).toBe('Some clients of shop/web never get an answer.');
    expect(shown(finding)).toMatchObject({
      trace: { answer: 'broken' },
      replay: expect.stringContaining('--from 192.0.2.'),
      proof: { part: ['clients 192.0.2.0/24'] },
    });
  });
});

// FW-6: what a rule publishes is every port of it.
describe('ingress/dnat-target-unreachable is proven of every client and every port', () => {
  const id = 'ingress/dnat-target-unreachable';
  const PREFIX = 'service.beta.kubernetes.io/azure-load-balancer';
  const internal = service(
    'web',
    '  type: LoadBalancer\n  selector: { app: web }\n  ports: [{ port: 80, targetPort: http }]',
    `, annotations: { ${PREFIX}-internal: "true", ${PREFIX}-ipv4: 10.1.0.200 }`,
  );
  const published = (change: Json) =>
    perimeter(
      changed({ rules: { dnat: [['203.0.113.10', '80', '10.1.0.200', '80']] } }, 'fw', (fw) => {
        const nat = fw['natRuleCollections'] as { properties: { rules: Json[] } }[];
        nat[0]!.properties.rules[0] = { ...nat[0]!.properties.rules[0], ...change };
        return fw;
      }),
      web,
      internal,
    );

  it('passes as proven', () => {
    expect(outcomeOf(id, published({}))).toMatchObject({
      kind: 'pass',
      certainty: { kind: 'proven' },
    });
  });

  it('UDP of a rule for TCP and UDP finds no listener', () => {
    const [finding] = findings(id, published({ protocols: ['TCP', 'UDP'] }));
    expect(finding?.message).toContain('What nat/dnat0 publishes on port 80 does not work');
    expect(shown(finding)?.replay).toContain('/udp');
  });
});
