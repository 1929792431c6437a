import { describe, expect, it } from 'vitest';
import { EMITTERS, planDeployment } from '../../src/emitters/index.ts';
import type { Snapshot } from '../../src/model/index.ts';
import { withoutProviderDefaults, withPrefixLists } from '../support/provider-defaults.ts';
import { randomEstate } from '../support/random-estate.ts';
import { randomPerimeter } from '../support/random-perimeter.ts';
import { readBack, readFolder } from '../support/read-back.ts';
import { firstDifferenceOfSnapshots, TYPES } from '../support/same-snapshot.ts';
import { snapshotOf } from '../support/snapshot-of.ts';
import { TWO_GROUPS } from '../support/two-groups.ts';

const TERRAFORM = EMITTERS.find(({ target }) => target === 'terraform')!;

async function roundTrip(snapshot: Snapshot): Promise<string | undefined> {
  const plan = planDeployment(snapshot, { tool: 'sallyport 0.0.0', types: TYPES });
  const back = await readBack(TERRAFORM.emit(plan), plan);
  const errors = back.diagnostics.filter(({ severity }) => severity === 'error');
  const [before, after] = [snapshot, back].map(withPrefixLists) as [Snapshot, Snapshot];
  const told = withoutProviderDefaults(after, before);
  return errors[0]?.message ?? firstDifferenceOfSnapshots(before, told);
}

describe('import undoes emit, through Terraform', () => {
  it.each([
    'examples/store',
    'examples/store-hardened',
    'examples/perimeter-store',
    'examples/change',
    'tests/samples/arm-shapes/firewall-policy.arm.json',
    'tests/samples/azure/arm/firewall-with-ip-prefix.json',
    'tests/samples/azure/arm/vnet-subnet-udr.json',
    'tests/samples/azure/live/aks-nat-gateway.json',
    'tests/samples/arm-shapes/firewall-classic.arm.json',
  ])('%s comes back the same', async (folder) => {
    expect(await roundTrip(await readFolder(folder))).toBeUndefined();
  });

  it('two groups that need each other come back the same', async () => {
    expect(await roundTrip(snapshotOf(TWO_GROUPS))).toBeUndefined();
  });

  it('random perimeters with unknown parts come back the same', async () => {
    for (let seed = 100; seed < 112; seed += 1) {
      const { resources, objects } = randomPerimeter(seed);
      expect(await roundTrip(snapshotOf(resources, objects)), `seed ${seed}`).toBeUndefined();
    }
  });

  it('random estates of several groups and subscriptions come back the same', async () => {
    for (let seed = 300; seed < 310; seed += 1) {
      expect(await roundTrip(snapshotOf(randomEstate(seed))), `seed ${seed}`).toBeUndefined();
    }
  });
});
