import { describe, expect, it } from 'vitest';
import type { ApplicationRule } from '../../../src/model/index.ts';
import type { Port } from '../../../src/net/index.ts';
import { matchUrl, parseUrlPattern } from '../../../src/semantics/firewall/index.ts';
import {
  applicationCollection,
  applicationRule,
  exact,
  firewall,
  flow,
  fqdns,
  http,
  https,
  name,
  networkCollection,
  networkRule,
  sources,
  terms,
  unknown,
  within,
} from './build-firewall.ts';
import { leaving, verdict } from './summary.ts';

const one = (rule: Partial<ApplicationRule>, tier: 'Basic' | 'Standard' | 'Premium' = 'Standard') =>
  firewall({
    firewall: { skuTier: tier },
    collections: [applicationCollection('c', 100, 'Allow', applicationRule('r', rule))],
  });
const HTTP_80 = [{ type: 'Http' as const, port: 80 as Port }];

describe('application rules', () => {
  it('AFW-42: they are tried only when no network rule matched', () => {
    const denied = firewall({
      collections: [
        networkCollection(
          'n',
          65000,
          'Deny',
          networkRule('r', { destinationAddresses: terms('*') }),
        ),
        applicationCollection('a', 100, 'Allow', applicationRule('r', { targetFqdns: fqdns('*') })),
      ],
    });
    expect(verdict(denied, https('a.example'))).toBe('deny n/r');
    const udp = https('a.example', { protocol: 'udp' });
    expect(verdict(one({ targetFqdns: fqdns('*') }), udp)).toBe('deny default deny');
  });

  it('AFW-43: the port speaks what the rule says it speaks', () => {
    const placement = one({
      protocols: [{ type: 'Http', port: 8080 as Port }],
      targetFqdns: fqdns('a.example'),
    });
    expect(verdict(placement, http('a.example', { destinationPort: 8080 as Port }))).toBe(
      'allow c/r',
    );
    expect(verdict(placement, http('a.example'))).toBe('deny default deny');
    expect(verdict(placement, https('a.example', { destinationPort: 8080 as Port }))).toBe(
      'deny default deny',
    );
  });

  it('AFW-44: HTTPS is matched by its server name and HTTP by its host, not by the name that was resolved', () => {
    const placement = one({ targetFqdns: fqdns('a.example') });
    const fronted = https('a.example', {
      destinationName: name('other.example'),
      destination: within('other.example', '20.0.0.0/8'),
    });
    expect(verdict(placement, fronted)).toBe('allow c/r');
    const reversed = https('other.example', { destinationName: name('a.example') });
    expect(verdict(placement, reversed)).toBe('deny default deny');
  });

  it('AFW-45: HTTPS without a server name is denied even by a rule for every name', () => {
    const bare = flow({ application: { kind: 'https' } });
    expect(verdict(one({ targetFqdns: fqdns('*') }), bare)).toBe(
      'deny SNI TLS extension was missing',
    );
  });

  it('AFW-E03 AFW-51: *.x.com does not cover x.com, *x.com covers look-alikes', () => {
    expect(verdict(one({ targetFqdns: fqdns('*.x.com') }), https('x.com'))).toBe(
      'deny default deny',
    );
    expect(verdict(one({ targetFqdns: fqdns('*.x.com') }), https('a.b.x.com'))).toBe('allow c/r');
    expect(verdict(one({ targetFqdns: fqdns('*x.com') }), https('evilx.com'))).toBe('allow c/r');
    expect(verdict(one({ targetFqdns: fqdns('www.x.*') }), https('www.x.com'))).toBe(
      'deny default deny',
    );
  });

  it('AFW-47: HTTP goes where the firewall resolves its host, whatever address the client used', () => {
    const placement = one({ protocols: HTTP_80, targetFqdns: fqdns('a.example') });
    const byAddress = http('a.example', { destination: exact('192.0.2.44') });
    const { destinationName: _none, ...asked } = byAddress;
    const resolve = () => exact('198.51.100.7');
    expect(leaving(placement, asked, { resolve })).toBe('20.51.7.8 → 198.51.100.7:80');
    expect(leaving(placement, asked)).toBe('20.51.7.8 → a.example:80');
  });

  it('AFW-48: HTTPS that is not inspected goes to the original address or to the one the firewall resolves', () => {
    const placement = one({ targetFqdns: fqdns('a.example') });
    const byAddress = https('a.example', { destination: exact('192.0.2.44') });
    const resolvedTo = (text: string) => ({ resolve: () => exact(text) });
    expect(leaving(placement, byAddress, resolvedTo('192.0.2.44'))).toBe(
      '20.51.7.8 → 192.0.2.44:443',
    );
    expect(leaving(placement, byAddress, resolvedTo('198.51.100.7'))).toBe(
      '20.51.7.8 → 192.0.2.44 or 198.51.100.7:443',
    );
  });

  it('AFW-49 AFW-E24: SQL is matched by name on port 1433; the redirect ports are not', () => {
    const placement = one({
      protocols: [{ type: 'Mssql', port: 1433 as Port }],
      targetFqdns: fqdns('db.database.windows.net'),
    });
    const sql = (port: number) =>
      https('db.database.windows.net', {
        destinationPort: port as Port,
        application: { kind: 'mssql', host: name('db.database.windows.net') },
      });
    expect(verdict(placement, sql(1433))).toBe('allow c/r');
    expect(verdict(placement, sql(11000))).toBe('deny default deny');
  });

  it('AFW-50: destination addresses decide only where every reading of them agrees', () => {
    const placement = one({
      targetFqdns: fqdns('a.example'),
      destinationAddresses: terms('198.51.100.0/24'),
    });
    const there = { destination: exact('198.51.100.7') };
    expect(verdict(placement, https('a.example', there))).toBe('allow c/r');
    expect(verdict(placement, https('a.example', { destination: exact('192.0.2.1') }))).toBe(
      'unknown: what destination addresses mean in an application rule',
    );
    expect(verdict(placement, https('b.example', { destination: exact('192.0.2.1') }))).toBe(
      'deny default deny',
    );
  });

  it('AFW-53 AFW-94: a target URL needs Premium, and HTTP or inspection', () => {
    const url = { targetUrls: fqdns('a.example/test') };
    const request = http('a.example', {
      application: { kind: 'http', host: name('a.example'), path: '/test?x=1' },
    });
    const plain = { ...url, protocols: HTTP_80 };
    expect(verdict(one(plain, 'Premium'), request)).toBe('allow c/r');
    expect(verdict(one(plain, 'Standard'), request)).toBe(
      'unknown: whether a firewall that is not Premium honours target URLs',
    );
    const secure = https('a.example', {
      application: { kind: 'https', serverName: name('a.example'), path: '/test' },
    });
    expect(verdict(one(url, 'Premium'), secure)).toBe('deny default deny');
    expect(verdict(one({ ...url, terminateTls: true }, 'Premium'), secure)).toBe('allow c/r');
    expect(verdict(one({ ...url, terminateTls: true }, 'Premium'), https('a.example'))).toBe(
      'unknown: the path of the request',
    );
  });

  it('AFW-52: what lies below a path written without asterisk is not documented', () => {
    expect(matchUrl(parseUrlPattern('h.com')!, 'h.com', '/below')).toBe('unknown');
    expect(matchUrl(parseUrlPattern('h.com/test')!, 'h.com', '/test/below')).toBe('unknown');
    expect(matchUrl(parseUrlPattern('h.com/test')!, 'h.com', '/testing')).toBe('no');
    expect(parseUrlPattern('https://h.com')).toBeUndefined();
  });

  it('AFW-56: only Microsoft knows the web category of a name', () => {
    expect(verdict(one({ webCategories: ['gambling'] }), https('a.example'))).toBe(
      'unknown: the web category of a.example',
    );
  });

  it('AFW-54: a tag that nobody documents leaves every name open, and a second doubt is no tag doubt', () => {
    const tagged = one({ fqdnTags: fqdns('WindowsUpdate') });
    expect(verdict(tagged, https('a.example'))).toBe(
      'unknown: whether FQDN tag WindowsUpdate contains a.example',
    );
    const doubtful = one({
      fqdnTags: fqdns('AzureKubernetesService'),
      sources: sources(unknown('a value for parameter nodes')),
    });
    expect(verdict(doubtful, https('mcr.microsoft.com'))).toBe(
      'unknown: a value for parameter nodes',
    );
  });

  it('AFW-42: a name or protocol that is not known leaves the rule open', () => {
    const open = one({ targetFqdns: [unknown('a value for parameter fqdn')] });
    expect(verdict(open, https('a.example'))).toBe('unknown: a value for parameter fqdn');
    const port = one({
      protocols: [{ type: 'Https', port: unknown('a value for parameter port') }],
      targetFqdns: fqdns('a.example'),
    });
    expect(verdict(port, https('a.example'))).toBe('unknown: a value for parameter port');
    expect(verdict(port, https('b.example'))).toBe('deny default deny');
  });
});
