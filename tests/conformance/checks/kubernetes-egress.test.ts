import { describe, expect, it } from 'vitest';
import { type CheckCase, outcomeOf, pinCheck } from '../../support/check-cases.ts';
import { type HubAndSpoke, hubAndSpoke } from './hub-and-spoke.ts';
import {
  CILIUM,
  DENY_ALL,
  objects,
  objectsOf,
  policy,
  says,
  under,
  workload,
} from './kubernetes-world.ts';

const web = workload('web');
const behind = (words: HubAndSpoke, ...documents: readonly string[]): CheckCase => ({
  resources: hubAndSpoke(words),
  ...objects(...documents),
});

describe('the API server', () => {
  const operator = (annotations = '') => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: operator, namespace: ops }
spec:
  template:
    metadata: { labels: { app: operator }${annotations} }
    spec: { serviceAccountName: operator, containers: [{ name: c, image: example/operator }] }`;
  const binding = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: operator }
roleRef: { kind: ClusterRole, name: edit, apiGroup: rbac.authorization.k8s.io }
subjects: [{ kind: ServiceAccount, name: operator, namespace: ops }]`;
  const byName = { application: [['*', '*.hcp.westeurope.azmk8s.io', 'Https:443']] } as const;
  const byAddress = { network: [['10.1.0.0/24', '*', '443']] } as const;
  const named = ', annotations: { kubernetes.azure.com/set-kube-service-host-fqdn: "true" }';

  // aks 5.2 remark 5: no SNI, so the documented name rule does not match.
  pinCheck('egress/api-server-by-address', {
    pass: behind({ rules: byName }, operator(named), binding),
    fail: says(
      behind({ rules: byName }, operator(), binding),
      'operator in ops cannot call the API server: the call goes to an address',
    ),
    unknown: says(behind({ rules: byName }, operator()), 'the role bindings'),
  });

  it('egress/api-server-by-address: a network rule for the address is enough', () => {
    const input = behind({ rules: byAddress }, operator(), binding);
    expect(outcomeOf('egress/api-server-by-address', input).kind).toBe('pass');
  });

  it('egress/api-server-by-address: private clusters and accounts without a role are left out', () => {
    const kind = (words: HubAndSpoke, ...documents: readonly string[]) =>
      outcomeOf('egress/api-server-by-address', behind(words, ...documents)).kind;
    const isPrivate = { apiServerAccessProfile: { enablePrivateCluster: true } };
    expect(kind({ cluster: isPrivate }, operator(), binding)).toBe('not-applicable');
    const isIntegrated = { apiServerAccessProfile: { enableVnetIntegration: true } };
    expect(kind({ cluster: isIntegrated }, operator(), binding)).toBe('not-applicable');
    expect(kind({}, web, binding)).toBe('not-applicable');
    expect(kind({ isRouted: false }, operator(), binding)).toBe('not-applicable');
  });

  it('egress/api-server-by-address: the finding replays and names the pods of a namespace once', () => {
    const second = operator().replaceAll('name: operator, namespace', 'name: cleaner, namespace');
    const input = behind({ rules: byName }, operator(), second, binding);
    expect(outcomeOf('egress/api-server-by-address', input)).toMatchObject({
      findings: [
        {
          subject: 'Namespace/ops',
          message: expect.stringContaining('operator and cleaner in ops'),
          evidence: {
            kind: 'walked',
            replay: 'sallyport trace --from deploy:ops/operator --to apiserver',
          },
        },
      ],
    });
  });
});

describe('the metadata service', () => {
  const egress = (to: string) =>
    policy('out', `  policyTypes: [Egress]\n  egress: [{ to: [${to}] }]`);
  const hole = objectsOf(policy('open', '')).map((object) => ({
    ...object,
    spec: {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [{ to: [{ $unknown: '{{ .Values.x }}' }] }],
    },
  }));

  // aks 10: `except` for that address is the means.
  pinCheck('egress/imds-reachable', {
    pass: under(
      CILIUM,
      web,
      egress('{ ipBlock: { cidr: 0.0.0.0/0, except: [169.254.169.254/32] } }'),
    ),
    fail: says(
      under(CILIUM, web, egress('{ ipBlock: { cidr: 0.0.0.0/0 } }')),
      'shop/web can fetch the identity token of its node from 169.254.169.254.',
    ),
    unknown: { ...under(CILIUM, web), objects: [...objectsOf(web), ...hole] },
  });

  it('egress/imds-reachable: one finding for the cluster, without an engine as well', () => {
    const api = workload('api');
    const outcome = outcomeOf(
      'egress/imds-reachable',
      under({ networkPolicy: 'none' }, web, api, DENY_ALL),
    );
    expect(outcome).toMatchObject({ findings: [{ subject: 'aks', severity: 'note' }] });
    if (outcome.kind === 'fail') expect(outcome.findings[0]!.places).toHaveLength(2);
  });
});

describe('servers of CoreDNS', () => {
  const custom = (corefile: string, name = 'corp.server') => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'coredns-custom', namespace: 'kube-system' },
    data: { [name]: corefile },
  });
  const corp = custom('corp.example:53 {\n  errors\n  cache 30\n  forward . 198.51.100.53\n}\n');
  const asked = (words: HubAndSpoke, config: object): CheckCase => ({
    resources: hubAndSpoke(words),
    objects: [...objectsOf(web), config as never],
  });
  const dns = { network: [['10.1.0.0/24', '198.51.100.53', '53', 'UDP']] } as const;

  // aks 9: extra upstreams to be allowed; in overlay the firewall sees the node's address.
  pinCheck('egress/coredns-custom-upstreams', {
    pass: asked({ rules: dns }, corp),
    fail: says(
      asked({}, corp),
      'Names under corp.example never resolve in the cluster: CoreDNS cannot reach 198.51.100.53:53.',
    ),
    unknown: says(
      asked({ rules: dns }, custom('corp.example:53 {\n  forward . dns.corp.example\n}')),
      'what `forward … dns.corp.example` means',
    ),
  });

  it('egress/coredns-custom-upstreams: every server, its port and its protocol', () => {
    const config = custom(
      '# ours\na.example {\n  forward . 198.51.100.53:5353 tls://198.51.100.54 {\n    policy sequential\n  }\n}\nb.example b2.example:53 {\n  forward . /etc/resolv.conf\n}',
    );
    const outcome = outcomeOf('egress/coredns-custom-upstreams', asked({}, config));
    expect(
      outcome.kind === 'fail' ? outcome.findings.map((one) => one.message) : outcome.kind,
    ).toEqual([
      'Names under a.example never resolve in the cluster: CoreDNS cannot reach 198.51.100.53:5353.',
      'Names under a.example never resolve in the cluster: CoreDNS cannot reach 198.51.100.54:853.',
    ]);
    const open = {
      network: [
        ['10.1.0.0/24', '198.51.100.53', '5353', 'UDP'],
        ['10.1.0.0/24', '198.51.100.54', '853'],
      ],
    } as const;
    expect(outcomeOf('egress/coredns-custom-upstreams', asked({ rules: open }, config)).kind).toBe(
      'pass',
    );
  });

  it('egress/coredns-custom-upstreams: without CoreDNS in the input its pods of a pod subnet are not guessed', () => {
    const words: HubAndSpoke = {
      cluster: { networkProfile: { networkPlugin: 'azure', networkPolicy: 'calico' } },
    };
    expect(outcomeOf('egress/coredns-custom-upstreams', asked(words, corp)).kind).toBe('unknown');
  });
});
