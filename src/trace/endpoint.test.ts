import { describe, expect, it } from 'vitest';
import { parseEndpoint } from './endpoint.ts';

function check(text: string, expected: object): void {
  const parsed = parseEndpoint(text);
  expect(parsed.kind, text).toBe('endpoint');
  if (parsed.kind === 'endpoint') expect(parsed.endpoint).toMatchObject(expected);
}

describe('parseEndpoint', () => {
  it('reads workloads with and without a namespace', () => {
    check('deploy:pets/order-service', {
      kind: 'workload',
      workload: 'Deployment',
      namespace: 'pets',
      name: 'order-service',
    });
    check('sts:rabbitmq', { kind: 'workload', workload: 'StatefulSet', name: 'rabbitmq' });
    check('pod:pets/web-0:8080', { kind: 'workload', workload: 'Pod', name: 'web-0', port: 8080 });
  });

  it('reads names and addresses with a port and a protocol', () => {
    check('api.stripe.com:443', { kind: 'name', name: 'api.stripe.com', port: 443 });
    check('10.0.0.4:53/udp', { kind: 'address', port: 53, protocol: 'udp' });
    check('[2001:db8::1]:443', { kind: 'address', port: 443, ip: { family: 6 } });
    check('2001:db8::1', { kind: 'address', ip: { family: 6 } });
  });

  it('reads the named places', () => {
    check('internet', { kind: 'internet' });
    check('apiserver', { kind: 'api-server' });
    check('apiserver:443', { kind: 'api-server', port: 443 });
    check('node:nodepool1', { kind: 'node', pool: 'nodepool1' });
    check('node:aks-blue/nodepool1', { kind: 'node', cluster: 'aks-blue', pool: 'nodepool1' });
    check('onprem:10.1.0.0/16', { kind: 'on-premises', prefix: { length: 16 } });
    check('publicip:pip-fw', { kind: 'public-ip', name: 'pip-fw' });
    check('publicip:rg-hub/pip-fw:443', {
      kind: 'public-ip',
      resourceGroup: 'rg-hub',
      name: 'pip-fw',
      port: 443,
    });
    check('service:pets/store-front:80', {
      kind: 'service',
      namespace: 'pets',
      name: 'store-front',
      port: 80,
    });
    check('ingress:shop.example.com/cart', {
      kind: 'ingress',
      host: 'shop.example.com',
      path: '/cart',
    });
    check('private-endpoint:pe-vault:443', {
      kind: 'private-endpoint',
      name: 'pe-vault',
      port: 443,
    });
  });

  it('reads a port behind every kind of destination', () => {
    check('node:nodepool1:10250', { kind: 'node', pool: 'nodepool1', port: 10250 });
    check('node:22', { kind: 'node', port: 22 });
    check('internet:53/udp', { kind: 'internet', port: 53, protocol: 'udp' });
    check('onprem:10.1.0.0/16:1433', { kind: 'on-premises', prefix: { length: 16 }, port: 1433 });
    check('onprem:2001:db8::/32', { kind: 'on-premises', prefix: { family: 6, length: 32 } });
    check('ingress:shop.example.com:8443/cart', { kind: 'ingress', port: 8443, path: '/cart' });
  });

  it('says what is wrong with the rest', () => {
    for (const text of [
      '',
      'nonsense',
      'deploy:',
      'foo:bar',
      'a.example:99999',
      'onprem:10.0.0.0/40',
      'ingress:',
      'onprem:',
      'publicip:',
      'node:/',
    ]) {
      const parsed = parseEndpoint(text);
      expect(parsed.kind, text).toBe('problem');
      if (parsed.kind === 'problem') expect(parsed.hint).not.toBe('');
    }
  });
});
