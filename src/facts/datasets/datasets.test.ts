import { describe, expect, it } from 'vitest';
import {
  parseFqdnTags,
  parsePrivateDnsZones,
  parseRequiredEgress,
  parseServiceTags,
  parseThreatList,
} from '../datasets.ts';

describe('service tag files', () => {
  const file = {
    changeNumber: 375,
    cloud: 'Public',
    values: [
      { name: 'Storage.EastUS', properties: { addressPrefixes: ['20.60.0.0/24', '2603::/48'] } },
    ],
  };

  it('AFW-37: tags are found by their name without case, with prefixes of both families', () => {
    const { value, problems } = parseServiceTags(JSON.stringify(file), 'a.json', true);
    expect(problems).toEqual([]);
    expect(value?.info).toEqual({ origin: 'a.json', version: '375' });
    expect(value?.isComplete).toBe(true);
    expect(value?.prefixes.get('storage.eastus')).toEqual(['20.60.0.0/24', '2603::/48']);
  });

  it('a byte order mark is no obstacle; another file is refused with a reason', () => {
    expect(parseServiceTags(`\uFEFF${JSON.stringify(file)}`, 'a', true).value).toBeDefined();
    expect(parseServiceTags('{', 'a', true).problems[0]).toContain('is not JSON');
    expect(parseServiceTags('[]', 'a', true)).toEqual({
      value: undefined,
      problems: ['is no service tag file: it has no list `values`'],
    });
  });

  it('an entry that cannot be read is reported and its tag stays unknown', () => {
    const broken = { ...file, values: [...file.values, { name: 'Sql', properties: {} }] };
    const { value, problems } = parseServiceTags(JSON.stringify(broken), 'a', true);
    expect(value?.prefixes.has('sql')).toBe(false);
    expect(problems).toHaveLength(1);
  });
});

describe('FQDN tags', () => {
  it('AFW-54 AFW-55: only the stated list of a stated tag is documented', () => {
    const port = [{ protocol: 'Https', port: 443 }];
    const text = JSON.stringify({
      _meta: { nameSource: 'x (2026-03-28)', completeness: { AKS: 'documented: …' } },
      AKS: {
        source: 'page',
        entries: [{ fqdn: 'MCR.microsoft.com', ports: port }],
        addons: { defender: [{ fqdn: 'addon.example', ports: port }] },
      },
      WindowsUpdate: { entries: [{ fqdn: 'update.example', ports: port }] },
    });
    const { value } = parseFqdnTags(text, 'a');
    expect(value?.info.version).toBe('2026-03-28');
    expect(value?.tags.get('aks')?.map((member) => [member.fqdn, member.standing])).toEqual([
      ['mcr.microsoft.com', 'documented'],
      ['addon.example', 'unconfirmed'],
    ]);
    expect(value?.tags.get('windowsupdate')?.[0]?.standing).toBe('unconfirmed');
  });
});

describe('other lists', () => {
  it('an entry of required egress that lacks what it needs is reported, the rest stands', () => {
    const entry = {
      id: 'a',
      fqdn: 'mcr.microsoft.com',
      ports: [443],
      protocol: 'HTTPS',
      layer: 'application',
      scope: ['all'],
      exclude: [],
      required: true,
      inAzureKubernetesServiceFqdnTag: 'documented',
      source: 'page (2026-06-18)',
    };
    const { value, problems } = parseRequiredEgress(JSON.stringify([entry, { id: 'b' }]), 'a');
    expect(value?.entries).toHaveLength(1);
    expect(value?.entries[0]).toMatchObject({ inFqdnTag: 'documented', fqdn: 'mcr.microsoft.com' });
    expect(value?.info.version).toBe('2026-06-18');
    expect(problems).toEqual(['entry 1 is no required egress entry']);
  });

  it('private DNS zones are read by service', () => {
    const entry = {
      id: 'acr',
      service: 'ACR',
      resourceType: 'x',
      groupIds: ['registry'],
      zones: ['privatelink.azurecr.io'],
      publicForwarders: ['azurecr.io'],
      source: 'page (2023-10-11)',
    };
    const { value, problems } = parsePrivateDnsZones(JSON.stringify([entry]), 'a');
    expect(problems).toEqual([]);
    expect(value?.entries[0]?.zones).toEqual(['privatelink.azurecr.io']);
  });

  it('AFW-81: a threat list holds addresses, ranges and names, with comments', () => {
    const text =
      '# feed\n198.51.100.7\n10.0.0.0/8 # lab\n1.1.1.1-1.1.1.9\n2001:db8::/32\r\n*.Bad.Example.\nx y\n';
    const { value, problems } = parseThreatList(text, 'threats.txt');
    expect(value?.addresses).toEqual([
      '198.51.100.7',
      '10.0.0.0/8',
      '1.1.1.1-1.1.1.9',
      '2001:db8::/32',
    ]);
    expect(value?.fqdns).toEqual(['*.bad.example']);
    expect(problems).toEqual(['line 7: `x y` is neither an address nor a host name']);
  });
});
