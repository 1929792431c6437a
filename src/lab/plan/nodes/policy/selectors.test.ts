import { describe, expect, it } from 'vitest';
import { calicoSelector } from './calico-selector.ts';
import { labelSelector } from './label-selector.ts';
import { fitsCiliumPattern, fitsDomainName, sampleOf } from './name-pattern.ts';

describe('a label selector', () => {
  const holds = (selector: unknown, labels: Record<string, string>) =>
    labelSelector(selector)?.(labels);

  it('selects everything when absent or empty', () => {
    expect(holds(undefined, {})).toBe(true);
    expect(holds({}, { app: 'web' })).toBe(true);
  });

  it('K8P-11: every pair and expression must hold', () => {
    const selector = {
      matchLabels: { app: 'web' },
      matchExpressions: [{ key: 'tier', operator: 'In', values: ['front', 'edge'] }],
    };
    expect(holds(selector, { app: 'web', tier: 'edge' })).toBe(true);
    expect(holds(selector, { app: 'web' })).toBe(false);
    expect(holds(selector, { tier: 'edge' })).toBe(false);
  });

  it.each([
    ['NotIn', ['a'], {}, true],
    ['NotIn', ['a'], { key: 'a' }, false],
    ['NotIn', ['a', 'b'], { key: 'c' }, true],
    ['Exists', undefined, { key: '' }, true],
    ['Exists', undefined, {}, false],
    ['DoesNotExist', undefined, {}, true],
    ['DoesNotExist', undefined, { key: '' }, false],
  ])('K8P-11: %s %j of %j is %s', (operator, values, labels, expected) => {
    const selector = { matchExpressions: [{ key: 'key', operator, values }] };
    expect(holds(selector, labels as Record<string, string>)).toBe(expected);
  });

  it('takes the names of JavaScript for labels', () => {
    expect(holds({ matchExpressions: [{ key: 'constructor', operator: 'Exists' }] }, {})).toBe(
      false,
    );
  });

  it('is not read when it holds what Kubernetes does not know', () => {
    expect(labelSelector({ matchNames: {} })).toBeUndefined();
    expect(
      labelSelector({ matchExpressions: [{ key: 'a', operator: 'Like', values: [] }] }),
    ).toBeUndefined();
    expect(labelSelector({ matchLabels: { app: 1 } })).toBeUndefined();
  });
});

describe('a Calico selector', () => {
  const holds = (selector: string, labels: Record<string, string>) =>
    calicoSelector(selector)?.(labels);

  it.each([
    ['', {}, true],
    ['all()', {}, true],
    ["app == 'web'", { app: 'web' }, true],
    ['app == "web"', { app: 'api' }, false],
    ["env != 'dev'", {}, true],
    ["env != 'dev'", { env: 'dev' }, false],
    ["env in { 'dev', 'test' }", { env: 'test' }, true],
    ["env in {'dev'}", {}, false],
    ["env not in {'dev'}", {}, true],
    ["env contains 'e'", { env: 'dev' }, true],
    ["env starts with 'd'", { env: 'dev' }, true],
    ["env ends with 'd'", { env: 'dev' }, false],
    ['has(env)', { env: '' }, true],
    ['!has(env)', {}, true],
    ["has(a) || has(b) && app == 'x'", { a: '1' }, true],
    ["(has(a) || has(b)) && app == 'x'", { a: '1' }, false],
    ["projectcalico.org/namespace == 'shop'", { 'projectcalico.org/namespace': 'shop' }, true],
  ])('K8P-33: %s of %j is %s', (selector, labels, expected) => {
    expect(holds(selector, labels as Record<string, string>)).toBe(expected);
  });

  it.each(["app = 'web'", 'app', 'app == web', "(app == 'web'", "app == 'web' &&", 'has(', '%'])(
    'is not read when it is %s',
    (selector) => {
      expect(calicoSelector(selector)).toBeUndefined();
    },
  );

  it('is not read when it nests without end', () => {
    expect(calicoSelector('('.repeat(100_000))).toBeUndefined();
    expect(calicoSelector('!'.repeat(100_000))).toBeUndefined();
  });
});

describe('a name pattern', () => {
  it.each([
    ['*.x.io', 'a.x.io', true],
    ['*.x.io', 'x.io', false],
    ['*.x.io', 'a.b.x.io', false],
    ['**.x.io', 'a.x.io', true],
    ['**.x.io', 'a.b.x.io', true],
    ['**.x.io', 'x.io', false],
    ['x*.io', 'x.io', true],
    ['x*.io', 'xy.io', true],
    ['x*.io', 'x.y.io', false],
    ['a*b.io', 'ab.io', true],
    ['a*b.io', 'a-1-b.io', true],
    ['a*b.io', 'a.b.io', false],
    ['*', 'anything.at.all', true],
    ['*.*.svc.cluster.local', 'web.prod.svc.cluster.local', true],
    ['*.*.svc.cluster.local', 'web.svc.cluster.local', false],
    ['A.x.IO.', 'a.X.io', true],
  ])('K8P-48: for Cilium %s and %s is %s', (pattern, name, expected) => {
    expect(fitsCiliumPattern(pattern, name)).toBe(expected);
  });

  it('K8P-48: an invalid character rejects a Cilium pattern', () => {
    expect(fitsCiliumPattern('a$.io', 'a.io')).toBeUndefined();
  });

  it.each([
    ['*.x.io', 'a.b.x.io', true],
    ['*.x.io', 'a.x.io', true],
    ['*.x.io', 'x.io', false],
    ['*.x.io', 'ax.io', false],
    ['x.io', 'x.io.', true],
  ])('K8P-27: for a ClusterNetworkPolicy %s and %s is %s', (pattern, name, expected) => {
    expect(fitsDomainName(pattern, name)).toBe(expected);
  });

  it.each(['*.x.io', '**.x.io', '*', 'a*b.io', 'plain.io'])(
    '%s has a sample that fits it',
    (pattern) => {
      expect(fitsCiliumPattern(pattern, sampleOf(pattern))).toBe(true);
    },
  );

  it('with many stars costs no more than its length', () => {
    const started = performance.now();
    expect(fitsCiliumPattern(`${'a*'.repeat(2000)}b.io`, `${'a'.repeat(4000)}.io`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
