// K8S-p: p pods of workloads in namespaces, under standard network policies, seeded. Namespaces hold 3 to 20 workloads; a tenth of
// them are stateful sets whose pods carry a label of their own; policies have 0 to 4 rules per direction and 0 to 3 peers per rule.
import { seeded } from '../seeded.mjs';

const TIERS = ['web', 'api', 'worker', 'cache', 'db'];
const PORTS = [53, 80, 443, 1433, 3306, 5432, 5671, 6379, 8080, 8443, 9090, 9093, 9200, 11211];
const NAMED = { http: 8080, metrics: 9090, sql: 5432 };
/** The Internet, on-premises, a partner, every pod: addresses of pods have nothing to do with what they are. */
const BLOCKS = [
  { cidr: '0.0.0.0/0', except: ['169.254.169.254/32'] },
  { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] },
  { cidr: '192.168.0.0/16' },
  { cidr: '203.0.113.0/24' },
  { cidr: '10.64.0.0/10' },
];
const PROTOCOLS = ['TCP', 'TCP', 'TCP', 'TCP', 'UDP', 'UDP', 'SCTP'];

/** @returns Kubernetes manifests by kind: `{ namespaces, pods, policies }`. */
export function kubernetesPods(pods, { namespaces, policies, seed = 1 }) {
  const random = seeded(seed);
  const below = (end) => Math.floor(random() * end);
  const one = (list) => list[below(list.length)];
  const chance = (p) => random() < p;
  const teams = Math.max(5, Math.round(namespaces / 8));
  const spaces = Array.from({ length: namespaces }, (_, index) => ({
    name: `ns-${index}`,
    labels: { team: `team-${below(teams)}`, env: one(['prod', 'test', 'dev']) },
    workloads: Array.from({ length: 3 + below(18) }, (_, at) => `app-${at}`),
  }));
  const workloads = spaces.flatMap(({ name, workloads: names }) =>
    names.map((app) => ({ namespace: name, app, tier: one(TIERS), isStateful: chance(0.1) })),
  );
  return {
    namespaces: spaces.map(({ name, labels }) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels },
    })),
    pods: Array.from({ length: pods }, (_, index) => {
      const { namespace, app, tier, isStateful } = workloads[index % workloads.length];
      const name = `${app}-${Math.floor(index / workloads.length)}`;
      const named = Object.entries(NAMED)[app.length % 3];
      return {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name,
          namespace,
          labels: {
            app,
            tier,
            'pod-template-hash': `h${index % 97}`,
            ...(isStateful ? { 'statefulset.kubernetes.io/pod-name': name } : {}),
          },
        },
        spec: { containers: [{ name: 'c', ports: [{ name: named[0], containerPort: named[1] }] }] },
        status: {
          podIP: `10.${64 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`,
        },
      };
    }),
    policies: Array.from({ length: policies }, (_, index) => policy(index)),
  };

  function policy(index) {
    const { name: namespace, workloads: apps } = one(spaces);
    const pick = random();
    const podSelector =
      pick < 0.15
        ? {}
        : pick < 0.65
          ? { matchLabels: { app: one(apps) } }
          : pick < 0.95
            ? { matchLabels: { tier: one(TIERS) } }
            : chance(0.1)
              ? { matchLabels: { 'statefulset.kubernetes.io/pod-name': `${one(apps)}-0` } }
              : { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: [one(TIERS)] }] };
    const types = one([['Ingress'], ['Ingress', 'Egress'], ['Ingress', 'Egress'], ['Egress']]);
    return {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `policy-${index}`, namespace },
      spec: {
        podSelector,
        policyTypes: types,
        ...(types.includes('Ingress') ? { ingress: rules('from', apps) } : {}),
        ...(types.includes('Egress') ? { egress: rules('to', apps) } : {}),
      },
    };
  }

  function rules(side, apps) {
    return Array.from({ length: below(5) }, () => {
      const peers = Array.from({ length: below(4) }, () => peer(apps));
      const ports = Array.from({ length: below(4) }, port);
      return {
        ...(peers.length > 0 ? { [side]: peers } : {}),
        ...(ports.length > 0 ? { ports } : {}),
      };
    });
  }

  function peer(apps) {
    const pick = random();
    const pods = chance(0.7)
      ? { matchLabels: { app: one(apps) } }
      : { matchLabels: { tier: one(TIERS) } };
    if (pick < 0.5) return { podSelector: pods };
    const label = chance(0.7)
      ? { team: `team-${below(teams)}` }
      : { 'kubernetes.io/metadata.name': one(spaces).name };
    if (pick < 0.65) return { namespaceSelector: { matchLabels: label } };
    if (pick < 0.85) return { namespaceSelector: { matchLabels: label }, podSelector: pods };
    return { ipBlock: one(BLOCKS) };
  }

  function port() {
    const pick = random();
    if (pick < 0.1) return { port: one(Object.keys(NAMED)) };
    if (pick < 0.15) return { protocol: one(PROTOCOLS) };
    const number = one(PORTS);
    if (pick < 0.2) return { port: number, endPort: number + 100 };
    return { port: number, protocol: one(PROTOCOLS) };
  }
}
