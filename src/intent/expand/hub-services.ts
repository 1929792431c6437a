import type { AzureResource } from '../../model/index.ts';
import { DEFAULTS } from '../defaults.ts';
import { placed } from '../draft.ts';
import type { Plan } from '../plan.ts';
import { azureResource, NETWORK_API } from './azure-resource.ts';
import { publicIp } from './firewall.ts';
import { publicIpId, subnetId } from './ids.ts';

const ZONES = DEFAULTS['hub.firewall.zones'].value;

/** Bastion, the gateway to on-premises networks, and the interface of an appliance of a third party. */
export function hubServices(plan: Plan): readonly AzureResource[] {
  return [...bastion(plan), ...gateway(plan), ...appliance(plan)];
}

function bastion(plan: Plan): readonly AzureResource[] {
  if (!plan.hub.bastion) return [];
  const path = ['hub', 'bastion'];
  return [
    publicIp(plan, 'bas', path, ZONES),
    azureResource(plan, {
      type: 'Microsoft.Network/bastionHosts',
      names: [plan.names.of('bas')],
      api: NETWORK_API,
      at: plan.at(path),
      body: {
        sku: { name: 'Standard' },
        properties: {
          ipConfigurations: [
            {
              name: 'subnet',
              properties: {
                subnet: { id: subnetId(plan, plan.hub, 'AzureBastionSubnet') },
                publicIPAddress: { id: publicIpId(plan, 'bas') },
              },
            },
          ],
        },
      },
    }),
  ];
}

function gateway(plan: Plan): readonly AzureResource[] {
  const { gateway: wanted } = plan.hub;
  if (wanted === undefined) return [];
  const path = ['hub', 'gateway'];
  const isVpn = wanted.kind === 'vpn';
  const sku = isVpn ? 'VpnGw2AZ' : 'ErGw1AZ';
  const local = isVpn
    ? [
        azureResource(plan, {
          type: 'Microsoft.Network/localNetworkGateways',
          names: [plan.names.of('lgw')],
          api: NETWORK_API,
          at: plan.at([...path, 'onPremises']),
          body: {
            properties: {
              localNetworkAddressSpace: {
                addressPrefixes: placed(plan.at([...path, 'onPremises']), wanted.onPremises),
              },
              gatewayIpAddress: {
                kind: 'unknown' as const,
                reason: 'missing-parameter' as const,
                text: 'gatewayIpAddress',
                missing: 'the public address of the device on premises',
                at: plan.at(path),
              },
            },
          },
        }),
      ]
    : [];
  return [
    publicIp(plan, 'vgw', path, ZONES),
    ...local,
    azureResource(plan, {
      type: 'Microsoft.Network/virtualNetworkGateways',
      names: [plan.names.of('vgw')],
      api: NETWORK_API,
      at: plan.at(path),
      body: {
        properties: {
          gatewayType: isVpn ? 'Vpn' : 'ExpressRoute',
          vpnType: isVpn ? 'RouteBased' : undefined,
          sku: { name: sku, tier: sku },
          ipConfigurations: [
            {
              name: 'subnet',
              properties: {
                subnet: { id: subnetId(plan, plan.hub, 'GatewaySubnet') },
                publicIPAddress: { id: publicIpId(plan, 'vgw') },
              },
            },
          ],
        },
      },
    }),
  ];
}

function appliance(plan: Plan): readonly AzureResource[] {
  const { nva } = plan.hub;
  if (nva === undefined) return [];
  return [
    azureResource(plan, {
      type: 'Microsoft.Network/networkInterfaces',
      names: [plan.names.of('nic', 'nva')],
      api: NETWORK_API,
      at: plan.at(['hub', 'nva']),
      body: {
        properties: {
          enableIPForwarding: true,
          ipConfigurations: [
            {
              name: 'inside',
              properties: {
                privateIPAddress: placed(plan.at(['hub', 'nva', 'address']), nva),
                privateIPAllocationMethod: 'Static',
                subnet: { id: subnetId(plan, plan.hub, 'snet-nva') },
              },
            },
          ],
        },
      },
    }),
  ];
}
