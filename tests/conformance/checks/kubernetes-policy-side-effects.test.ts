import { describe, expect, it } from 'vitest';
import { outcomeOf, pinCheck } from '../../support/check-cases.ts';
import {
  CALICO,
  CILIUM,
  cilium,
  objectsOf,
  policy,
  says,
  under,
  workload,
} from './kubernetes-world.ts';

/** Expected values: kubernetes-policy.md 10 (isolation and precedence) and row E14. */
const web = workload('web');
const deny = (more = '') => cilium('no-world', `  ingressDeny: [{ fromEntities: [world] }]${more}`);
const ingress = policy(
  'in',
  '  policyTypes: [Ingress]\n  ingress: [{ from: [{ podSelector: {} }] }]',
);
const open = '\n  enableDefaultDeny: { ingress: false }';

describe('E14: a deny alone isolates', () => {
  const id = 'policy/deny-isolates-on-cilium';
  const kind = (...documents: readonly string[]) => outcomeOf(id, under(CILIUM, ...documents)).kind;

  pinCheck('policy/deny-isolates-on-cilium', {
    pass: under(CILIUM, web, deny(open)),
    fail: says(
      under(CILIUM, web, deny()),
      'CiliumNetworkPolicy shop/no-world denies more than it names: no ingress is left for Deployment shop/web.',
    ),
    unknown: {
      ...under(CILIUM, web),
      objects: [
        ...objectsOf(workload('web', 'other')),
        ...objectsOf(deny()).map((object) => ({
          ...object,
          spec: {
            endpointSelector: { matchLabels: { app: { $unknown: '{{ .Values.app }}' } } },
            ingressDeny: [{ fromEntities: ['world'] }],
          },
        })),
      ],
    },
  });

  it(`${id}: a policy of any kind that allows something beside it is enough`, () => {
    expect(kind(web, deny(), ingress)).toBe('pass');
    expect(kind(web, deny(), cilium('all', '  ingress: [{ fromEntities: [all] }]'))).toBe('pass');
    expect(kind(web, deny('\n  ingress: [{ fromEntities: [cluster] }]'))).toBe('not-applicable');
  });

  it(`${id}: an allow of the other direction, or for other pods, is not`, () => {
    const egress = policy('out', '  policyTypes: [Egress]\n  egress: [{}]');
    expect(kind(web, deny(), egress)).toBe('fail');
    const others = policy(
      'in',
      '  policyTypes: [Ingress]\n  ingress: [{}]',
      '{ matchLabels: { app: api } }',
    );
    expect(kind(web, deny(), others)).toBe('fail');
  });

  it(`${id}: a section without rules is a default deny on purpose, and other engines ignore the kind`, () => {
    expect(kind(web, cilium('closed', '  ingress: []'))).toBe('not-applicable');
    expect(outcomeOf(id, under(CALICO, web, deny())).kind).toBe('not-applicable');
  });
});

describe('E22: a plain rule beside an HTTP rule', () => {
  const id = 'policy/l7-rule-ineffective';
  const kind = (...documents: readonly string[]) => outcomeOf(id, under(CILIUM, ...documents)).kind;
  const api = '{ matchLabels: { app: api } }';
  const http = (port = '80') =>
    cilium(
      'l7',
      `  ingress: [{ fromEndpoints: [${api}], toPorts: [{ ports: [{ port: "${port}", protocol: TCP }], rules: { http: [{ method: GET, path: /a }] } }] }]`,
    );
  const plain = (port: string, peer = api, more = '') =>
    cilium(
      'l4',
      `  ingress: [{ fromEndpoints: [${peer}], toPorts: [{ ports: [{ port: "${port}"${more} }] }] }]`,
    );

  pinCheck('policy/l7-rule-ineffective', {
    pass: under(CILIUM, web, http(), plain('8080')),
    fail: says(
      under(CILIUM, web, http(), plain('80')),
      'HTTP rules of CiliumNetworkPolicy shop/l7 decide nothing: CiliumNetworkPolicy shop/l4 allows port 80 ingress without them.',
    ),
    unknown: {
      ...under(CILIUM, web),
      objects: [
        ...objectsOf(web),
        ...objectsOf(http()).map((object) => ({
          ...object,
          spec: {
            ...(object['spec'] as object),
            endpointSelector: { matchLabels: { app: { $unknown: '{{ .Values.app }}' } } },
          },
        })),
      ],
    },
  });

  it(`${id}: other peers, another protocol and other pods take nothing away`, () => {
    expect(kind(web, http(), plain('80', '{ matchLabels: { app: cache } }'))).toBe('pass');
    expect(kind(web, http(), plain('80', api, ', protocol: UDP'))).toBe('pass');
    const elsewhere = plain('80').replace('endpointSelector: {}', `endpointSelector: ${api}`);
    expect(kind(web, http(), elsewhere)).toBe('pass');
  });

  it(`${id}: ranges, rules for everybody and NetworkPolicies count`, () => {
    expect(kind(web, http(), plain('70', api, ', endPort: 90'))).toBe('fail');
    const everybody = policy('open', '  policyTypes: [Ingress]\n  ingress: [{}]');
    expect(kind(web, http(), everybody)).toBe('fail');
    expect(kind(web, plain('80'))).toBe('not-applicable');
  });
});
