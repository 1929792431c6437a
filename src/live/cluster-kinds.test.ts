import { describe, expect, it } from 'vitest';
import { wantedKinds } from './cluster-kinds.ts';

const named = (offered: readonly string[] | undefined) =>
  wantedKinds(offered).map(({ resource }) => resource);

describe('what a cluster is asked for', () => {
  it('policies and gateways where it has them, nothing else that it has', () => {
    const offered = [
      'secrets',
      'configmaps',
      'events.events.k8s.io',
      'ciliumnetworkpolicies.cilium.io',
      'ciliumclusterwidenetworkpolicies.cilium.io',
      'ciliumendpoints.cilium.io',
      'ciliumidentities.cilium.io',
      'ciliumnodes.cilium.io',
      'httproutes.gateway.networking.k8s.io',
      'clusternetworkpolicies.policy.networking.k8s.io',
      'authorizationpolicies.security.istio.io',
      'secretproviderclasses.secrets-store.csi.x-k8s.io',
      'ippools.crd.projectcalico.org',
    ];
    const wanted = named(offered);
    const extensions = wanted.slice(named([]).length);
    expect(extensions).toEqual([
      'authorizationpolicies.security.istio.io',
      'ciliumclusterwidenetworkpolicies.cilium.io',
      'ciliumnetworkpolicies.cilium.io',
      'clusternetworkpolicies.policy.networking.k8s.io',
      'httproutes.gateway.networking.k8s.io',
    ]);
    expect(wanted).toContain('networkpolicies.networking.k8s.io');
    expect(wanted.filter((one) => /^secret|^configmap/.test(one))).toEqual([]);
  });

  it('a policy of Calico once, where its own API server offers it again', () => {
    const twice = [
      'globalnetworkpolicies.crd.projectcalico.org',
      'globalnetworkpolicies.projectcalico.org',
      'tiers.crd.projectcalico.org',
    ];
    expect(named(twice).filter((one) => one.includes('calico'))).toEqual([
      'globalnetworkpolicies.projectcalico.org',
      'tiers.crd.projectcalico.org',
    ]);
  });

  it('all that is built in, when it does not say what it has', () => {
    expect(named(undefined)).toEqual(named([]));
  });
});
