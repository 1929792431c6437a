import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importPaths } from '../../../src/importers/index.ts';
import { bundledDatasets, nodeFileSystem } from '../../../src/io/index.ts';
import { readPerimeter } from '../../../src/model/index.ts';
import { deriveNetwork } from '../../../src/network/index.ts';
import { projectRoot } from '../../support/source-tree.ts';
import { answers, faults, object, type World } from './page-world.ts';

/** examples/perimeter-store says on one page what examples/store-hardened says in a template and manifests. */

async function example(name: string): Promise<World> {
  const folder = join(projectRoot, 'examples', name);
  const snapshot = await importPaths(nodeFileSystem(), [folder], {}, bundledDatasets());
  const perimeter = readPerimeter(snapshot);
  return { snapshot, perimeter, network: deriveNetwork(perimeter) };
}

describe('the store on one page', () => {
  const store = example('perimeter-store');

  it('has no finding', async () => {
    expect(faults(await store)).toEqual([]);
  });

  it('answers every flow of the store as the hardened template does, but for the payments it adds', async () => {
    const hardened = await example('store-hardened');
    const workloads = ['store-front', 'order-service', 'product-service', 'sts:rabbitmq'];
    const ends = [
      ...['store-front:8080', 'order-service:3000', 'product-service:3002'].map(
        (one) => `deploy:pets/${one}`,
      ),
      'sts:pets/rabbitmq:5672',
      'sts:pets/rabbitmq:15672',
      'www.example.org:443',
      '198.51.100.7:443',
    ];
    for (const workload of workloads) {
      const from = workload.startsWith('sts:') ? 'sts:pets/rabbitmq' : `deploy:pets/${workload}`;
      for (const to of ends) {
        if (to.startsWith(from)) continue;
        expect(answers(await store, from, to), `${from} → ${to}`).toBe(answers(hardened, from, to));
      }
    }
    for (const to of [
      'ghcr.io:443',
      'mcr.microsoft.com:443',
      'registry-1.docker.io:443',
      'www.example.org:443',
    ]) {
      expect(answers(await store, 'node:system', to), to).toBe(
        answers(hardened, 'node:system', to),
      );
    }
    const payments = 'api.stripe.com:443';
    expect(answers(await store, 'deploy:pets/order-service', payments)).toBe('allowed');
    expect(answers(hardened, 'deploy:pets/order-service', payments)).toBe('denied');
  });

  it('publishes the Service the hardened manifests publish', async () => {
    const ours = object(await store, 'Service pets/store-front').spec;
    const theirs = object(await example('store-hardened'), 'Service pets/store-front').spec;
    expect(ours).toMatchObject({
      type: theirs.type,
      selector: theirs.selector,
      externalTrafficPolicy: theirs.externalTrafficPolicy,
    });
    expect(ours.ports[0]).toMatchObject(theirs.ports[0]);
  });

  it('is one page', () => {
    const text = readFileSync(join(projectRoot, 'examples/perimeter-store/perimeter.yaml'), 'utf8');
    expect(text.split('\n').length).toBeLessThan(80);
  });
});
