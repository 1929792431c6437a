import { describe, expect, it } from 'vitest';
import { pinCheck } from '../../support/check-cases.ts';
import { asking, resourcesOf as of, without } from '../../support/outcome-words.ts';
import type { Json } from '../../support/snapshot-of.ts';
import { changed, type Perimeter, soundPerimeter, unknown } from '../../support/sound-perimeter.ts';

/** Expected values: aks.md 3 (engines), 10.1 (kubenet), 11 (P1, P6, A9, F4). */
const sound = soundPerimeter();
const PROFILE = 'aks/properties/networkProfile';
const ASSIGNMENT = 'assignment/properties';

/** Another engine than Cilium, or none. */
function engine(networkPolicy: unknown, more: Json = {}): Perimeter {
  let perimeter = changed(sound, `${PROFILE}/networkDataplane`, 'azure');
  perimeter = changed(perimeter, `${PROFILE}/networkPolicy`, networkPolicy);
  for (const [name, value] of Object.entries(more))
    perimeter = changed(perimeter, `${PROFILE}/${name}`, value);
  return perimeter;
}
const second = (perimeter: Perimeter, other: Perimeter): Perimeter => ({
  ...perimeter,
  aks2: { ...other['aks'], id: `${other['aks']!['id']}2`, name: 'aks2' },
});
const policy = (name: string): Json => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace: 'shop' },
  spec: { podSelector: {}, policyTypes: ['Ingress'] },
});
const objects = [policy('deny')];

describe('P1: plugin and engine', () => {
  const id = 'cluster/network-plugin';
  const ask = asking(id);
  pinCheck('cluster/network-plugin', {
    pass: of(sound),
    fail: of(engine(undefined), { says: 'aks has no network policy engine' }),
    unknown: of(engine(unknown('the engine')), { says: 'the engine' }),
  });

  it(`${id}: kubenet is retired, also with Calico (F1, AKS-95)`, () => {
    const kubenet = { networkPlugin: 'kubenet', networkPluginMode: undefined };
    expect(ask.messages(engine('calico', kubenet))).toEqual([
      'aks uses kubenet, which is retired on 31 March 2028.',
    ]);
  });

  it(`${id}: each of the three engines will do; the word none does not`, () => {
    expect(ask.kind(engine('calico'))).toBe('pass');
    expect(ask.kind(engine('azure'))).toBe('pass');
    expect(ask.kind(engine('cilium'))).toBe('pass');
    expect(ask.kind(engine('none'))).toBe('fail');
    // AZN-52: the Cilium dataplane enforces policies whatever networkPolicy says.
    expect(ask.kind(changed(sound, `${PROFILE}/networkPolicy`, unknown('it')))).toBe('pass');
  });

  it(`${id}: who brings the plugin brings the engine; a plugin not written may be kubenet`, () => {
    expect(ask.kind(engine(undefined, { networkPlugin: 'none' }))).toBe('unknown');
    expect(ask.kind(engine('calico', { networkPlugin: undefined }))).toBe('unknown');
    expect(ask.kind(engine('calico', { networkPlugin: unknown('the plugin') }))).toBe('unknown');
    const automatic = changed(engine(undefined), 'aks/sku', { name: 'Automatic' });
    expect(ask.kind(changed(automatic, `${PROFILE}/networkPlugin`, undefined))).toBe('pass');
    expect(ask.kind(engine(undefined), { profile: 'ephemeral' })).toBe('not-applicable');
  });
});

describe('P1, A1: policies that nothing enforces', () => {
  const id = 'policy/ignored-without-engine';
  const ask = asking(id);
  pinCheck('policy/ignored-without-engine', {
    pass: of(sound, { objects }),
    fail: of(engine('none'), { objects, says: 'aks ignores the one network policy' }),
    unknown: of(engine(unknown('the engine')), { objects, says: 'the engine' }),
  });

  it(`${id}: in every profile, and only where there are policies`, () => {
    const two = [...objects, policy('more')];
    expect(ask.messages(engine(undefined), { objects: two, profile: 'dev' })).toEqual([
      'aks ignores all 2 network policies.',
    ]);
    expect(ask.kind(engine('none'))).toBe('not-applicable');
  });

  it(`${id}: a network plugin of one's own may have an engine of its own`, () => {
    expect(ask.kind(engine('none', { networkPlugin: 'none' }), { objects })).toBe('unknown');
  });

  it(`${id}: with several clusters the policies may be another's`, () => {
    expect(ask.kind(second(sound, engine('none')), { objects })).toBe('unknown');
    expect(ask.kind(second(engine('none'), engine('none')), { objects })).toBe('fail');
    expect(ask.kind(second(sound, sound), { objects })).toBe('pass');
  });
});

describe('A9: a mesh is no policy', () => {
  const id = 'policy/mesh-instead-of-policy';
  const ask = asking(id);
  const mesh = (perimeter: Perimeter, mode = 'Istio') =>
    changed(perimeter, 'aks/properties/serviceMeshProfile', { mode });
  pinCheck('policy/mesh-instead-of-policy', {
    pass: of(mesh(engine('calico'))),
    fail: of(mesh(engine('none')), {
      says: 'aks relies on Istio and has no network policy engine',
    }),
    unknown: of(mesh(engine(unknown('the engine'))), { says: 'the engine' }),
  });

  it(`${id}: asked of clusters with Istio alone; the Cilium dataplane is an engine (AZN-52)`, () => {
    expect(ask.kind(mesh(engine('none'), 'Disabled'))).toBe('not-applicable');
    expect(ask.kind(engine('none'))).toBe('not-applicable');
    expect(ask.kind(mesh(changed(sound, `${PROFILE}/networkPolicy`, undefined)))).toBe('pass');
  });
});

describe('P6, F4: Azure Policy', () => {
  const id = 'guardrails/azure-policy-off';
  const ask = asking(id);
  const addon = (enabled: unknown) =>
    changed(sound, 'aks/properties/addonProfiles/azurepolicy/enabled', enabled);
  pinCheck('guardrails/azure-policy-off', {
    pass: of(sound),
    fail: of(addon(false), { says: 'the Azure Policy add-on of aks is off' }),
    unknown: of(addon(unknown('the switch')), { says: 'the switch' }),
  });

  it(`${id}: no add-on written is none; no assignment in the input says nothing`, () => {
    expect(ask.kind(changed(sound, 'aks/properties/addonProfiles', undefined))).toBe('fail');
    expect(ask.kind(without(sound, 'assignment'))).toBe('unknown');
    expect(ask.kind(addon(false), { profile: 'dev' })).toBe('not-applicable');
  });

  it(`${id}: the scope holds the cluster (P6)`, () => {
    const scoped = (scope: string) => ask.kind(changed(sound, `${ASSIGNMENT}/scope`, scope));
    const subscription = '/subscriptions/00000000-0000-0000-0000-0000000000cc';
    expect(scoped(subscription)).toBe('pass');
    expect(scoped(`${subscription}/resourceGroups/RG`)).toBe('pass');
    expect(scoped(`${subscription}/resourceGroups/r`)).toBe('unknown');
    expect(scoped('/providers/Microsoft.Management/managementGroups/root')).toBe('pass');
  });

  it(`${id}: an assignment that is not enforced stops nothing`, () => {
    const idle = changed(sound, `${ASSIGNMENT}/enforcementMode`, 'DoNotEnforce');
    expect(ask.messages(idle)).toEqual([
      'Every policy assignment for aks only watches: assignment a has enforcementMode DoNotEnforce.',
    ]);
    expect(ask.kind(changed(sound, `${ASSIGNMENT}/enforcementMode`, 'Default'))).toBe('pass');
    const effect = (value: unknown) => changed(sound, `${ASSIGNMENT}/parameters/effect`, { value });
    expect(ask.messages(effect('Audit'))).toEqual([
      'Every policy assignment for aks only watches: assignment a has effect Audit.',
    ]);
    expect(ask.kind(effect('disabled'))).toBe('fail');
    expect(ask.kind(effect('Deny'))).toBe('pass');
    expect(ask.kind(effect(unknown('the effect')))).toBe('unknown');
  });
});

describe('E12: Azure NPM and IPv6', () => {
  const id = 'policy/npm-ipv6';
  const ask = asking(id);
  const dual = { ipFamilies: ['IPv4', 'IPv6'] };
  pinCheck('policy/npm-ipv6', {
    pass: of(engine('azure', { ipFamilies: ['IPv4'] })),
    fail: of(engine('azure', dual), {
      says: 'aks is dual-stack and uses Azure NPM: no policy holds for IPv6',
    }),
    unknown: of(engine(unknown('the engine'), dual), { says: 'the engine' }),
  });

  it(`${id}: other engines cover both families (kubernetes-policy 0)`, () => {
    expect(ask.kind(engine('calico', dual))).toBe('not-applicable');
    expect(ask.kind(changed(sound, `${PROFILE}/ipFamilies`, ['IPv4', 'IPv6']))).toBe(
      'not-applicable',
    );
  });
});
