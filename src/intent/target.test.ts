import { describe, expect, it } from 'vitest';
import { isWeb, parseTarget } from './target.ts';

describe('a destination', () => {
  it.each([
    [
      'api.stripe.com',
      { kind: 'name', name: 'api.stripe.com', ports: [{ port: '443', protocol: 'TCP' }] },
    ],
    [
      'API.Stripe.com:80',
      { kind: 'name', name: 'api.stripe.com', ports: [{ port: '80', protocol: 'TCP' }] },
    ],
    ['*.x.io:443', { kind: 'name', name: '*.x.io' }],
    [
      '10.0.0.0/8:1433',
      { kind: 'range', prefix: '10.0.0.0/8', ports: [{ port: '1433', protocol: 'TCP' }] },
    ],
    [
      '192.0.2.7:53/udp',
      { kind: 'range', prefix: '192.0.2.7/32', ports: [{ port: '53', protocol: 'UDP' }] },
    ],
    ['tag:Storage.westeurope:443', { kind: 'tag', tag: 'Storage.westeurope' }],
    ['x.io:80,443,8000-8999', { ports: [{ port: '80' }, { port: '443' }, { port: '8000-8999' }] }],
  ])('%s', (text, expected) => {
    expect(parseTarget(text)).toMatchObject(expected);
  });

  it.each([
    ['', 'write NAME:PORT, RANGE:PORT or tag:SERVICETAG:PORT'],
    ['x.io:0', '`0` is no port'],
    ['x.io:9-3', '`9-3` is no port'],
    ['10.0.0.1/8:443', '`10.0.0.1/8` has bits set beyond its length'],
    ['10.0.0.300', '`10.0.0.300` is no address and no range'],
    ['*', '`*` is no name: write `api.example.com` or `*.example.com`'],
    ['a*.x.io', '`a*.x.io` is no name: write `api.example.com` or `*.example.com`'],
    ['tag:no tag', '`no tag` is no service tag'],
    ['::1', 'write NAME:PORT, RANGE:PORT or tag:SERVICETAG:PORT'],
  ])('that is none is told: %s', (text, fault) => {
    expect(parseTarget(text)).toBe(fault);
  });

  it('is filtered by name only where the firewall reads requests', () => {
    const web = (text: string) => {
      const target = parseTarget(text);
      return typeof target !== 'string' && isWeb(target);
    };
    expect(web('x.io:443')).toBe(true);
    expect(web('x.io:80,443')).toBe(true);
    expect(web('x.io:5432')).toBe(false);
    expect(web('x.io:443/udp')).toBe(false);
    expect(web('10.0.0.0/8:443')).toBe(false);
  });
});
