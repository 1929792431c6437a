import { describe, expect, it } from 'vitest';
import { codesOf, only, perimeterOf, told } from '../../../tests/support/read.ts';
import type { Json } from '../../../tests/support/snapshot-of.ts';
import { isUnknown } from '../../values/index.ts';

const TYPE = 'Microsoft.Network/applicationGateways';
const OWN = `/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/${TYPE}/gw`;
const part = (collection: string, name: string) => ({ id: `${OWN}/${collection}/${name}` });
const named = (name: string, properties: Json) => ({ name, properties });

const PROPERTIES: Json = {
  sku: { name: 'WAF_v2', tier: 'WAF_v2' },
  gatewayIPConfigurations: [named('ip', { subnet: { id: '/Subnets/GW' } })],
  frontendIPConfigurations: [
    named('public', { publicIPAddress: { id: '/pip' } }),
    named('Private', { privateIPAddress: '10.0.2.4' }),
  ],
  frontendPorts: [named('https', { port: 443 })],
  backendAddressPools: [
    named('api', { backendAddresses: [{ ipAddress: '10.0.1.10' }, { fqdn: 'api.example' }] }),
    named('web', { backendAddresses: [{ fqdn: '10.0.1.20' }] }),
  ],
  backendHttpSettingsCollection: [named('plain', { port: '8080', protocol: 'Http' })],
  httpListeners: [
    named('main', {
      frontendIPConfiguration: part('frontendIPConfigurations', 'Private'),
      frontendPort: part('frontendPorts', 'https'),
      protocol: 'Https',
      hostNames: [],
      hostName: 'shop.example',
    }),
  ],
  urlPathMaps: [
    named('paths', {
      defaultBackendAddressPool: part('backendAddressPools', 'web'),
      defaultBackendHttpSettings: part('backendHttpSettingsCollection', 'plain'),
      pathRules: [
        named('api', {
          paths: ['/api/*'],
          backendAddressPool: part('backendAddressPools', 'api'),
          backendHttpSettings: part('backendHttpSettingsCollection', 'plain'),
        }),
      ],
    }),
  ],
  requestRoutingRules: [
    named('route', {
      ruleType: 'PathBasedRouting',
      priority: 10,
      httpListener: part('httpListeners', 'main'),
      urlPathMap: part('urlPathMaps', 'paths'),
    }),
  ],
};

function gateway(change: Json = {}, more: Json = {}) {
  const properties = { ...PROPERTIES, ...change };
  const perimeter = perimeterOf([{ type: TYPE, name: 'gw', properties, ...more }]);
  return { gateway: only(perimeter.applicationGateways), codes: codesOf(perimeter), perimeter };
}

describe('application gateways', () => {
  it('resolves listeners and path rules to where requests go', () => {
    const { gateway: read, codes } = gateway();
    expect(codes).toEqual([]);
    const listener = only(read.listeners);
    expect(listener).toMatchObject({ port: 443, protocol: 'Https', hostNames: ['shop.example'] });
    expect(listener.frontend).toMatchObject({ key: read.frontends[1]?.key });
    expect(read.subnet).toMatchObject({ key: '/subnets/gw' });
    expect(
      read.routes.map((route) => ({
        listener: route.listenerKey === listener.key,
        priority: route.priority,
        paths: route.paths,
        port: route.backendPort,
        backends: route.backends.map((each) =>
          each.kind === 'fqdn' ? each.fqdn : told(each.address),
        ),
      })),
    ).toEqual([
      {
        listener: true,
        priority: 10,
        paths: ['/api/*'],
        port: 8080,
        backends: ['10.0.1.10', 'api.example'],
      },
      { listener: true, priority: 10, paths: [], port: 8080, backends: ['10.0.1.20'] },
    ]);
  });

  it('a backend pool that is not there is one unknown backend, never none', () => {
    const rule = named('r', {
      httpListener: part('httpListeners', 'main'),
      backendAddressPool: part('backendAddressPools', 'gone'),
    });
    const { backends } = only(gateway({ requestRoutingRules: [rule] }).gateway.routes);
    expect(backends).toMatchObject([{ kind: 'address', address: { kind: 'unknown' } }]);
  });

  it('a listener whose host is unknown does not take every host for certain', () => {
    const listener = named('l', {
      frontendIPConfiguration: part('frontendIPConfigurations', 'public'),
      frontendPort: part('frontendPorts', 'https'),
      hostName: { $unknown: 'host', missing: 'the host' },
    });
    const read = only(gateway({ httpListeners: [listener] }).gateway.listeners);
    expect(told(read.port)).toBe('?the host');
  });

  it('a redirect is told', () => {
    const rule = named('r', {
      httpListener: part('httpListeners', 'main'),
      redirectConfiguration: part('redirectConfigurations', 'to-https'),
    });
    expect(only(gateway({ requestRoutingRules: [rule] }).gateway.routes)).toMatchObject({
      redirects: true,
      backends: [],
    });
  });

  it('reads the firewall inside, and the tag of an isolated gateway', () => {
    const { gateway: read } = gateway(
      {
        webApplicationFirewallConfiguration: {
          enabled: true,
          firewallMode: 'Detection',
          ruleSetType: 'OWASP',
          ruleSetVersion: '3.1',
        },
      },
      { tags: { enhancedNetworkControl: 'True' } },
    );
    expect(read.inlineWaf).toMatchObject({
      enabled: true,
      mode: 'Detection',
      ruleSetVersion: '3.1',
    });
    expect(read.isIsolated).toBe(true);
    expect(gateway().gateway.isIsolated).toBe(false);
  });

  it('listeners without HTTP are a gap', () => {
    const { perimeter } = gateway({ listeners: [named('tcp', {})] });
    expect(perimeter.gaps.map((gap) => gap.what)).toEqual(['applicationGateways/listeners']);
  });
});

describe('WAF policies', () => {
  it('reads state, mode, rule sets and own rules', () => {
    const perimeter = perimeterOf([
      {
        type: 'Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies',
        name: 'waf',
        properties: {
          policySettings: { state: 'enabled', mode: 'Prevention', requestBodyCheck: 'true' },
          managedRules: { managedRuleSets: [{ ruleSetType: 'OWASP', ruleSetVersion: '3.2' }] },
          customRules: [
            { name: 'block', priority: 5, action: 'Block', ruleType: 'MatchRule' },
            { name: 'off', priority: 6, action: 'Allow', state: 'Disabled' },
          ],
        },
      },
    ]);
    const policy = only(perimeter.wafPolicies);
    expect(policy).toMatchObject({ state: 'Enabled', mode: 'Prevention', requestBodyCheck: true });
    expect(policy.ruleSets).toMatchObject([{ type: 'OWASP', version: '3.2' }]);
    expect(policy.customRules).toMatchObject([
      { name: 'block', enabled: true },
      { name: 'off', enabled: false },
    ]);
  });

  it('a mode nobody knows stays unknown', () => {
    const perimeter = perimeterOf([
      {
        type: 'Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies',
        name: 'waf',
        properties: { policySettings: { mode: { $unknown: 'mode' } } },
      },
    ]);
    expect(isUnknown(only(perimeter.wafPolicies).mode)).toBe(true);
  });
});
