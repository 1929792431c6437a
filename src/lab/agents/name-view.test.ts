import { decode, encode } from 'dns-packet';
import { describe, expect, it } from 'vitest';
import type { DnsAuthority } from '../plan/dns-authority.ts';
import { nameAddress } from '../plan/name-address.ts';
import { answerOf } from './dns-authority.ts';
import { nameView } from './name-view.ts';
import { ntpAnswer } from './ntp.ts';

const authority: DnsAuthority = {
  listen: [],
  names: [
    { name: 'api.example.com', address: '203.0.113.1' },
    { name: 'api.example.com', address: '203.0.113.2' },
    { name: '*.apps.example.com', address: '203.0.113.3' },
    { name: 'api.example.com', address: '10.9.0.4', onlyFor: ['10.9.0.0/16'] },
  ],
  aliases: [
    { name: 'db.example.net', target: 'db.privatelink.example.net' },
    { name: 'a.loop.example', target: 'b.loop.example' },
    { name: 'b.loop.example', target: 'a.loop.example' },
  ],
  zones: [
    {
      zone: 'privatelink.example.net',
      onlyFor: ['10.1.0.0/16'],
      fallsBack: false,
      records: [{ name: 'db.privatelink.example.net', addresses: ['10.1.0.5'] }],
    },
    { zone: 'soft.example.org', onlyFor: ['10.1.0.0/16'], fallsBack: true, records: [] },
  ],
};
const view = nameView(authority);
const INSIDE = '10.1.0.4';
const OUTSIDE = '192.0.2.7';

describe('what a name is', () => {
  it('is what the plan says, with all its addresses and whatever the case', () => {
    expect(view('API.example.com.', OUTSIDE).addresses).toEqual(['203.0.113.1', '203.0.113.2']);
  });

  it('is another for a network that has its own', () => {
    expect(view('api.example.com', '10.9.3.3').addresses).toEqual(['10.9.0.4']);
  });

  it('may be told by a wildcard, which is not its own apex', () => {
    expect(view('x.y.apps.example.com', OUTSIDE).addresses).toEqual(['203.0.113.3']);
    expect(view('apps.example.com', OUTSIDE).addresses).toEqual([nameAddress('apps.example.com')]);
  });

  it('is in a private zone for the networks linked to it alone', () => {
    expect(view('db.privatelink.example.net', INSIDE).addresses).toEqual(['10.1.0.5']);
    expect(view('x.privatelink.example.net', INSIDE).addresses).toBeUndefined();
    expect(view('x.privatelink.example.net', OUTSIDE).addresses).toEqual([
      nameAddress('x.privatelink.example.net'),
    ]);
  });

  // RFC 3696, 2: no top-level domain is a number, so a server that is asked for an address as for a name has nothing to say.
  it('is nothing where somebody asks for an address', () => {
    expect(view('10.3.0.4', OUTSIDE).addresses).toBeUndefined();
    expect(view('4.example', OUTSIDE).addresses).toEqual([nameAddress('4.example')]);
  });

  // AKS-53; of other services public DNS holds the private alias too, with the public address (azure-networking 6.3).
  it('is in no public DNS where AKS keeps it in a private zone', () => {
    const API = 'aks-1.privatelink.westeurope.azmk8s.io';
    for (const name of [API, 'aks-1.private.westeurope.azmk8s.io']) {
      expect(view(name, OUTSIDE).addresses).toBeUndefined();
    }
    const others = ['aks-1.hcp.westeurope.azmk8s.io', 'kv.privatelink.vaultcore.azure.net'];
    for (const name of others) expect(view(name, OUTSIDE).addresses).toEqual([nameAddress(name)]);
    const zone = { onlyFor: ['10.1.0.0/16'], fallsBack: false };
    const records = [{ name: API, addresses: ['10.1.0.9'] }];
    const own = nameView({ ...authority, zones: [{ ...zone, zone: API, records }] });
    expect(own(API, INSIDE).addresses).toEqual(['10.1.0.9']);
  });

  it('is looked up in public where a private zone falls back', () => {
    expect(view('x.soft.example.org', INSIDE).addresses).toEqual([
      nameAddress('x.soft.example.org'),
    ]);
  });

  it('may be another name, and in a circle none', () => {
    expect(view('db.example.net', INSIDE)).toEqual({
      aliases: [{ name: 'db.example.net', target: 'db.privatelink.example.net' }],
      addresses: ['10.1.0.5'],
    });
    expect(view('a.loop.example', INSIDE).addresses).toBeUndefined();
  });

  it('does not exist under names that never do, nor alone', () => {
    for (const name of [
      'x.invalid',
      'host',
      'svc.cluster.local',
      'a..b.com',
      '4.0.0.10.in-addr.arpa',
    ]) {
      expect(view(name, OUTSIDE).addresses).toBeUndefined();
    }
  });

  it('has the address that everybody in the lab computes for it', () => {
    expect(view('mcr.microsoft.com', OUTSIDE).addresses?.[0]).toMatch(/^198\.1[89]\.\d+\.\d+$/);
  });
});

describe('an answer', () => {
  const query = (name: string, type: 'A' | 'AAAA' = 'A') =>
    encode({ id: 77, type: 'query', flags: 0x0100, questions: [{ name, type }] });
  const answer = (name: string, type: 'A' | 'AAAA' = 'A', most?: number) => {
    const bytes = answerOf(query(name, type), (asked) => view(asked, INSIDE), 30, most);
    return decode(bytes as Buffer);
  };

  it('carries the question, the aliases and the addresses', () => {
    const { id, questions, answers } = answer('DB.example.net');
    expect(id).toBe(77);
    expect(questions?.[0]?.name).toBe('DB.example.net');
    expect(answers).toMatchObject([
      { type: 'CNAME', name: 'DB.example.net', data: 'db.privatelink.example.net' },
      { type: 'A', name: 'db.privatelink.example.net', data: '10.1.0.5', ttl: 30 },
    ]);
  });

  it('says NXDOMAIN only when the name does not exist', () => {
    // RFC 1035 4.1.1: the lowest four bits of the flags; 3 is NXDOMAIN.
    expect((answer('x.invalid').flags ?? 0) & 15).toBe(3);
    expect((answer('api.example.com', 'AAAA').flags ?? 0) & 15).toBe(0);
    expect(answer('api.example.com', 'AAAA').answers).toEqual([]);
  });

  it('is cut where a datagram is too small, and says so', () => {
    const cut = answer('api.example.com', 'A', 40);
    expect(cut.answers).toEqual([]);
    expect((cut.flags ?? 0) & 0x0200).toBe(0x0200);
  });

  it('is given to questions alone', () => {
    const lookup = () => ({ aliases: [], addresses: [] });
    expect(answerOf(Buffer.from('no packet at all'), lookup, 30)).toBeUndefined();
    expect(answerOf(Buffer.alloc(0), lookup, 30)).toBeUndefined();
    const response = encode({ id: 1, type: 'response', questions: [{ name: 'a.b', type: 'A' }] });
    expect(answerOf(response, lookup, 30)).toBeUndefined();
  });
});

describe('the time', () => {
  it('is answered as RFC 4330 5 has it', () => {
    const request = Buffer.alloc(48);
    request[0] = 0x23; // version 4, mode 3: a client
    request.writeUInt32BE(0xdeadbeef, 40);
    // 1970-01-01T00:00:01.5Z is 2208988801.5 s after 1900.
    const answer = ntpAnswer(request, 1500) as Buffer;
    expect(answer[0]).toBe(0x24);
    expect(answer.readUInt32BE(24)).toBe(0xdeadbeef);
    expect(answer.readUInt32BE(40)).toBe(2_208_988_801);
    expect(answer.readUInt32BE(44)).toBe(0x8000_0000);
  });

  it('is told to clients alone', () => {
    expect(ntpAnswer(Buffer.alloc(48), 0)).toBeUndefined();
    expect(ntpAnswer(Buffer.from([0x23]), 0)).toBeUndefined();
  });
});
