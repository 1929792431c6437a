import { describe, expect, it } from 'vitest';
import type { DnatRule, NetworkRule } from '../../../src/model/index.ts';
import type { Port } from '../../../src/net/index.ts';
import {
  applicationCollection,
  applicationRule,
  dnatCollection,
  dnatRule,
  exact,
  type FirewallParts,
  firewall,
  flow,
  fqdns,
  http,
  networkCollection,
  networkRule,
  PUBLIC_ADDRESS,
  policy,
  ports,
  reference,
  sources,
  terms,
  tunnelled,
  unknown,
  within,
} from './build-firewall.ts';
import { decide, leaving, verdict } from './summary.ts';

const CLIENT = exact('203.0.113.74');
const arriving = flow({
  source: CLIENT,
  destination: exact(PUBLIC_ADDRESS),
  destinationPort: 80 as Port,
});
const DENIED = 'deny default deny: no DNAT rule matches';

const one = (rule: Partial<DnatRule>, parts: FirewallParts = {}) =>
  firewall({ ...parts, collections: [dnatCollection('in', 100, dnatRule('web', rule))] });

describe('DNAT', () => {
  it('AFW-60: it matches by source, destination, protocol and port', () => {
    expect(verdict(one({}), arriving)).toBe('allow in/web');
    expect(verdict(one({}), { ...arriving, source: exact('198.51.100.1') })).toBe(DENIED);
    expect(verdict(one({}), { ...arriving, protocol: 'udp' })).toBe(DENIED);
    expect(verdict(one({}), { ...arriving, destinationPort: 81 as Port })).toBe(DENIED);
    expect(verdict(one({ destinationAddresses: terms('20.51.7.9') }), arriving)).toBe(DENIED);
  });

  it('AFW-63: Any in a DNAT rule takes TCP and UDP', () => {
    expect(verdict(one({ protocols: ['Any'] }), arriving)).toBe('allow in/web');
    expect(verdict(one({ protocols: ['Any'] }), { ...arriving, protocol: 'udp' })).toBe(
      'allow in/web',
    );
    expect(verdict(one({ protocols: ['Any'] }), { ...arriving, protocol: 'icmp' })).toBe(DENIED);
  });

  it('AFW-23: a match translates and allows, without any network rule and against a denying one', () => {
    const denying = firewall({
      collections: [
        networkCollection(
          'n',
          100,
          'Deny',
          networkRule('all', { destinationAddresses: terms('*') }),
        ),
        dnatCollection('in', 65000, dnatRule('web', {})),
      ],
    });
    expect(verdict(denying, arriving)).toBe('allow in/web');
  });

  it('AFW-24: with the older reading a network Deny on the translated flow overrides it', () => {
    const withDeny = (rule: Partial<NetworkRule>) =>
      firewall({
        collections: [
          networkCollection('n', 100, 'Deny', networkRule('r', rule)),
          dnatCollection('in', 100, dnatRule('web', {})),
        ],
      });
    const option = { dnatImplicitAllowOverridable: true };
    const translated = withDeny({ destinationAddresses: terms('10.42.1.200') });
    expect(verdict(translated, arriving, option)).toBe('deny n/r');
    const original = withDeny({ destinationAddresses: terms(PUBLIC_ADDRESS) });
    expect(verdict(original, arriving, option)).toBe('allow in/web');
    const open = withDeny({ destinationAddresses: terms(unknown('a value for parameter target')) });
    expect(verdict(open, arriving, option)).toBe('unknown: a value for parameter target');
  });

  it('AFW-25: application rules do nothing for flows to the firewall', () => {
    const placement = firewall({
      collections: [
        applicationCollection(
          'a',
          100,
          'Allow',
          applicationRule('r', {
            protocols: [{ type: 'Http', port: 80 as Port }],
            targetFqdns: fqdns('*'),
          }),
        ),
      ],
    });
    const request = http('shop.example', { source: CLIENT, destination: exact(PUBLIC_ADDRESS) });
    expect(verdict(placement, request)).toBe(DENIED);
  });

  it('AFW-61: the private address takes DNAT on Standard in a virtual network, not on Basic, not in a hub', () => {
    const rule = { destinationAddresses: terms('10.42.2.4'), sources: sources('10.9.0.0/16') };
    const inside = { ...arriving, source: exact('10.9.0.1'), destination: exact('10.42.2.4') };
    expect(verdict(one(rule), inside)).toBe('allow in/web');
    expect(verdict(one(rule, { firewall: { skuTier: 'Basic' } }), inside)).toBe(DENIED);
    expect(verdict(one(rule, { firewall: { virtualHub: reference('hub') } }), inside)).toBe(DENIED);
    const open = one(rule, { firewall: { skuTier: unknown('a value for parameter tier') } });
    expect(verdict(open, inside)).toBe('unknown: a value for parameter tier');
  });

  it('AFW-62: every listed port goes to the one translated port', () => {
    const placement = one({
      destinationPorts: ports('80', '8000-8002'),
      translatedPort: 8080 as Port,
    });
    for (const port of [80, 8000, 8002]) {
      expect(leaving(placement, { ...arriving, destinationPort: port as Port })).toBe(
        'an instance of firewall fw → 10.42.1.200:8080',
      );
    }
  });

  it('AFW-64: a translated name matches only when the firewall resolves it', () => {
    const { translatedAddress: _none, ...byName } = dnatRule('web', {
      translatedFqdn: 'app.internal',
    });
    const placement = firewall({ collections: [dnatCollection('in', 100, byName)] });
    expect(verdict(placement, arriving)).toBe(
      'unknown: whether the firewall resolves app.internal',
    );
    expect(leaving(placement, arriving, { resolve: () => exact('10.42.1.7') })).toBe(
      'an instance of firewall fw → 10.42.1.7:80',
    );
  });

  it('AFW-65 AFW-E29 AFW-74: forced tunnelling disables DNAT', () => {
    expect(verdict(one({}, tunnelled('VirtualNetworkGateway')), arriving)).toBe(DENIED);
    expect(verdict(one({}, tunnelled('Internet')), arriving)).toBe('allow in/web');
  });

  it('AFW-03 AFW-66 AFW-E07: translated to a private address, the source is an instance, not the private address', () => {
    const { after } = decide(one({}), arriving);
    expect(after?.source).toMatchObject({ kind: 'within', label: 'an instance of firewall fw' });
    // 10.42.2.0/24 without 10.42.2.4: two ranges.
    expect(after?.source.kind === 'within' && after.source.addresses.v4).toEqual([
      0x0a2a0200, 0x0a2a0203, 0x0a2a0205, 0x0a2a02ff,
    ]);
    expect(after?.destinationPort).toBe(80);
  });

  it('AFW-66: the source port is kept', () => {
    const { after } = decide(one({}), { ...arriving, sourcePort: 61563 as Port });
    expect(after?.sourcePort).toBe(61563);
  });

  it('AFW-67: translated to a public address, the source is a public address of the firewall', () => {
    const placement = one({ translatedAddress: { ...exactIp('20.1.1.1') } });
    expect(leaving(placement, arriving)).toBe('20.51.7.8 → 20.1.1.1:80');
  });

  it('AFW-60: a translated address that is not known leaves the target open, not the verdict', () => {
    const placement = one({ translatedAddress: unknown('a value for parameter storeFrontIp') });
    expect(verdict(placement, arriving)).toBe('allow in/web');
    expect(leaving(placement, arriving)).toContain('the translated address of web:80');
  });

  it('AFW-60: a public address that only Azure knows is matched by its symbol', () => {
    const symbol = 'public-address:pip';
    const pip = { addresses: within('pip', '20.0.0.0/8'), isExact: false };
    const placement = firewall({
      collections: [
        dnatCollection(
          'in',
          100,
          dnatRule('web', { destinationAddresses: terms(unknown('the address of pip', symbol)) }),
        ),
      ],
      placement: {
        publicAddresses: [
          {
            address: {
              addresses:
                pip.addresses.kind === 'within' ? pip.addresses.addresses : { v4: [], v6: [] },
              isExact: false,
              symbol,
              label: 'firewall fw',
            },
          },
        ],
      },
    });
    const there = { ...within('pip', '20.0.0.0/8'), symbol };
    expect(verdict(placement, { ...arriving, destination: there })).toBe('allow in/web');
  });

  it('AFW-28: a destination that may be the firewall or not is followed both ways', () => {
    const placement = firewall({
      placement: {
        privateAddress: {
          addresses: { v4: [0x0a2a0204, 0x0a2a020a], v6: [] },
          isExact: false,
          label: 'firewall fw',
        },
      },
      collections: [
        networkCollection(
          'n',
          100,
          'Allow',
          networkRule('all', { destinationAddresses: terms('*') }),
        ),
      ],
    });
    const maybe = flow({ destination: exact('10.42.2.5') });
    expect(verdict(placement, maybe)).toBe('unknown: which address firewall fw has');
  });

  it('AFW-28: some address of the internet is taken not to be the firewall, and that is said', () => {
    const placement = firewall({
      collections: [
        networkCollection(
          'n',
          100,
          'Allow',
          networkRule('all', { destinationAddresses: terms('*') }),
        ),
      ],
    });
    const decision = decide(placement, flow({ destination: within('the internet', '20.0.0.0/8') }));
    expect(decision.verdict.kind).toBe('allow');
    expect(decision.assumptions).toEqual(['the internet is not an address of firewall fw']);
  });

  it('AFW-26 AFW-E08: a source of * may let private networks through to the translated address', () => {
    const inside = flow({
      destination: exact('10.42.1.200'),
      destinationPort: 80 as Port,
      source: exact('10.9.0.1'),
    });
    expect(verdict(one({}), inside)).toBe('deny default deny');
    const open = one({ sources: sources('*') });
    expect(verdict(open, inside)).toBe(
      'unknown: whether the implicit network rule of DNAT rule `in/web` decides',
    );
    expect(leaving(open, inside)).toBe('an instance of firewall fw → 10.42.1.200:80');
  });

  it('AFW-60: two rules that may match keep both targets', () => {
    const first = dnatRule('first', {
      sources: sources(unknown('a value for parameter clients')),
      translatedAddress: exactIp('10.42.1.7'),
    });
    const placement = firewall({
      collections: [dnatCollection('in', 100, first, dnatRule('web', {}))],
    });
    const decision = decide(placement, arriving);
    expect(decision.verdict).toMatchObject({
      kind: 'allow',
      by: { name: 'in/web' },
      also: [{ name: 'in/first' }],
    });
    expect(decision.after?.destination).toMatchObject({ kind: 'within' });
  });
});

describe('DNS proxy', () => {
  const query = flow({
    destination: exact('10.42.2.4'),
    protocol: 'udp',
    destinationPort: 53 as Port,
  });

  it('AFW-85: with the proxy the firewall answers on its private address without any rule; it is off by default', () => {
    const on = firewall({ settings: { dnsProxyEnabled: true } });
    const decision = decide(on, query);
    expect(decision.verdict).toMatchObject({
      kind: 'allow',
      by: { name: 'DNS proxy of firewall fw' },
    });
    expect(decision.answeredBy).toBe('dns-proxy');
    expect(verdict(on, { ...query, protocol: 'tcp' })).toBe('allow DNS proxy of firewall fw');
    expect(verdict(on, { ...query, destination: exact(PUBLIC_ADDRESS) })).toBe(DENIED);
    expect(verdict(firewall(), query)).toBe(DENIED);
  });

  it('AFW-22: a proxy that may be inherited leaves the query open', () => {
    const placement = firewall({
      policies: [policy('base', [], { settings: { dnsProxyEnabled: true } }), policy('child', [])],
    });
    expect(verdict(placement, query)).toContain('unknown: whether policy `child`');
  });
});

function exactIp(text: string) {
  const address = exact(text);
  if (address.kind !== 'exact') throw new Error(text);
  return address.ip;
}
