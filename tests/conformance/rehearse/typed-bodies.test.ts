import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { placeless } from '../../../src/diagnostics/index.ts';
import {
  parseResourceTypes,
  validateResource,
} from '../../../src/emitters/resource-types/index.ts';
import { PROVIDERS } from '../../../src/rehearse/providers/index.ts';
import { type TypeErrors, withTypedBodies } from '../../../src/rehearse/providers/typed-bodies.ts';
import { fromJson } from '../../../src/values/index.ts';
import { createClient, GROUP, NETWORK } from './endpoint-client.ts';
import { deploymentPath } from './template.ts';

const TYPES = parseResourceTypes(readFileSync('data/resource-types/resource-types.json', 'utf8'));

const typeErrors: TypeErrors = ({ type, name, body }) => {
  const at = placeless('request');
  const value = fromJson(body, at);
  if (value.kind !== 'object') return [];
  const apiVersion = TYPES.resources.get(type)?.version ?? '';
  return validateResource(TYPES, { type, apiVersion, name, body: value, at })
    .filter(({ code }) => code === 'resource/wrong-type')
    .map(({ message }) => message);
};

const typed = () => createClient('eastus', withTypedBodies(PROVIDERS, typeErrors));

describe('bodies are compared with the published types', () => {
  it.each<readonly [string, string, object]>([
    ['a list where text belongs', 'publicIPAddresses', { publicIPAllocationMethod: ['Static'] }],
    ['text where a list belongs', 'routeTables', { routes: 'all of them' }],
    ['an object where a truth belongs', 'virtualNetworks', { enableDdosProtection: {} }],
  ])('%s is refused', (_, type, properties) => {
    const answer = typed().put(`${NETWORK}/${type}/x`, { location: 'eastus', properties });
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { code: 'InvalidRequestFormat' } },
    });
  });

  it('what the providers themselves tell fits: read, written back and taken', () => {
    const client = typed();
    client.put(`${NETWORK}/networkWatchers/NetworkWatcher_eastus`, { location: 'eastus' });
    const text = readFileSync('examples/store-hardened/azuredeploy.json', 'utf8');
    const done = client.put(deploymentPath(), `{"properties":{"template":${text}}}`);
    expect(done.body['properties']).toMatchObject({ provisioningState: 'Succeeded' });
    const ids = client.arm.provider.store.all().map(({ id }) => id);
    const taken = ids.filter(
      (id) => id !== GROUP && id.startsWith(GROUP) && !/\/deployments\//.test(id),
    );
    expect(taken.length).toBeGreaterThan(35);
    for (const id of taken) {
      const answer = client.put(id, client.get(id).body);
      expect(answer.status, `${id} ${JSON.stringify(answer.body)}`).toBe(200);
    }
  });
});
