import { describe, expect, it } from 'vitest';
import { type Answers, DEFAULTS, decide, PURPOSES, writePage } from '../../../src/intent/index.ts';
import { faults, resource, told, worldOf } from './page-world.ts';

/** The page `sallyport init` writes, and what it decides from the answers. */

const answers: Answers = {
  name: 'shop',
  location: 'westeurope',
  environment: 'prod',
  hubSpace: '10.0.0.0/24',
  spokeSpace: '10.1.0.0/16',
  pods: 500,
  hasReachablePods: false,
  purpose: 'production',
  namespace: 'shop',
};

describe('the decision guide', () => {
  it('overlay unless pods are called by their own addresses, with the addresses each would take', () => {
    // aks 2.3: 500 pods at 110 a node are 5 nodes, 6 with the one for upgrades; a pod subnet gives 16 × 8 addresses a node.
    expect(decide(answers).plugin.value).toBe('overlay');
    expect(decide(answers).plugin.why).toContain('6 addresses');
    expect(decide(answers).plugin.why).toContain('768');
    const reachable = decide({ ...answers, hasReachablePods: true });
    expect(reachable.plugin.value).toBe('podSubnet');
    expect(reachable.podRange).toBeUndefined();
  });

  it.each([
    [1, 3, '/16'],
    [500, 5, '/16'],
    // 273 nodes and one for upgrades: a /24 each needs a /15.
    [30_000, 273, '/15'],
  ])('%i pods: %i nodes, a pod range of %s', (pods, nodes, length) => {
    const { maxNodes, podRange } = decide({ ...answers, pods });
    expect(maxNodes.value).toBe(nodes);
    expect(podRange?.value.endsWith(length)).toBe(true);
  });

  it('says when a perimeter like this is the wrong thing', () => {
    const advice = PURPOSES.map((purpose) => decide({ ...answers, purpose }).advice.length);
    expect(advice).toEqual([0, 1, 1, 1, 1]);
  });

  it('for internal use there is no way out, for development no twenty addresses', () => {
    expect(decide({ ...answers, purpose: 'internal-only' }).outbound.value).toBe('none');
    expect(decide({ ...answers, purpose: 'dev' }).publicIps.value).toBe(1);
    expect(decide({ ...answers, purpose: 'dev' }).tier.value).toBe('Basic');
  });
});

describe('the page it writes', () => {
  it.each(PURPOSES)('is understood and has no error, for %s', async (purpose) => {
    const world = await worldOf(writePage({ ...answers, purpose }));
    expect(told(world)).toEqual([]);
    expect(faults(world, 'egress/required-unreachable', 'nsg/cluster-traffic-denied')).toEqual([]);
  });

  it('for production nothing at all is a finding', async () => {
    expect(faults(await worldOf(writePage(answers)))).toEqual([]);
  });

  it('every default in it has its reason above it', () => {
    const lines = writePage(answers).split('\n');
    for (const key of [
      'zones',
      'dnsProxy',
      'threatIntelligence',
      'engine',
      'access',
      'os',
      'defaultDeny',
    ]) {
      const at = lines.findIndex((line) => line.trim().startsWith(`${key}:`));
      expect(lines[at - 1]?.trim(), key).toMatch(/^# /);
    }
    expect(lines.join(' ').replaceAll(/\s+# /g, ' ')).toContain(DEFAULTS['hub.firewall.zones'].why);
  });

  it('holds what was answered', async () => {
    const world = await worldOf(writePage({ ...answers, hasReachablePods: true }));
    expect(resource(world, '/subnets/snet-shop-pods').properties.addressPrefix).toBe('10.1.0.0/22');
  });
});
