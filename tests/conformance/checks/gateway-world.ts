import type { Json } from '../../support/snapshot-of.ts';
import { changed, net, type Perimeter, soundPerimeter } from '../../support/sound-perimeter.ts';

/** The sound perimeter whose gateway publishes one web application from the spoke. */

const GATEWAY = net('applicationGateways', 'agw');
export const WAF_TYPE = 'ApplicationGatewayWebApplicationFirewallPolicies';
export const part = (kind: string, item: string): Json => ({ id: `${GATEWAY}/${kind}/${item}` });
export const named = (kind: string, name: string, properties: Json): Json => ({
  ...part(kind, name),
  name,
  properties,
});

/** Front end 198.51.100.9 and listener `web` on 443; its rule sends to 10.1.3.10 port 80. */
export const LISTENING: Json = {
  frontendIPConfigurations: [
    named('frontendIPConfigurations', 'public', {
      publicIPAddress: { id: net('publicIPAddresses', 'pip-agw') },
    }),
  ],
  frontendPorts: [named('frontendPorts', 'p443', { port: 443 })],
  backendAddressPools: [
    named('backendAddressPools', 'pool', { backendAddresses: [{ ipAddress: '10.1.3.10' }] }),
  ],
  backendHttpSettingsCollection: [
    named('backendHttpSettingsCollection', 'http', { port: 80, protocol: 'Http' }),
  ],
  httpListeners: [
    named('httpListeners', 'web', {
      frontendIPConfiguration: part('frontendIPConfigurations', 'public'),
      frontendPort: part('frontendPorts', 'p443'),
      protocol: 'Https',
    }),
  ],
  requestRoutingRules: [
    named('requestRoutingRules', 'rule', {
      ruleType: 'Basic',
      priority: 10,
      httpListener: part('httpListeners', 'web'),
      backendAddressPool: part('backendAddressPools', 'pool'),
      backendHttpSettings: part('backendHttpSettingsCollection', 'http'),
    }),
  ],
};

export function publishing(properties: Json = {}): Perimeter {
  const sound = soundPerimeter();
  const own = { ...(sound['agw']!['properties'] as Json), ...LISTENING, ...properties };
  return {
    ...changed(sound, 'agw/properties', own),
    'pip-agw': {
      id: net('publicIPAddresses', 'pip-agw'),
      type: 'Microsoft.Network/publicIPAddresses',
      name: 'pip-agw',
      sku: { name: 'Standard' },
      properties: { ipAddress: '198.51.100.9', publicIPAllocationMethod: 'Static' },
    },
    server: {
      id: net('networkInterfaces', 'server'),
      type: 'Microsoft.Network/networkInterfaces',
      name: 'server',
      properties: {
        ipConfigurations: [
          {
            name: 'one',
            properties: {
              privateIPAddress: '10.1.3.10',
              subnet: { id: `${net('virtualNetworks', 'spoke')}/subnets/nodes` },
            },
          },
        ],
      },
    },
  };
}

export const wafPolicy = (name: string, policySettings: Json): Json => ({
  id: net(WAF_TYPE, name),
  type: `Microsoft.Network/${WAF_TYPE}`,
  name,
  properties: { policySettings },
});
