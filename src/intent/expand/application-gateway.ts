import type { AzureResource } from '../../model/index.ts';
import { DEFAULTS } from '../defaults.ts';
import { type DraftObject, placedObject } from '../draft.ts';
import type { IngressPlan, Plan } from '../plan.ts';
import { azureResource, NETWORK_API } from './azure-resource.ts';
import { publicIp } from './firewall.ts';
import { privateFrontEnd } from './firewall-rules.ts';
import { publicIpId } from './ids.ts';
import { agwSubnet, gatewaySubnetId } from './networks.ts';

const ZONES = DEFAULTS['hub.firewall.zones'].value;

/** One Application Gateway for all ingress intents that pass a WAF, with its policy in prevention mode. */
export function applicationGateway(plan: Plan): readonly AzureResource[] {
  const published = plan.ingress.filter(({ via }) => via.includes('waf'));
  const subnet = agwSubnet(plan);
  const [first] = published;
  const subnetId = gatewaySubnetId(plan);
  if (first === undefined || subnet === undefined || subnetId === undefined) return [];
  const path = ['ingress'];
  const at = plan.at(first.path);
  const name = plan.names.of('agw');
  const id = plan.names.id('Microsoft.Network/applicationGateways', name);
  const identity = plan.names.id(
    'Microsoft.ManagedIdentity/userAssignedIdentities',
    plan.names.of('id', 'agw'),
  );
  const part = (list: string, one: string): DraftObject => ({ id: `${id}/${list}/${one}` });
  const hasTls = published.some(({ written }) => written.certificate !== undefined);
  const hasPrivate = published.some(({ via }) => via === 'firewall-then-waf');
  const ports = [...new Set(published.map(({ publicPort }) => publicPort))].sort((a, b) => a - b);
  const located = (ingress: IngressPlan, draft: DraftObject) =>
    placedObject(plan.at(ingress.path), draft);
  return [
    publicIp(plan, 'agw', path, ZONES),
    wafPolicy(plan, at),
    ...(hasTls
      ? [
          azureResource(plan, {
            type: 'Microsoft.ManagedIdentity/userAssignedIdentities',
            names: [plan.names.of('id', 'agw')],
            api: '2024-11-30',
            at,
            body: {},
          }),
        ]
      : []),
    azureResource(plan, {
      type: 'Microsoft.Network/applicationGateways',
      names: [name],
      api: NETWORK_API,
      at,
      body: {
        zones: ZONES,
        // Certificates stay in the Key Vault; the identity reads them there.
        identity: hasTls
          ? { type: 'UserAssigned', userAssignedIdentities: { [identity]: {} } }
          : undefined,
        properties: {
          sku: { name: 'WAF_v2', tier: 'WAF_v2' },
          autoscaleConfiguration: { minCapacity: 2, maxCapacity: 10 },
          firewallPolicy: { id: wafPolicyId(plan) },
          gatewayIPConfigurations: [{ name: 'subnet', properties: { subnet: { id: subnetId } } }],
          frontendIPConfigurations: [
            // Without network isolation a gateway needs a public address, used or not (azure-networking 10.5).
            {
              name: 'public',
              properties: { publicIPAddress: { id: publicIpId(plan, 'agw') } },
            },
            ...(hasPrivate
              ? [
                  {
                    name: 'private',
                    properties: {
                      privateIPAddress: privateFrontEnd(subnet),
                      privateIPAllocationMethod: 'Static',
                      subnet: { id: subnetId },
                    },
                  },
                ]
              : []),
          ],
          frontendPorts: ports.map((port) => ({ name: `port-${port}`, properties: { port } })),
          sslCertificates: hasTls
            ? published.flatMap((ingress) =>
                ingress.written.certificate === undefined
                  ? []
                  : [
                      located(ingress, {
                        name: ingress.written.name,
                        properties: { keyVaultSecretId: ingress.written.certificate },
                      }),
                    ],
              )
            : undefined,
          backendAddressPools: published.map((ingress) =>
            located(ingress, {
              name: ingress.written.name,
              properties: { backendAddresses: [{ ipAddress: ingress.address }] },
            }),
          ),
          backendHttpSettingsCollection: published.map((ingress) =>
            located(ingress, {
              name: ingress.written.name,
              properties: {
                port: Number(ingress.port.port),
                protocol: 'Http',
                requestTimeout: 30,
                hostName: ingress.written.host,
              },
            }),
          ),
          httpListeners: published.map((ingress) =>
            located(ingress, {
              name: ingress.written.name,
              properties: {
                frontendIPConfiguration: part(
                  'frontendIPConfigurations',
                  ingress.via === 'firewall-then-waf' ? 'private' : 'public',
                ),
                frontendPort: part('frontendPorts', `port-${ingress.publicPort}`),
                protocol: ingress.written.certificate === undefined ? 'Http' : 'Https',
                sslCertificate:
                  ingress.written.certificate === undefined
                    ? undefined
                    : part('sslCertificates', ingress.written.name),
                hostName: ingress.written.host,
              },
            }),
          ),
          requestRoutingRules: published.map((ingress, index) =>
            located(ingress, {
              name: ingress.written.name,
              properties: {
                ruleType: 'Basic',
                priority: 100 + index * 10,
                httpListener: part('httpListeners', ingress.written.name),
                backendAddressPool: part('backendAddressPools', ingress.written.name),
                backendHttpSettings: part('backendHttpSettingsCollection', ingress.written.name),
              },
            }),
          ),
        },
      },
    }),
  ];
}

const wafPolicyId = (plan: Plan): string =>
  plan.names.id(
    'Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies',
    plan.names.of('waf'),
  );

/** Prevention with the default rule set: detection only writes down what it lets through (azure-networking 9.2). */
function wafPolicy(plan: Plan, at: ReturnType<Plan['at']>): AzureResource {
  return azureResource(plan, {
    type: 'Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies',
    names: [plan.names.of('waf')],
    api: NETWORK_API,
    at,
    body: {
      properties: {
        policySettings: { state: 'Enabled', mode: 'Prevention', requestBodyCheck: true },
        managedRules: {
          managedRuleSets: [
            { ruleSetType: 'Microsoft_DefaultRuleSet', ruleSetVersion: '2.1' },
            { ruleSetType: 'Microsoft_BotManagerRuleSet', ruleSetVersion: '1.0' },
          ],
        },
      },
    },
  });
}
