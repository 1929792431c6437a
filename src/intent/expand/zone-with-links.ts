import type { Place } from '../../diagnostics/index.ts';
import type { AzureResource } from '../../model/index.ts';
import type { NetworkPlan, Plan } from '../plan.ts';
import { azureResource } from './azure-resource.ts';
import { vnetId } from './ids.ts';

const API = '2024-06-01';

/** A private DNS zone, and its link to each network that asks it. */
export function zoneWithLinks(
  plan: Plan,
  zone: string,
  networks: readonly NetworkPlan[],
  at: Place,
): readonly AzureResource[] {
  return [
    azureResource(plan, {
      type: 'Microsoft.Network/privateDnsZones',
      names: [zone],
      api: API,
      at,
      location: 'global',
      body: { properties: {} },
    }),
    ...networks.map((network) =>
      azureResource(plan, {
        type: 'Microsoft.Network/privateDnsZones/virtualNetworkLinks',
        names: [zone, `pl-${network.part}`],
        api: API,
        at,
        location: 'global',
        body: {
          properties: {
            registrationEnabled: false,
            virtualNetwork: { id: vnetId(plan, network) },
          },
        },
      }),
    ),
  ];
}
