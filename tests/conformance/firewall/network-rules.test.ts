import { describe, expect, it } from 'vitest';
import type { NetworkRule } from '../../../src/model/index.ts';
import type { Port } from '../../../src/net/index.ts';
import {
  exact,
  firewall,
  flow,
  fqdns,
  https,
  ipGroup,
  NODE,
  networkCollection,
  networkRule,
  ports,
  reference,
  sources,
  terms,
  unknown,
  within,
} from './build-firewall.ts';
import { verdict } from './summary.ts';

const one = (rule: Partial<NetworkRule>, action: 'Allow' | 'Deny' = 'Allow') =>
  firewall({ collections: [networkCollection('c', 100, action, networkRule('r', rule))] });

const onPremises = exact('10.50.3.4');
const { destinationPort: _port, ...portless } = flow({ destination: onPremises, protocol: 'icmp' });

describe('network rules', () => {
  it('AFW-30: protocol, source, destination and port must all match', () => {
    const placement = one({
      protocols: ['UDP'],
      sources: sources('10.42.1.0/24'),
      destinationAddresses: terms('8.8.8.8'),
      destinationPorts: ports('53', '1000-2000'),
    });
    const right = { protocol: 'udp' as const, destinationPort: 53 as Port };
    expect(verdict(placement, flow(right))).toBe('allow c/r');
    expect(verdict(placement, flow({ ...right, destinationPort: 1500 as Port }))).toBe('allow c/r');
    expect(verdict(placement, flow({ ...right, protocol: 'tcp' }))).toBe('deny default deny');
    expect(verdict(placement, flow({ ...right, source: exact('10.43.0.1') }))).toBe(
      'deny default deny',
    );
    expect(verdict(placement, flow({ ...right, destination: exact('8.8.4.4') }))).toBe(
      'deny default deny',
    );
    expect(verdict(placement, flow({ ...right, destinationPort: 54 as Port }))).toBe(
      'deny default deny',
    );
  });

  it('AFW-32: ICMP is matched by ICMP with port *; a written port leaves it open', () => {
    const all = { destinationAddresses: terms('*') };
    expect(verdict(one({ ...all, protocols: ['ICMP'] }), portless)).toBe('allow c/r');
    expect(verdict(one({ ...all, protocols: ['TCP'] }), portless)).toBe('deny default deny');
    expect(
      verdict(one({ ...all, protocols: ['ICMP'], destinationPorts: ports('7') }), portless),
    ).toBe('unknown: whether an ICMP rule with a port matches ICMP');
  });

  it('AFW-33 AFW-E20: ICMP towards the Internet fails although allowed, between private networks it works', () => {
    const placement = one({ protocols: ['ICMP'], destinationAddresses: terms('*') });
    expect(verdict(placement, portless)).toBe('allow c/r');
    expect(verdict(placement, { ...portless, destination: exact('198.51.100.50') })).toBe(
      'deny no SNAT for icmp (allowed by c/r)',
    );
  });

  it('AFW-34: several kinds of destination are alternatives; none at all matches nothing', () => {
    const mixed = one({
      destinationAddresses: terms('10.50.0.0/16'),
      destinationIpGroups: [reference('partners')],
    });
    const ipGroups = new Map([['partners', ipGroup('partners', terms('8.8.8.0/24'))]]);
    expect(verdict(mixed, flow(), { ipGroups })).toBe('allow c/r');
    expect(verdict(mixed, flow({ destination: onPremises }), { ipGroups })).toBe('allow c/r');
    expect(verdict(one({}), flow())).toBe('deny default deny');
    expect(verdict(one({ sources: sources(), destinationAddresses: terms('*') }), flow())).toBe(
      'deny default deny',
    );
  });

  it('AFW-06: a rule whose only source is a Kubernetes selector has an unknown source, not any', () => {
    const placement = one({
      sources: {
        addresses: [],
        ipGroups: [],
        kubeSelectorGroups: [reference('p/kubeSelectorGroups/pods')],
      },
      destinationAddresses: terms('*'),
    });
    expect(verdict(placement, flow())).toBe(
      'unknown: which pods Kubernetes selector group `pods` selects',
    );
  });

  it('AFW-35 AFW-E31: an empty IP group makes the rule be skipped, a missing one leaves it open', () => {
    const byGroup = (action: 'Allow' | 'Deny') =>
      firewall({
        collections: [
          networkCollection(
            'c',
            100,
            action,
            networkRule('r', {
              sources: {
                addresses: [],
                ipGroups: [reference('/x/ipGroups/Nodes')],
                kubeSelectorGroups: [],
              },
              destinationAddresses: terms('*'),
            }),
          ),
          networkCollection(
            'next',
            200,
            'Allow',
            networkRule('all', { destinationAddresses: terms('*') }),
          ),
        ],
      });
    const empty = new Map([['/x/ipgroups/nodes', ipGroup('Nodes', [])]]);
    expect(verdict(byGroup('Deny'), flow(), { ipGroups: empty })).toBe('allow next/all');
    const full = new Map([['/x/ipgroups/nodes', ipGroup('Nodes', terms('10.42.1.0/24'))]]);
    expect(verdict(byGroup('Deny'), flow(), { ipGroups: full })).toBe('deny c/r');
    expect(verdict(byGroup('Deny'), flow())).toBe('unknown: addresses of IP group `Nodes`');
    // Both worlds allow.
    expect(verdict(byGroup('Allow'), flow())).toBe('allow next/all');
  });

  it('AFW-35: an empty IP group beside other sources leaves open whether the rule is skipped', () => {
    const placement = one({
      sources: {
        addresses: terms('10.42.1.0/24'),
        ipGroups: [reference('empty')],
        kubeSelectorGroups: [],
      },
      destinationAddresses: terms('*'),
    });
    const ipGroups = new Map([['empty', ipGroup('empty', [])]]);
    expect(verdict(placement, flow(), { ipGroups })).toBe(
      'unknown: whether a rule is skipped when `empty` is empty and other addresses remain',
    );
    expect(verdict(placement, flow({ source: exact('10.9.9.9') }), { ipGroups })).toBe(
      'deny default deny',
    );
  });

  it('AFW-36: IPv6 is undecided as long as the preview is', () => {
    const placement = one({ destinationAddresses: terms('*') });
    const v6 = flow({ source: exact('fd00::1'), destination: exact('2001:db8::1') });
    expect(verdict(placement, v6)).toBe(
      'unknown: whether firewall `fw` takes part in the dual-stack preview',
    );
  });

  it('AFW-37 AFW-E33: a service tag means its published prefixes, by any case and region', () => {
    const placement = one({ destinationAddresses: terms('azurecloud.EastUS') });
    expect(verdict(placement, flow({ destination: exact('20.42.1.1') }))).toBe('allow c/r');
    expect(verdict(placement, flow({ destination: exact('20.43.0.1') }))).toBe('deny default deny');
    const somewhere = within('mcr.microsoft.com', '20.0.0.0/8');
    expect(verdict(placement, flow({ destination: somewhere }))).toBe(
      'unknown: which address mcr.microsoft.com has',
    );
  });

  it('AFW-38: Internet is no service tag here: its members are unknown', () => {
    expect(verdict(one({ destinationAddresses: terms('Internet') }), flow())).toBe(
      'unknown: members of service tag Internet',
    );
  });

  it('AFW-39 AFW-E04: an FQDN matches by what the firewall resolves; a wildcard matches nothing', () => {
    const placement = one({ destinationFqdns: fqdns('ntp.ubuntu.com') });
    const byAddress = flow({ destination: exact('185.125.190.56') });
    expect(verdict(placement, byAddress)).toBe(
      'unknown: which addresses the firewall sees for ntp.ubuntu.com',
    );
    const resolve = () => exact('185.125.190.56');
    expect(verdict(placement, byAddress, { resolve })).toBe('allow c/r');
    expect(verdict(placement, flow(), { resolve })).toBe('deny default deny');
    expect(verdict(one({ destinationFqdns: fqdns('*.ubuntu.com') }), https('ntp.ubuntu.com'))).toBe(
      'deny default deny',
    );
  });

  it('AFW-93 AFW-E32: an FQDN in a network rule of a Basic firewall proves nothing', () => {
    const basic = firewall({
      firewall: { skuTier: 'Basic' },
      collections: [
        networkCollection(
          'c',
          100,
          'Allow',
          networkRule('r', { destinationFqdns: fqdns('a.example') }),
        ),
      ],
    });
    expect(verdict(basic, https('a.example'), { clientResolver: 'through-firewall' })).toBe(
      'unknown: whether a Basic firewall honours FQDNs in network rules',
    );
  });

  it('AFW-30: an end that may be several addresses matches only when all of them do', () => {
    const node = within('a node of aks-subnet', '10.42.1.0/24');
    const from = (text: string) =>
      one({ sources: sources(text), destinationAddresses: terms('*') });
    expect(verdict(from('10.42.0.0/16'), flow({ source: node }))).toBe('allow c/r');
    expect(verdict(from('10.42.1.0/25'), flow({ source: node }))).toBe(
      'unknown: which address a node of aks-subnet has',
    );
    expect(verdict(from('10.43.0.0/16'), flow({ source: node }))).toBe('deny default deny');
    const halves = one({
      sources: sources('10.42.1.0/25', '10.42.1.128/25'),
      destinationAddresses: terms('*'),
    });
    expect(verdict(halves, flow({ source: node }))).toBe('allow c/r');
  });

  it('AFW-30: a run-time attribute matches itself and nothing else for certain', () => {
    const symbol = 'public-address:pip';
    const placement = one({ destinationAddresses: terms(unknown('the address of pip', symbol)) });
    const there = { ...within('pip', '20.0.0.0/8'), symbol };
    expect(verdict(placement, flow({ destination: there }))).toBe('allow c/r');
    expect(verdict(placement, flow({ source: NODE }))).toBe('unknown: the address of pip');
  });
});
