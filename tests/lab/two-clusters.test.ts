import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { labReady, notRun } from '../support/lab-ready.ts';
import { freshName, labCommands } from './lab-command.ts';

/** Blue and green of one page: two overlays with the pod range that AKS takes by default, on nodes of one network. */

const ready = labReady();
const BLUE = 'aks-shop-prod-westeurope';
const GREEN = 'aks-shop-shop-green-prod-westeurope';

const ASK = `
const resolver = new (require('node:dns').Resolver)({ timeout: 2000, tries: 2 });
resolver.setServers([process.argv[1]]);
resolver.resolve4('api.stripe.com', (error, found) =>
  console.log(error ? error.code : found.length + ' address'));
`;

function page(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'perimeter.yaml'),
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
`,
  );
  const pods = ['orders', 'web'].map(
    (name) => `apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop, labels: { app: ${name} } }
spec: { containers: [{ name: main, image: ghcr.io/example/${name}:1 }] }
`,
  );
  writeFileSync(join(folder, 'pods.yaml'), pods.join('---\n'));
}

it.skipIf(!ready.ok)(
  `two clusters with one pod range: pods of either ask the name server of their own cluster, on whatever node${notRun(ready)}`,
  async () => {
    const lab = labCommands();
    const name = freshName('t');
    try {
      const folder = join(lab.labs, 'input');
      page(folder);
      for (const cluster of [BLUE, GREEN]) {
        const up = await lab.run('up', folder, '--cluster', cluster, '--name', name);
        expect(up.code, up.err).toBe(0);
        // The cluster's name servers are 10.244.0.4 and 10.244.1.4, one on each node.
        for (const pod of ['pod/shop/orders', 'pod/shop/web']) {
          for (const server of ['10.244.0.4', '10.244.1.4']) {
            const asked = await lab.run(
              ...['exec', '--name', name, pod, '--', process.execPath, '-e', ASK, server],
            );
            expect(asked.out, `${cluster} ${pod} ${server}`).toBe('1 address\n');
          }
        }
        expect((await lab.run('down', '--name', name)).code).toBe(0);
      }
    } finally {
      await lab.run('down', '--name', name);
      lab.remove();
    }
  },
  120_000,
);
