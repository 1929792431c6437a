import { describe, expect, it } from 'vitest';
import { createClient, NETWORK, SUBSCRIPTION } from './endpoint-client.ts';
import { address, deploy, deploymentPath, network, template } from './template.ts';

const outputsOf = (client: ReturnType<typeof createClient>) =>
  client.properties(deploymentPath())['outputs'];

describe('deployments inside deployments', () => {
  const nested = (name: string, scope: 'inner' | 'outer', written: object, more: object = {}) => ({
    type: 'Microsoft.Resources/deployments',
    apiVersion: '2024-03-01',
    name,
    ...more,
    properties: {
      mode: 'Incremental',
      expressionEvaluationOptions: { scope },
      ...(more as { properties?: object }).properties,
      template: written,
    },
  });

  it('with outer scope functions see the parent, with inner scope what is passed; outputs come back', () => {
    const client = createClient();
    const done = deploy(
      client,
      template({
        parameters: { name: { type: 'string', defaultValue: 'outerName' } },
        resources: [
          nested('o', 'outer', template({ resources: [address("[parameters('name')]")] })),
          nested(
            'i',
            'inner',
            template({
              parameters: { name: { type: 'string' } },
              resources: [address("[parameters('name')]")],
              outputs: {
                address: { type: 'string', value: "[reference(parameters('name')).ipAddress]" },
              },
            }),
            { properties: { parameters: { name: { value: 'innerName' } } } },
          ),
        ],
        outputs: {
          address: { type: 'string', value: "[reference('i').outputs.address.value]" },
        },
      }),
    );
    expect(done.body['properties']).toMatchObject({ provisioningState: 'Succeeded' });
    expect(client.get(`${NETWORK}/publicIPAddresses/outerName`).status).toBe(200);
    const { ipAddress } = client.properties(`${NETWORK}/publicIPAddresses/innerName`);
    expect(outputsOf(client)).toMatchObject({ address: { value: ipAddress } });
    expect(client.properties(deploymentPath('i'))).toMatchObject({
      provisioningState: 'Succeeded',
    });
  });

  it('a subscription gets a group and, in it, what a nested deployment holds', () => {
    const client = createClient();
    const scope = `/subscriptions/${SUBSCRIPTION}`;
    const done = deploy(
      client,
      template(
        {
          resources: [
            {
              type: 'Microsoft.Resources/resourceGroups',
              apiVersion: '2024-03-01',
              name: 'made',
              location: '[deployment().location]',
            },
            nested('in', 'inner', template({ resources: [network()] }), {
              resourceGroup: 'made',
              dependsOn: ["[resourceId('Microsoft.Resources/resourceGroups', 'made')]"],
            }),
          ],
        },
        'subscriptionDeploymentTemplate',
      ),
      { scope, location: 'westeurope' },
    );
    expect(done.body['properties']).toMatchObject({ provisioningState: 'Succeeded' });
    const made = client.get(
      `${scope}/resourceGroups/made/providers/Microsoft.Network/virtualNetworks/v`,
    );
    expect(made.body).toMatchObject({ location: 'westeurope' });
  });
});
