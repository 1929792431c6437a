import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { sallyport } from './run-sallyport.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const PODS = ['orders', 'web'].map(
  (name) => `apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop, labels: { app: ${name} } }
spec: { containers: [{ name: main, image: ghcr.io/example/${name}:1 }] }
`,
);
writeFileSync(
  join(folder.path, 'perimeter.yaml'),
  `name: shop
location: westeurope
hub: { addressSpace: 10.0.0.0/24 }
spokes:
  - { name: shop, addressSpace: 10.1.0.0/16 }
clusters:
  - { name: shop, also: green }
namespaces:
  - { name: shop }
egress:
  - { from: { namespace: shop, app: orders }, to: "api.stripe.com:443", why: payments }
expect:
  - only: { from: { namespace: shop, app: orders }, to: internet, flows: ["api.stripe.com:443"] }
`,
);
mkdirSync(join(folder.path, 'pods'));
writeFileSync(join(folder.path, 'pods', 'pods.yaml'), PODS.join('---\n'));

const BLUE = 'aks-shop-prod-westeurope';
const GREEN = 'aks-shop-shop-green-prod-westeurope';
const run = (...args: string[]) => sallyport([...args, folder.path, '--as-of', '2026-11-21']);
const EGRESS = ['--from', 'pod:shop/orders', '--to', 'api.stripe.com:443'];

describe('two clusters of one page', () => {
  it('check proves the expectation for both and leaves nothing open', () => {
    const { code, out } = run('check');
    expect(code, out).toBe(0);
    expect(out).toContain('1 expectation holds');
    expect(out).toContain('0 errors · 0 warnings · 0 notes · 0 undecided');
  });

  it('trace, query, matrix and rules answer for each, under its name', () => {
    for (const words of [
      ['trace', ...EGRESS],
      ['query', ...EGRESS],
      ['matrix'],
      ['rules', '--fail-on', 'none'],
    ]) {
      const { code, out, err } = run(...words);
      expect({ code, err }, words[0]).toEqual({ code: 0, err: '' });
      expect(out.match(/^cluster .*$/gm), words[0]).toEqual([
        `cluster ${BLUE}`,
        `cluster ${GREEN}`,
      ]);
    }
  });

  it('a pod at its cluster, or --cluster, is one of them', () => {
    const { out } = run(
      'trace',
      '--from',
      `pod:shop/orders@${GREEN}`,
      '--to',
      'api.stripe.com:443',
    );
    expect(out).toContain('snet-shop-green-nodes');
    expect(out).not.toMatch(/^cluster /m);
    const json = run('query', ...EGRESS, '-f', 'json', '--cluster', BLUE);
    expect({ code: json.code, err: json.err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(json.out)).toMatchObject({ isComplete: true });
  });

  it.each([
    [['query', ...EGRESS, '-f', 'json'], `add --cluster ${BLUE} or --cluster ${GREEN}`],
    [['trace', ...EGRESS, '--cluster', 'aks-red'], 'no cluster of the input is named `aks-red`'],
    [
      ['trace', '--from', `pod:shop/orders@${BLUE}`, '--to', `pod:shop/web@${GREEN}`],
      'the question names two clusters',
    ],
    [['check', '--objects-of', `${BLUE}=nowhere`], 'no Kubernetes object was read below'],
    [['check', '--objects-of', 'nonsense'], 'Write CLUSTER=PATH'],
  ])('%j is refused', (words, message) => {
    const { code, err } = run(...words);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
