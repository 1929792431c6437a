import { describe, expect, it } from 'vitest';
import {
  allowAllEgress,
  bareStarInDnsRule,
  blocksOfPodsUnderCilium,
  blocksOfServices,
  blocksWithHostBits,
  clusterwideRequestRules,
  dnsToAnywhere,
  egressWithoutDns,
  estimatePolicyMaps,
  exceptionsOutside,
  expandingSelectors,
  ignoredPolicies,
  largePolicyMaps,
  manyBlocksUnderNpm,
  misreadByDefectiveAgents,
  namedPortsWithoutPod,
  namespacesWithoutDefaultDeny,
  namesWithoutDnsRule,
  type Pitfall,
  podsWithoutPolicy,
  policiesOfHostNetworkOnly,
  policiesWithoutPods,
  rivalAdminPolicies,
  rulesThatNeedAdvancedNetworking,
  rulesWithoutDirection,
  stagedPolicies,
  unenforcedOnWindows,
} from '../../src/semantics/network-policy/pitfalls/index.ts';
import { shop } from './netpol-world.ts';

/** A NetworkPolicy of namespace shop over its web pod. */
const web = (spec: string, selector = '{ matchLabels: { app: web } }', namespace = 'shop') => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: ${namespace} }
spec:
  podSelector: ${selector}
${spec}`;

const cilium = (spec: string, kind = 'CiliumNetworkPolicy') => `
apiVersion: cilium.io/v2
kind: ${kind}
metadata: { name: web, namespace: ${kind === 'CiliumNetworkPolicy' ? 'shop' : "''"} }
spec:
  endpointSelector: { matchLabels: { app: web } }
${spec}`;

const subjects = (pitfalls: readonly Pitfall[]) => pitfalls.map((one) => one.subject);
const facts = (pitfalls: readonly Pitfall[]) => pitfalls.map((one) => one.fact);

const WEB = 'NetworkPolicy shop/web';

describe('pitfalls', () => {
  it('rules of a direction outside policyTypes are dead text', () => {
    const yes = shop(web('  policyTypes: [Ingress]\n  egress: [{}, {}]')).policies;
    expect(rulesWithoutDirection(yes)).toMatchObject([
      { subject: WEB, what: '2 egress rules do nothing: `policyTypes` leaves egress out' },
    ]);
    expect(rulesWithoutDirection(shop(web('  egress: [{}]')).policies)).toEqual([]);
  });

  it('a selector no pod fits, and one that only host-network pods fit', () => {
    const none = shop(web('  ingress: []', '{ matchLabels: { app: wbe } }')).policies;
    expect(subjects(policiesWithoutPods(none))).toEqual([WEB]);
    expect(policiesOfHostNetworkOnly(none)).toEqual([]);
    const host = shop(web('  ingress: []', '{ matchLabels: { app: agent } }', 'data')).policies;
    expect(policiesWithoutPods(host)).toEqual([]);
    expect(subjects(policiesOfHostNetworkOnly(host))).toEqual(['NetworkPolicy data/web']);
  });

  it('staged policies, and policies the engine ignores', () => {
    const { policies } = shop(`
apiVersion: projectcalico.org/v3
kind: StagedNetworkPolicy
metadata: { name: trial, namespace: shop }
spec: { selector: all() }
---
${cilium('  ingress: [{}]')}`);
    expect(subjects(stagedPolicies(policies))).toEqual(['StagedNetworkPolicy shop/trial']);
    expect(subjects(ignoredPolicies(policies, 'azure-npm'))).toEqual([
      'CiliumNetworkPolicy shop/web',
    ]);
    expect(ignoredPolicies(policies, 'cilium')).toEqual([]);
    expect(facts(ignoredPolicies(policies, 'none'))).toEqual(['K8P-70']);
  });

  it('K8P-22: limited egress without a way to the name servers', () => {
    const closed = shop(web('  egress: [{ to: [{ podSelector: {} }] }]')).policies;
    expect(egressWithoutDns(closed, 'generic')).toMatchObject([
      { subject: 'Pod shop/web', what: expect.stringContaining('UDP and TCP 53') },
    ]);
    const half = shop(web('  egress: [{ ports: [{ port: 53, protocol: UDP }] }]')).policies;
    expect(egressWithoutDns(half, 'generic')[0]?.what).toContain('allows TCP 53');
    const open = shop(
      web(
        '  egress: [{ to: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: kube-system } }, podSelector: { matchLabels: { k8s-app: kube-dns } } }], ports: [{ port: 53, protocol: UDP }, { port: 53 }] }]',
      ),
    ).policies;
    expect(egressWithoutDns(open, 'generic')).toEqual([]);
    const local = shop(
      web('  egress: [{ to: [{ ipBlock: { cidr: 169.254.10.10/32 } }] }]'),
    ).policies;
    expect(egressWithoutDns(local, 'generic')).toHaveLength(1);
    expect(egressWithoutDns(local, 'generic', '169.254.10.10')).toEqual([]);
  });

  it('K8P-22: port 53 to anywhere is a way out', () => {
    expect(
      subjects(
        dnsToAnywhere(shop(web('  egress: [{ ports: [{ port: 53, protocol: UDP }] }]')).policies),
      ),
    ).toEqual([WEB]);
    expect(
      subjects(
        dnsToAnywhere(
          shop(web('  egress: [{ to: [{ ipBlock: { cidr: 0.0.0.0/0 } }], ports: [{ port: 53 }] }]'))
            .policies,
        ),
      ),
    ).toEqual([WEB]);
    expect(
      dnsToAnywhere(
        shop(web('  egress: [{ to: [{ podSelector: {} }], ports: [{ port: 53 }] }]')).policies,
      ),
    ).toEqual([]);
  });

  it('blocks: Service range, pods under Cilium, exceptions outside, host bits, too many for NPM', () => {
    const { policies } = shop(
      web(
        '  policyTypes: [Egress]\n  egress: [{ to: [{ ipBlock: { cidr: 10.2.0.0/16 } }, { ipBlock: { cidr: 10.0.0.5/8 } }] }]',
      ),
    );
    expect(blocksOfServices(policies).map((one) => one.what)).toEqual([
      expect.stringContaining('`10.2.0.0/16` meets the Service range 10.2.0.0/16'),
      expect.stringContaining('`10.0.0.5/8`'),
    ]);
    expect(blocksOfPodsUnderCilium(policies, 'cilium').map((one) => one.what)).toEqual([
      expect.stringContaining('`10.0.0.5/8` covers addresses of pods and nodes'),
    ]);
    expect(blocksOfPodsUnderCilium(policies, 'calico')).toEqual([]);
    expect(blocksWithHostBits(policies).map((one) => one.what)).toEqual([
      '`10.0.0.5/8` has host bits; it is read as 10.0.0.0/8',
    ]);
    const outside = shop(
      web('  ingress: [{ from: [{ ipBlock: { cidr: 10.0.0.0/8, except: [11.0.0.0/16] } }] }]'),
    ).policies;
    expect(subjects(exceptionsOutside(outside))).toEqual([WEB]);
  });

  it('K8P-67: more than four ipBlocks under Azure NPM', () => {
    const blocks = (count: number) =>
      Array.from(
        { length: count },
        (_, index) => `{ ipBlock: { cidr: 20.${index}.0.0/16 } }`,
      ).join();
    const of = (count: number) => shop(web(`  ingress: [{ from: [${blocks(count)}] }]`)).policies;
    expect(manyBlocksUnderNpm(of(4), 'azure-npm')).toEqual([]);
    expect(subjects(manyBlocksUnderNpm(of(5), 'azure-npm'))).toEqual([WEB]);
    expect(manyBlocksUnderNpm(of(5), 'cilium')).toEqual([]);
  });

  it('negative namespace selectors and other things defective agents misread, per engine', () => {
    const { policies } = shop(
      web(`  ingress:
    - from: [{ namespaceSelector: { matchExpressions: [{ key: tier, operator: NotIn, values: [a, b] }] } }]
    - from: [{ ipBlock: { cidr: 10.0.0.0/0 } }]`),
    );
    expect(facts(misreadByDefectiveAgents(policies, 'azure-npm'))).toEqual([
      'K8P-64',
      'K8P-65',
      'K8P-66',
    ]);
    expect(facts(misreadByDefectiveAgents(policies, 'cilium'))).toEqual(['K8P-68', 'K8P-69']);
    expect(misreadByDefectiveAgents(policies, 'calico')).toEqual([]);
  });

  it('K8P-72: In values multiply under Azure NPM', () => {
    const list = (key: string) =>
      `{ key: ${key}, operator: In, values: [${Array.from({ length: 12 }, (_, i) => `v${i}`).join()}] }`;
    const one = shop(
      web(`  ingress: [{ from: [{ podSelector: { matchExpressions: [${list('a')}] } }] }]`),
    ).policies;
    const two = shop(
      web(
        `  ingress: [{ from: [{ podSelector: { matchExpressions: [${list('a')}, ${list('b')}] } }] }]`,
      ),
    ).policies;
    expect(expandingSelectors(one, 'azure-npm')).toEqual([]);
    expect(expandingSelectors(two, 'azure-npm')).toMatchObject([
      { what: expect.stringContaining('144 sets') },
    ]);
  });

  it('named ports nobody declares, and under Cilium names with several numbers', () => {
    const ingress = shop(web('  ingress: [{ ports: [{ port: https }] }]')).policies;
    expect(facts(namedPortsWithoutPod(ingress, 'generic'))).toEqual(['K8P-08']);
    const egress = shop(
      web('  policyTypes: [Egress]\n  egress: [{ ports: [{ port: http }] }]'),
    ).policies;
    expect(namedPortsWithoutPod(egress, 'generic')).toEqual([]);
    expect(namedPortsWithoutPod(egress, 'cilium')).toMatchObject([
      { fact: 'K8P-52', what: expect.stringContaining('8080, 9090') },
    ]);
    const wrongProtocol = shop(
      web('  ingress: [{ ports: [{ port: http, protocol: UDP }] }]'),
    ).policies;
    expect(facts(namedPortsWithoutPod(wrongProtocol, 'generic'))).toEqual(['K8P-08']);
  });

  it('egress: [{}] isolates and opens everything again', () => {
    expect(subjects(allowAllEgress(shop(web('  egress: [{}]')).policies))).toEqual([WEB]);
    expect(allowAllEgress(shop(web('  egress: [{ ports: [{ port: 443 }] }]')).policies)).toEqual(
      [],
    );
  });

  it('namespaces without a default deny, and pods without any policy', () => {
    const { policies } = shop(web('  policyTypes: [Ingress]', '{}'));
    expect(subjects(namespacesWithoutDefaultDeny(policies, 'generic', 'ingress'))).toEqual([
      'namespace data',
    ]);
    expect(subjects(namespacesWithoutDefaultDeny(policies, 'generic', 'egress'))).toEqual([
      'namespace data',
      'namespace shop',
    ]);
    expect(subjects(namespacesWithoutDefaultDeny(policies, 'none', 'ingress'))).toHaveLength(2);
    expect(subjects(podsWithoutPolicy(policies, 'generic', 'ingress'))).toEqual(['Pod data/db']);
    expect(subjects(podsWithoutPolicy(policies, 'none', 'ingress'))).toHaveLength(3);
  });

  it('admin policies of equal priority clash only where their rules meet', () => {
    const anp = (name: string, action: string, port: number) => `
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: { name: ${name} }
spec: { priority: 5, subject: { namespaces: {} }, ingress: [{ action: ${action}, from: [{ namespaces: {} }], ports: [{ portNumber: { port: ${port} } }] }] }
`;
    const clash = shop(`${anp('a', 'Allow', 80)}---${anp('b', 'Deny', 80)}`).policies;
    expect(rivalAdminPolicies(clash)).toMatchObject([
      { subject: 'AdminNetworkPolicy a', what: expect.stringContaining('AdminNetworkPolicy b') },
    ]);
    expect(
      rivalAdminPolicies(shop(`${anp('a', 'Allow', 80)}---${anp('b', 'Deny', 81)}`).policies),
    ).toEqual([]);
    expect(
      rivalAdminPolicies(shop(`${anp('a', 'Deny', 80)}---${anp('b', 'Deny', 80)}`).policies),
    ).toEqual([]);
  });

  it('toFQDNs without a dns rule, a bare star, L7 in the clusterwide kind, and rules that need the add-on', () => {
    const fqdn = '  egress: [{ toFQDNs: [{ matchName: a.x.io }] }]';
    expect(facts(namesWithoutDnsRule(shop(cilium(fqdn)).policies))).toEqual(['K8P-47']);
    const star = `  egress:
    - toEntities: [cluster]
      toPorts: [{ ports: [{ port: "53" }], rules: { dns: [{ matchPattern: "*" }] } }]
    - toFQDNs: [{ matchName: a.x.io }]`;
    expect(namesWithoutDnsRule(shop(cilium(star)).policies)).toEqual([]);
    expect(facts(bareStarInDnsRule(shop(cilium(star)).policies))).toEqual(['K8P-50']);
    expect(rulesThatNeedAdvancedNetworking(shop(cilium(star)).policies, false)).toHaveLength(2);
    expect(rulesThatNeedAdvancedNetworking(shop(cilium(star)).policies, true)).toEqual([]);
    const l7 = '  ingress: [{ toPorts: [{ ports: [{ port: "80" }], rules: { http: [{}] } }] }]';
    expect(clusterwideRequestRules(shop(cilium(l7)).policies)).toEqual([]);
    expect(
      facts(clusterwideRequestRules(shop(cilium(l7, 'CiliumClusterwideNetworkPolicy')).policies)),
    ).toEqual(['K8P-50']);
  });

  it('K8P-51: the policy map grows with identities times ports', () => {
    const ports = Array.from({ length: 10 }, (_, index) => `{ port: ${1000 + index} }`).join();
    const { policies } = shop(
      web(`  ingress: [{ from: [{ namespaceSelector: {} }], ports: [${ports}] }]`),
    );
    // Three identities (web, api, db; the host-network pod has none of its own) times ten TCP ports.
    expect(estimatePolicyMaps(policies)).toMatchObject([{ direction: 'ingress', entries: 30 }]);
    expect(largePolicyMaps(policies, 'cilium')).toEqual([]);
  });

  it('Windows pods that Azure NPM leaves open', () => {
    const { policies } = shop(`
apiVersion: v1
kind: Pod
metadata: { name: win, namespace: shop, labels: { app: win } }
spec: { nodeSelector: { kubernetes.io/os: windows }, containers: [{}] }
---
${web('  ingress: [{ ports: [{ port: http }] }]', '{}')}`);
    expect(subjects(unenforcedOnWindows(policies, 'azure-npm'))).toEqual([WEB]);
    expect(unenforcedOnWindows(policies, 'calico')).toEqual([]);
  });
});
