import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createClient, GROUP, NETWORK } from '../conformance/rehearse/endpoint-client.ts';
import { deploymentPath } from '../conformance/rehearse/template.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** What a deployment leaves depends on what the template says, never on the order in which it says it. */
describe('a template with its resources in another order', () => {
  const text = readFileSync('examples/store-hardened/azuredeploy.json', 'utf8');
  const { resources, ...rest } = JSON.parse(text) as { resources: object[] };

  it('leaves the same resources', () => {
    const random = seededRandom(20261121);
    const expected = left(resources);
    expect(expected.length).toBeGreaterThan(40);
    for (let round = 0; round < 25; round += 1) {
      const shuffled = [...resources];
      for (let index = shuffled.length - 1; index > 0; index -= 1) {
        const other = Math.floor(random() * (index + 1));
        [shuffled[index], shuffled[other]] = [shuffled[other] ?? {}, shuffled[index] ?? {}];
      }
      expect(left(shuffled), `round ${round}`).toEqual(expected);
    }
  });

  function left(list: readonly object[]): readonly string[] {
    const client = createClient();
    client.put(`${NETWORK}/networkWatchers/NetworkWatcher_eastus`, { location: 'eastus' });
    const body = { properties: { template: { ...rest, resources: list } } };
    const done = client.put(deploymentPath(), body);
    expect(done.body['properties']).toMatchObject({ provisioningState: 'Succeeded' });
    return client.arm.provider.store
      .all()
      .filter(({ id }) => id.startsWith(`${GROUP}/providers/`) && !id.includes('/deployments/'))
      .map(({ id }) => canonical(client.get(id).body))
      .sort();
  }

  /** Children are told in the order they were made; etags count writes. */
  function canonical(value: unknown): string {
    return JSON.stringify(value, (name, inner: unknown) => {
      if (name === 'etag') return undefined;
      if (!Array.isArray(inner)) return inner;
      return [...inner].sort((one, other) =>
        JSON.stringify(one) < JSON.stringify(other) ? -1 : 1,
      );
    });
  }
});
