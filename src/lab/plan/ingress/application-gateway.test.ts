import { describe, expect, it } from 'vitest';
import {
  type GatewayPort,
  gatewayJson,
  planGateway,
} from '../../../../tests/support/gateway-json.ts';

const UNKNOWN = { $unknown: '[parameters(x)]', missing: 'a value for parameter x' };

function planOf(
  listeners: readonly GatewayPort[],
  more: Partial<Parameters<typeof gatewayJson>[0]> = {},
) {
  const plan = planGateway([
    gatewayJson({
      listeners,
      pools: { shop: [{ ipAddress: '10.0.0.4' }] },
      settings: { web: { port: 80, protocol: 'Http' } },
      ...more,
    }),
  ]);
  const nginx = plan.files.find(({ path }) => path.endsWith('nginx.conf'))?.text ?? '';
  return { ...plan, nginx, said: plan.gaps.map(({ what, why }) => `${what}: ${why}`) };
}

describe('the stand-in of an application gateway', () => {
  it('a listener whose port is not known is left out and said; without another nothing runs', () => {
    const { said, files, processes } = planOf([
      { name: 'site', port: UNKNOWN as unknown as number },
    ]);
    expect(said).toEqual([
      'application gateway agw: listener site: a value for parameter x is not known: it is left out',
      'application gateway agw: no listener could be planned: nothing answers',
    ]);
    expect([files, processes]).toEqual([[], []]);
  });

  it('a member of a pool that is not known is no member, and a pool of nobody answers 502', () => {
    const { said, nginx } = planOf([{ name: 'site', port: 80 }], {
      pools: { shop: [{ ipAddress: UNKNOWN }] },
    });
    expect(said).toEqual([
      'application gateway agw: backend pool shop: a value for parameter x is not known',
      'application gateway agw: rule to-site: any member of its backend pool is not known: the lab answers 502',
    ]);
    expect(nginx).toContain('return 502;');
    expect(nginx).not.toContain('proxy_pass');
  });

  it('names of backends are resolved when they are asked, addresses are taken in turn', () => {
    const { nginx } = planOf(
      [
        { name: 'names', port: 81, pool: 'names' },
        { name: 'addresses', port: 82, pool: 'addresses' },
      ],
      {
        pools: {
          names: [{ fqdn: 'app.contoso.com' }],
          addresses: [{ ipAddress: '10.0.0.4' }, { ipAddress: '10.0.0.5' }],
        },
      },
    );
    expect(nginx).toContain('* "app.contoso.com:80";');
    expect(nginx).toContain('proxy_pass http://$agw_backend_1;');
    expect(nginx).toContain('server 10.0.0.4:80;\n    server 10.0.0.5:80;');
    expect(nginx).toContain('resolver 127.0.0.53 ipv6=off;');
  });

  it('a listener behind one that takes every name is never reached, and that is said', () => {
    const { said, nginx } = planOf([
      { name: 'all', port: 80, priority: 10 },
      { name: 'late', port: 80, hosts: ['shop.example'], priority: 20 },
    ]);
    expect(said).toEqual([
      'application gateway agw: listener late: rule to-all comes first and takes every host name of port 127.0.0.1:80',
    ]);
    expect(nginx).not.toContain('shop.example');
  });

  it('what the lab does not do is said once for each kind', () => {
    const { said } = planOf([{ name: 'site', port: 80 }], {
      more: {
        probes: [{ name: 'a' }, { name: 'b' }],
        sslProfiles: [{ name: 'c' }],
        rewriteRuleSets: [{ name: 'unused' }],
      },
    });
    expect(said).toEqual([
      'application gateway agw: probes: health probes are not sent',
      'application gateway agw: sslProfiles: client certificates are not asked for',
    ]);
  });

  it('asks for a certificate with the names and addresses of its listener', () => {
    const { certificates } = planOf([
      { name: 'Site One', port: 443, tls: true, hosts: ['shop.example', '*.shop.example'] },
    ]);
    expect(certificates).toEqual([
      {
        certificate: 'web/agw/tls/site_one.crt',
        key: 'web/agw/tls/site_one.key',
        names: ['shop.example', '*.shop.example', '127.0.0.1'],
      },
    ]);
  });

  it('the same input gives the same bytes', () => {
    const listeners = [{ name: 'site', port: 80 }];
    expect(JSON.stringify(planOf(listeners))).toBe(JSON.stringify(planOf(listeners)));
  });
});
