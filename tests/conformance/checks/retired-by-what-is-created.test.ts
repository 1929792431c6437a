import { describe, expect, it } from 'vitest';
import { outcomeOf, pinCheck } from '../../support/check-cases.ts';
import type { Json } from '../../support/snapshot-of.ts';
import { objectsOf } from './kubernetes-world.ts';

// azure-networking.md 4.2: API versions after 31 March 2026 make subnets of new networks private.
describe('default outbound access', () => {
  const ID = 'retired/default-outbound-access';
  const vnet = (apiVersion: string | undefined, subnet: Json = {}): Json => ({
    type: 'Microsoft.Network/virtualNetworks',
    name: 'net',
    ...(apiVersion === undefined ? {} : { apiVersion }),
    properties: {
      addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
      subnets: [{ name: 'nodes', properties: { addressPrefix: '10.0.0.0/24', ...subnet } }],
    },
  });
  const table: Json = {
    id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/routeTables/rt',
    type: 'Microsoft.Network/routeTables',
    name: 'rt',
    properties: {
      routes: [
        {
          name: 'default',
          properties: {
            addressPrefix: '0.0.0.0/0',
            nextHopType: 'VirtualAppliance',
            nextHopIpAddress: '10.0.1.4',
          },
        },
      ],
    },
  };

  pinCheck(ID, {
    pass: { resources: [vnet('2026-05-01', { defaultOutboundAccess: false })] },
    fail: {
      resources: [vnet('2026-05-01')],
      says: 'nodes: since 2026-03-31 subnets of new virtual',
    },
    unknown: {
      resources: [vnet('2026-05-01', { defaultOutboundAccess: { $unknown: 'isPrivate' } })],
    },
  });

  it.each<[string, readonly Json[], string]>([
    ['an older API version leaves the access', [vnet('2024-05-01')], 'pass'],
    ['a network that exists keeps what it has', [vnet(undefined)], 'not-applicable'],
    [
      'behind a firewall nothing needs it',
      [vnet('2026-05-01', { routeTable: { id: table['id'] as string } }), table],
      'pass',
    ],
  ])(`${ID}: %s`, (_, resources, kind) => {
    expect(outcomeOf(ID, { resources }).kind).toBe(kind);
  });
});

// aks.md 10.1: the upstream project stopped; a class called nginx may belong to somebody else's controller.
describe('Ingress-NGINX', () => {
  const ID = 'retired/ingress-nginx';
  const ingress = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: shop }
spec: { ingressClassName: nginx, defaultBackend: { service: { name: web, port: { number: 80 } } } }`;
  const servedBy = (controller: string) => `
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: { name: nginx }
spec: { controller: ${controller} }`;
  const objects = (...documents: readonly string[]) => ({
    objects: objectsOf(documents.join('\n---\n')),
  });

  pinCheck(ID, {
    pass: objects(ingress, servedBy('nginx.org/ingress-controller')),
    fail: {
      ...objects(ingress, servedBy('k8s.io/ingress-nginx')),
      says: 'shop/web: since 2026-03 the upstream Ingress-NGINX project stopped',
    },
    unknown: { ...objects(ingress), says: 'the controller of IngressClass `nginx`' },
  });

  it(`${ID}: the day decides how the finding speaks`, () => {
    const input = objects(ingress, servedBy('k8s.io/ingress-nginx'));
    expect(outcomeOf(ID, { ...input, asOf: '2026-02-27' })).toMatchObject({
      findings: [{ severity: 'warning', message: expect.stringContaining('from 2026-03') }],
    });
    expect(outcomeOf(ID, input)).toMatchObject({ findings: [{ severity: 'error' }] });
  });
});
