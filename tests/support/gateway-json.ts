import {
  ingressControllers,
  planApplicationGateways,
  type ServiceSeat,
} from '../../src/lab/plan/ingress/index.ts';
import { readPerimeter } from '../../src/model/index.ts';
import { type Json, snapshotOf } from './snapshot-of.ts';

/** Application gateways as ARM writes them, short enough to read in a test. */

const GROUP = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers';
export const GATEWAY_ID = `${GROUP}/Microsoft.Network/applicationGateways/agw`;
const policyId = (name: string): string =>
  `${GROUP}/Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies/${name}`;
const part = (collection: string, name: string): Json => ({
  id: `${GATEWAY_ID}/${collection}/${name}`,
});

export interface GatewayPort {
  readonly name: string;
  readonly port: number;
  readonly hosts?: readonly string[];
  readonly tls?: boolean;
  readonly priority?: number;
  /** Pool of its basic rule; a path map takes its place when `paths` is given. */
  readonly pool?: string;
  readonly settings?: string;
  readonly paths?: readonly Json[];
  readonly redirect?: string;
  readonly policy?: string;
}

export function gatewayJson(input: {
  readonly listeners: readonly GatewayPort[];
  readonly pools: Readonly<Record<string, readonly Json[]>>;
  readonly settings: Readonly<Record<string, Json>>;
  readonly redirects?: Readonly<Record<string, Json>>;
  readonly policy?: string;
  readonly more?: Json;
}): Json {
  const named = (entries: Readonly<Record<string, unknown>>): readonly Json[] =>
    Object.entries(entries).map(([name, properties]) => ({ name, properties }));
  return {
    type: 'Microsoft.Network/applicationGateways',
    name: 'agw',
    properties: {
      sku: { name: 'WAF_v2', tier: 'WAF_v2' },
      ...(input.policy === undefined ? {} : { firewallPolicy: { id: policyId(input.policy) } }),
      frontendIPConfigurations: [{ name: 'public', properties: {} }],
      frontendPorts: input.listeners.map(({ name, port }) => ({ name, properties: { port } })),
      backendAddressPools: Object.entries(input.pools).map(([name, backendAddresses]) => ({
        name,
        properties: { backendAddresses },
      })),
      backendHttpSettingsCollection: named(input.settings),
      redirectConfigurations: named(input.redirects ?? {}),
      httpListeners: input.listeners.map(({ name, hosts, tls, policy }) => ({
        name,
        properties: {
          frontendIPConfiguration: part('frontendIPConfigurations', 'public'),
          frontendPort: part('frontendPorts', name),
          protocol: tls === true ? 'Https' : 'Http',
          ...(hosts === undefined ? {} : { hostNames: hosts }),
          ...(policy === undefined ? {} : { firewallPolicy: { id: policyId(policy) } }),
        },
      })),
      urlPathMaps: input.listeners.flatMap(({ name, paths, pool, settings }) =>
        paths === undefined
          ? []
          : [
              {
                name,
                properties: {
                  defaultBackendAddressPool: part('backendAddressPools', pool ?? 'shop'),
                  defaultBackendHttpSettings: part(
                    'backendHttpSettingsCollection',
                    settings ?? 'web',
                  ),
                  pathRules: paths.map((one) => pathRule(one)),
                },
              },
            ],
      ),
      requestRoutingRules: input.listeners.map(
        ({ name, priority, pool, settings, paths, redirect }, index) => ({
          name: `to-${name}`,
          properties: {
            priority: priority ?? 100 + index,
            httpListener: part('httpListeners', name),
            ...(redirect !== undefined
              ? { redirectConfiguration: part('redirectConfigurations', redirect) }
              : paths !== undefined
                ? { urlPathMap: part('urlPathMaps', name) }
                : {
                    backendAddressPool: part('backendAddressPools', pool ?? 'shop'),
                    backendHttpSettings: part('backendHttpSettingsCollection', settings ?? 'web'),
                  }),
          },
        }),
      ),
      ...input.more,
    },
  };
}

function pathRule(rule: Json): Json {
  const { name, paths, pool, settings, policy, redirect } = rule;
  return {
    name,
    properties: {
      paths,
      ...(redirect === undefined
        ? {
            backendAddressPool: part('backendAddressPools', String(pool ?? 'shop')),
            backendHttpSettings: part('backendHttpSettingsCollection', String(settings ?? 'web')),
          }
        : { redirectConfiguration: part('redirectConfigurations', String(redirect)) }),
      ...(policy === undefined ? {} : { firewallPolicy: { id: policyId(String(policy)) } }),
    },
  };
}

export const wafPolicyJson = (name: string, properties: Json): Json => ({
  type: 'Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies',
  name,
  properties: {
    managedRules: {
      managedRuleSets: [{ ruleSetType: 'Microsoft_DefaultRuleSet', ruleSetVersion: '2.1' }],
    },
    ...properties,
  },
});

/** The plan of the only gateway, listening on loopback; its rules come from Ingresses of its class where there are any. */
export function planGateway(
  resources: readonly Json[],
  objects: readonly Json[] = [],
  services: readonly ServiceSeat[] = [],
) {
  const perimeter = readPerimeter(snapshotOf(resources, objects));
  const gateway = perimeter.applicationGateways.get(GATEWAY_ID.toLowerCase());
  if (gateway === undefined) throw new Error('no gateway in the input');
  const frontends = new Map(gateway.frontends.map(({ key }) => [key, '127.0.0.1']));
  return planApplicationGateways({
    perimeter,
    seats: [
      {
        gateway,
        host: 'agw',
        address: '127.0.0.1',
        frontends,
        resolvers: ['127.0.0.53'],
        ingresses: ingressControllers(perimeter.kubernetes).forApplicationGateway,
        services,
      },
    ],
  });
}
