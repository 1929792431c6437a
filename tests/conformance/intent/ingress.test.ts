import { describe, expect, it } from 'vitest';
import {
  answers,
  check,
  faults,
  object,
  page,
  resource,
  type World,
  worldOf,
} from './page-world.ts';

/** One ingress intent is DNAT or a listener, the annotations of the Service, and the policy: both directions are walked. */

const PODS = [
  ['shop', 'front'],
  ['shop', 'other'],
] as const;

const published = (more: string) =>
  worldOf(
    page(`ingress:
  - { name: web, to: { namespace: shop, app: front }, targetPort: 8080, ${more} }
`),
    PODS,
  );

const AT_FIREWALL = 'publicip:pip-shop-afw-001-prod-westeurope';
const AT_GATEWAY = 'publicip:pip-shop-agw-prod-westeurope';

function inboundPort(world: World, group: string): unknown {
  const { securityRules } = resource(world, `/networksecuritygroups/${group}`).properties;
  return securityRules.find(({ name }: { name: string }) => name === 'allow-web')?.properties;
}

describe('by DNAT at the firewall', () => {
  // Front ends: a /27 after nodes (/24): 10.1.1.0/27; the first one five above its start.
  const world = published('port: 8443, via: firewall, from: [203.0.113.0/24]');

  it('the rule names the clients and leads to the internal front end and the port of the Service (aks 8.4)', async () => {
    const { ruleCollections } = resource(await world, '/rcg-ingress').properties;
    expect(ruleCollections[0].rules[0]).toMatchObject({
      ruleType: 'NatRule',
      ipProtocols: ['TCP'],
      sourceAddresses: ['203.0.113.0/24'],
      destinationPorts: ['8443'],
      translatedAddress: '10.1.1.5',
      translatedPort: '8443',
    });
  });

  it('the Service is internal, in its subnet, at that address, and keeps the caller (AKS-70)', async () => {
    const service = object(await world, 'Service shop/front');
    expect(service.metadata.annotations).toEqual({
      'service.beta.kubernetes.io/azure-load-balancer-internal': 'true',
      'service.beta.kubernetes.io/azure-load-balancer-internal-subnet': 'snet-shop-ingress',
      'service.beta.kubernetes.io/azure-load-balancer-ipv4': '10.1.1.5',
    });
    expect(service.spec).toMatchObject({
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      ports: [{ port: 8443, targetPort: 8080, protocol: 'TCP' }],
    });
  });

  it('policy and security group admit the firewall, which is whom they see (AKS-76)', async () => {
    const { ingress } = object(await world, 'NetworkPolicy shop/allow-front').spec;
    expect(ingress).toEqual([
      { from: [{ ipBlock: { cidr: '10.0.0.0/26' } }], ports: [{ protocol: 'TCP', port: 8080 }] },
    ]);
    expect(inboundPort(await world, 'nsg-shop-prod-westeurope')).toMatchObject({
      sourceAddressPrefix: '10.0.0.0/26',
      destinationAddressPrefix: '10.1.1.5',
      destinationPortRange: '8443',
    });
  });

  it('named clients arrive and are answered, others do not', async () => {
    expect(answers(await world, '203.0.113.9', `${AT_FIREWALL}:8443`)).toBe('allowed');
    expect(answers(await world, '198.51.100.9', `${AT_FIREWALL}:8443`)).toBe('denied');
  });

  it('two intents on one port listen on two addresses', async () => {
    const both = await worldOf(
      page(`ingress:
  - { name: web, to: { namespace: shop, app: front }, port: 9000, via: firewall, from: [203.0.113.0/24] }
  - { name: two, to: { namespace: shop, app: other }, port: 9000, via: firewall, from: [203.0.113.0/24] }
`),
      PODS,
    );
    const { rules } = resource(both, '/rcg-ingress').properties.ruleCollections[0];
    expect(
      rules.map(
        ({ destinationAddresses }: { destinationAddresses: { missing: string }[] }) =>
          destinationAddresses[0]?.missing,
      ),
    ).toEqual([
      'the address of pip-shop-afw-001-prod-westeurope',
      'the address of pip-shop-afw-002-prod-westeurope',
    ]);
  });
});

describe('by an Application Gateway with a WAF', () => {
  it('beside the firewall: open to the internet, HTTPS with a certificate that stays in its vault', async () => {
    const world = await published('certificate: "https://kv.vault.azure.net/secrets/web"');
    const { properties, identity } = resource(world, '/agw-shop-prod-westeurope');
    expect(properties.httpListeners[0].properties.protocol).toBe('Https');
    expect(properties.sslCertificates[0].properties).toEqual({
      keyVaultSecretId: 'https://kv.vault.azure.net/secrets/web',
    });
    expect(identity.type).toBe('UserAssigned');
    expect(properties.backendAddressPools[0].properties.backendAddresses).toEqual([
      { ipAddress: '10.1.2.5' },
    ]);
    expect(answers(world, '198.51.100.9', `${AT_GATEWAY}:443`)).toBe('allowed');
    expect(answers(world, '198.51.100.9', `${AT_GATEWAY}:80`)).toBe('denied');
    expect(faults(world)).toEqual([]);
  });

  it('the gateway has no default route to the firewall: it would break (AZS-63)', async () => {
    const world = await published('via: waf');
    const { routeTable } = resource(world, '/subnets/snet-agw').properties;
    expect(routeTable).toBeUndefined();
  });

  it('before the firewall: both ways lead through it, and a rule admits the gateway (azure-networking 10.4)', async () => {
    const world = await published('via: waf-then-firewall');
    const routes = (part: string) =>
      resource(world, `/routetables/${part}`).properties.routes.map(
        ({ properties }: { properties: { addressPrefix: string } }) => properties.addressPrefix,
      );
    // Front ends 10.1.2.0/27, gateway 10.1.1.0/24.
    expect(routes('rt-shop-agw-prod-westeurope')).toEqual(['10.1.2.0/27']);
    expect(routes('rt-shop-prod-westeurope')).toEqual(['0.0.0.0/0', '10.1.1.0/24']);
    const { ruleCollections } = resource(world, '/rcg-workloads').properties;
    expect(ruleCollections[0].rules[0]).toMatchObject({
      sourceAddresses: ['10.1.1.0/24'],
      destinationAddresses: ['10.1.2.5'],
      destinationPorts: ['80'],
    });
    expect(answers(world, '198.51.100.9', `${AT_GATEWAY}:80`)).toBe('allowed');
    expect(faults(world)).toEqual([]);
  });

  it('behind the firewall: DNAT leads to its private front end, and it admits the firewall only (azure-networking 10.5)', async () => {
    const world = await published('via: firewall-then-waf, from: [203.0.113.0/24]');
    const { ruleCollections } = resource(world, '/rcg-ingress').properties;
    expect(ruleCollections[0].rules[0]).toMatchObject({
      translatedAddress: '10.1.1.250',
      translatedPort: '80',
    });
    expect(inboundPort(world, 'nsg-shop-agw-prod-westeurope')).toMatchObject({
      sourceAddressPrefix: '10.0.0.0/26',
    });
    expect(answers(world, '203.0.113.9', `${AT_FIREWALL}:80`)).toBe('allowed');
    expect(answers(world, '198.51.100.9', `${AT_FIREWALL}:80`)).toBe('denied');
    expect(answers(world, '203.0.113.9', `${AT_GATEWAY}:80`)).toBe('denied');
  });
});

describe('other ways in', () => {
  it('from private networks only: nothing is public, on-premises clients arrive', async () => {
    const text = page(`ingress:
  - { name: web, to: { namespace: shop, app: front }, targetPort: 8080, via: private }
`).replace('/24\nspokes', '/24\n  gateway: { kind: vpn, onPremises: [192.168.0.0/16] }\nspokes');
    const world = await worldOf(text, PODS);
    const names = [...world.snapshot.resources.values()].map(({ type }) => type);
    expect(names.filter((type) => type.endsWith('/applicationgateways'))).toEqual([]);
    expect(object(world, 'NetworkPolicy shop/allow-front').spec.ingress[0].from).toEqual([
      { ipBlock: { cidr: '192.168.0.0/16' } },
    ]);
  });

  it('through a Gateway: the Service stays inside, the Gateway has the internal front end (Gateway API)', async () => {
    const world = await published('through: gateway, host: shop.example.com');
    expect(object(world, 'Service shop/front').spec.type).toBe('ClusterIP');
    const { spec } = object(world, 'Gateway shop/web');
    expect(spec.gatewayClassName).toBe('approuting-istio');
    expect(spec.addresses).toEqual([{ type: 'IPAddress', value: '10.1.2.5' }]);
    expect(spec.infrastructure.annotations).toMatchObject({
      'service.beta.kubernetes.io/azure-load-balancer-internal': 'true',
    });
    expect(object(world, 'HTTPRoute shop/web').spec).toEqual({
      parentRefs: [{ name: 'web' }],
      hostnames: ['shop.example.com'],
      rules: [{ backendRefs: [{ name: 'front', port: 80 }] }],
    });
    // Only the proxies of this Gateway may call the pods.
    expect(object(world, 'NetworkPolicy shop/allow-front').spec.ingress).toEqual([
      {
        from: [
          { podSelector: { matchLabels: { 'gateway.networking.k8s.io/gateway-name': 'web' } } },
        ],
        ports: [{ protocol: 'TCP', port: 8080 }],
      },
    ]);
  });

  it('through a Gateway whose proxies are not in the input: whether policies admit them is open, not denied', async () => {
    const world = await published('through: gateway');
    expect(faults(world, 'ingress/ingress-policy-blocks-controller')).toEqual([]);
  });

  it('nothing that is published is asymmetric', async () => {
    for (const via of ['waf', 'waf-then-firewall', 'firewall', 'firewall-then-waf']) {
      const report = check(await published(`via: ${via}, from: [203.0.113.0/24]`));
      expect(report.outcomes.failed, via).not.toContain('ingress/asymmetric-return');
      expect(report.outcomes.failed, via).not.toContain('ingress/dnat-target-unreachable');
    }
  });
});
