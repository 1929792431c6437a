import { describe, expect, it } from 'vitest';
import { EMITTERS, planDeployment } from '../../src/emitters/index.ts';
import type { Snapshot } from '../../src/model/index.ts';
import { randomPerimeter } from '../support/random-perimeter.ts';
import { readBack, readFolder } from '../support/read-back.ts';
import { firstDifferenceOfObjects, TYPES } from '../support/same-snapshot.ts';
import { snapshotOf } from '../support/snapshot-of.ts';

const KUBERNETES = EMITTERS.find(({ target }) => target === 'kubernetes')!;

async function roundTrip(snapshot: Snapshot): Promise<string | undefined> {
  const plan = planDeployment(snapshot, { tool: 'sallyport 0.0.0', types: TYPES });
  const back = await readBack(KUBERNETES.emit(plan), plan);
  const [error] = back.diagnostics.filter(({ severity }) => severity === 'error');
  // Nobody applies Secrets whose content is not known, nor nodes.
  return (
    error?.message ??
    firstDifferenceOfObjects(snapshot, back, (key) => /^\/(?:Secret|Node)\//.test(key))
  );
}

describe('import undoes emit, through manifests', () => {
  it.each([
    'examples/store',
    'examples/store-hardened',
    'tests/samples/kubernetes/aks-store-demo',
    'tests/samples/kubernetes/online-boutique/kubernetes-manifests.yaml',
    'tests/samples/kubernetes/online-boutique/network-policies',
  ])('%s comes back the same', async (folder) => {
    expect(await roundTrip(await readFolder(folder))).toBeUndefined();
  });

  it('random workloads and policies come back the same', async () => {
    for (let seed = 0; seed < 15; seed += 1) {
      const { objects } = randomPerimeter(seed);
      expect(await roundTrip(snapshotOf([], objects)), `seed ${seed}`).toBeUndefined();
    }
  });
});
