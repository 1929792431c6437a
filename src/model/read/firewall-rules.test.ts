import { describe, expect, it } from 'vitest';
import { codesOf, only, perimeterOf, termTexts, told } from '../../../tests/support/read.ts';
import type { Json } from '../../../tests/support/snapshot-of.ts';
import { formatPortSet, type PortSet } from '../../net/index.ts';
import { isUnknown } from '../../values/index.ts';
import type { ApplicationRule, DnatRule, NetworkRule, RuleCollection } from '../azure/firewall.ts';

const POLICY = { type: 'Microsoft.Network/firewallPolicies', name: 'p', properties: {} };
const GROUP = 'Microsoft.Network/firewallPolicies/ruleCollectionGroups';

function groupOf(...ruleCollections: unknown[]): Json {
  return { type: GROUP, name: 'p/g', properties: { priority: 200, ruleCollections } };
}

const filter = (rules: unknown, more: Json = {}) => ({
  ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
  name: 'c',
  priority: 100,
  action: { type: 'Allow' },
  rules,
  ...more,
});
const nat = (rules: unknown, more: Json = {}) => ({
  ...filter(rules),
  ruleCollectionType: 'FirewallPolicyNatRuleCollection',
  action: { type: 'DNAT' },
  ...more,
});
const NETWORK = {
  ruleType: 'NetworkRule',
  name: 'r',
  ipProtocols: ['TCP'],
  sourceAddresses: ['10.0.0.0/8'],
  destinationAddresses: ['AzureCloud.eastus'],
  destinationPorts: ['443'],
};
const APPLICATION = {
  ruleType: 'ApplicationRule',
  name: 'r',
  protocols: [{ protocolType: 'Https', port: 443 }],
  sourceAddresses: ['*'],
  targetFqdns: ['mcr.microsoft.com'],
};
const DNAT = {
  ruleType: 'NatRule',
  name: 'r',
  ipProtocols: ['TCP'],
  sourceAddresses: ['203.0.113.0/24'],
  destinationAddresses: ['192.0.2.13'],
  destinationPorts: ['443'],
  translatedAddress: '10.42.3.10',
  translatedPort: '8443',
};

function readOne(...collections: unknown[]) {
  const perimeter = perimeterOf([POLICY, groupOf(...collections)]);
  const group = only(only(perimeter.firewallPolicies).groups);
  return { codes: codesOf(perimeter), perimeter, collections: group.collections };
}

function ruleOf<R>(collection: RuleCollection | undefined): R {
  if (collection === undefined || collection.kind === 'unknown') throw new Error('no rules');
  return only<unknown>(collection.rules) as R;
}

const ports = (value: NetworkRule['destinationPorts']) =>
  isUnknown(value) ? told(value) : formatPortSet(value as PortSet);

describe('rules of a policy', () => {
  it('keeps addresses, ranges and tags of a network rule, and its keys are ARM paths in lower case', () => {
    const rule = {
      ...NETWORK,
      name: 'Web',
      sourceAddresses: ['*', '10.0.0.4', '10.0.0.0-10.0.0.3'],
      destinationPorts: [443, '1000-2000'],
    };
    const { collections, codes } = readOne(filter([rule]));
    const read = ruleOf<NetworkRule>(collections[0]);
    expect(codes).toEqual([]);
    expect(read.key).toMatch(/\/rulecollectiongroups\/g\/rulecollections\/c\/rules\/web$/);
    expect(termTexts(read.sources.addresses)).toEqual(['*', '10.0.0.4/32', '10.0.0.0/30']);
    expect(termTexts(read.destinationAddresses)).toEqual(['tag AzureCloud.eastus']);
    expect(ports(read.destinationPorts)).toBe('443,1000-2000');
  });

  it('ARM-42: choices may be written in any case', () => {
    const { collections, codes } = readOne(
      filter([{ ...NETWORK, ruleType: 'networkrule', ipProtocols: ['tcp', 'ANY'] }], {
        action: { type: 'DENY' },
      }),
      nat([DNAT], { name: 'n', priority: 200, action: { type: 'Dnat' } }),
    );
    expect(codes).toEqual([]);
    expect(collections.map((each) => each.kind)).toEqual(['network', 'dnat']);
    expect(ruleOf<NetworkRule>(collections[0]).protocols).toEqual(['TCP', 'Any']);
    expect(collections[0]).toMatchObject({ action: 'Deny' });
  });

  it('ARM-43: a priority written as a string is a number', () => {
    const { collections, codes } = readOne(filter([NETWORK], { priority: '250' }));
    expect(codes).toEqual([]);
    expect(collections[0]?.priority).toBe(250);
  });

  it('ARM-45: a collection of both kinds of rules may match anything', () => {
    const { collections, codes } = readOne(filter([NETWORK, { ...APPLICATION, name: 'a' }]));
    expect(codes).toEqual(['firewall/mixed-rules']);
    expect(collections[0]?.kind).toBe('unknown');
  });

  it.each([
    ['a NAT rule in a filter collection', filter([DNAT]), 'firewall/mixed-rules'],
    [
      'a type nobody knows',
      filter([NETWORK], { ruleCollectionType: 'New' }),
      'firewall/collection-unreadable',
    ],
    [
      'a rule type nobody knows',
      filter([{ ...NETWORK, ruleType: 'New' }]),
      'firewall/collection-unreadable',
    ],
    [
      'a rule without type',
      filter([{ ...NETWORK, ruleType: undefined }]),
      'firewall/collection-unreadable',
    ],
    [
      'an action that NAT rules do not have',
      nat([DNAT], { action: { type: 'Snat' } }),
      'firewall/action',
    ],
  ])('%s makes the collection unknown', (_, collection, code) => {
    const { collections, codes } = readOne(collection);
    expect(codes).toEqual([code]);
    expect(collections[0]?.kind).toBe('unknown');
  });

  it('what is unknown stays in the rule: addresses, ports, names, protocols, action', () => {
    const gap = (text: string) => ({ $unknown: text, missing: text });
    const { collections, codes } = readOne(
      filter(
        [
          {
            ...NETWORK,
            sourceAddresses: gap('sources'),
            destinationAddresses: [gap('to')],
            destinationFqdns: [gap('name')],
            destinationPorts: ['443', gap('port')],
            ipProtocols: [gap('protocol')],
          },
        ],
        { action: { type: gap('action') } },
      ),
    );
    const rule = ruleOf<NetworkRule>(collections[0]);
    expect(codes).toEqual(['firewall/several-destinations']);
    expect(termTexts(rule.sources.addresses)).toEqual(['?sources']);
    expect(termTexts(rule.destinationAddresses)).toEqual(['?to']);
    expect(rule.destinationFqdns.map(told)).toEqual(['?name']);
    expect(rule.protocols.map(told)).toEqual(['?protocol']);
    expect(ports(rule.destinationPorts)).toBe('?port');
    expect(collections[0]).toMatchObject({ action: { kind: 'unknown', missing: 'action' } });
  });

  it('an unknown rule is a rule that may match anything, and an unknown list is one', () => {
    const unknown = { $unknown: 'rules', missing: 'the rules' };
    const one = readOne(filter([NETWORK, unknown])).collections[0];
    expect(one?.kind === 'network' && termTexts(one.rules[1]?.sources.addresses)).toEqual([
      '?the rules',
    ]);
    expect(readOne(filter(unknown)).collections[0]?.kind).toBe('unknown');
    expect(readOne(unknown).collections[0]?.kind).toBe('unknown');
  });

  it('malformed addresses and ports are said and stay as unknowns', () => {
    const rule = {
      ...NETWORK,
      sourceAddresses: ['10.0.0.0/33', '10.0.0.0/8'],
      destinationPorts: ['https'],
    };
    const { collections, codes } = readOne(filter([rule]));
    const read = ruleOf<NetworkRule>(collections[0]);
    expect(codes).toEqual(['model/malformed-address', 'model/malformed-port']);
    expect(termTexts(read.sources.addresses)).toEqual([
      '?a readable `sourceAddresses` of rule `r`',
      '10.0.0.0/8',
    ]);
    expect(isUnknown(read.destinationPorts)).toBe(true);
  });

  it('a CIDR with host bits is the whole block, and said', () => {
    const { collections, codes } = readOne(
      filter([{ ...NETWORK, sourceAddresses: ['10.1.2.3/8'] }]),
    );
    expect(codes).toEqual(['model/host-bits']);
    expect(termTexts(ruleOf<NetworkRule>(collections[0]).sources.addresses)).toEqual([
      '10.0.0.0/8',
    ]);
  });

  it.each([
    ['no source', { sourceAddresses: [] }, 'firewall/no-source'],
    ['a service tag as source', { sourceAddresses: ['Storage'] }, 'firewall/address-kind'],
    ['no destination', { destinationAddresses: [] }, 'firewall/no-destination'],
    [
      'two kinds of destination',
      { destinationFqdns: ['a.example'] },
      'firewall/several-destinations',
    ],
    ['port 0', { destinationPorts: ['0'] }, 'firewall/port-out-of-range'],
    ['no port', { destinationPorts: [] }, 'model/missing'],
    ['no protocol', { ipProtocols: [] }, 'model/missing'],
    ['a protocol nobody knows', { ipProtocols: ['GRE'] }, 'model/not-a-choice'],
  ])('a network rule with %s is said', (_, change, code) => {
    expect(readOne(filter([{ ...NETWORK, ...change }])).codes).toEqual([code]);
  });

  it('AFW-39: a network rule takes no wildcard in names', () => {
    const rule = { ...NETWORK, destinationAddresses: [], destinationFqdns: ['*.example.com'] };
    expect(readOne(filter([rule])).codes).toEqual(['firewall/fqdn-wildcard']);
  });

  // The table of wildcards in the documentation of application rules.
  it.each([
    ['www.x.com', true],
    ['*.x.com', true],
    ['*x.com', true],
    ['*', true],
    ['www.x.*', false],
    ['*.x.*', false],
    ['a*.x.com', false],
    ['www.*x.com', false],
  ])('AFW-51: target FQDN %s is valid: %s', (fqdn, isValid) => {
    const { codes } = readOne(filter([{ ...APPLICATION, targetFqdns: [fqdn] }]));
    expect(codes).toEqual(isValid ? [] : ['firewall/fqdn-wildcard']);
  });

  it.each([
    ['h.com', true],
    ['h.com/test', true],
    ['h.com/test/*', true],
    ['*.h.com/test', true],
    ['h.*', false],
    ['h.*/t/*', false],
    ['www.*h.com', false],
    ['h.com:8080', false],
    ['h.com/t?x=1', false],
    ['https://h.com', false],
  ])('target URL %s is valid: %s', (url, isValid) => {
    const { codes } = readOne(filter([{ ...APPLICATION, targetFqdns: [], targetUrls: [url] }]));
    expect(codes).toEqual(isValid ? [] : ['firewall/url']);
  });

  it('a URL rule whose inspection is unknown is unknown', () => {
    const terminateTLS = { $unknown: 'inspect', missing: 'whether to inspect' };
    const rule = { ...APPLICATION, targetUrls: ['h.com/a'], terminateTLS };
    const read = ruleOf<ApplicationRule>(readOne(filter([rule])).collections[0]);
    expect(read.targetUrls.map(told)).toEqual(['?whether to inspect']);
  });

  it('AFW-56: a web category that is not known is still a category', () => {
    const rule = {
      ...APPLICATION,
      targetFqdns: [],
      webCategories: { $unknown: "[parameters('categories')]" },
    };
    const read = ruleOf<ApplicationRule>(readOne(filter([rule])).collections[0]);
    expect(read.webCategories).toEqual(["[parameters('categories')]"]);
  });

  it('headers that a rule inserts are a gap', () => {
    const rule = { ...APPLICATION, httpHeadersToInsert: [{ headerName: 'X', headerValue: 'y' }] };
    expect(readOne(filter([rule])).perimeter.gaps.map((gap) => gap.what)).toEqual([
      'httpHeadersToInsert',
    ]);
  });

  it('AFW-06: a rule whose only source is a selector group has that source and no other', () => {
    const id = '/subscriptions/s/…/kubeSelectorGroups/web';
    const rule = { ...NETWORK, sourceAddresses: [], sourceKubeSelectorGroups: [id] };
    const { collections, codes, perimeter } = readOne(filter([rule]));
    const read = ruleOf<NetworkRule>(collections[0]);
    expect(codes).toEqual([]);
    expect(read.sources.kubeSelectorGroups).toMatchObject([{ kind: 'reference', id }]);
    expect(perimeter.gaps[0]).toMatchObject({
      what: 'sourceKubeSelectorGroups',
      why: expect.stringContaining('not published'),
    });
  });

  it('ARM-54: a rule that names countries has an unknown source, whatever else it names', () => {
    const rule = { ...NETWORK, sourceGeoLocations: ['DE'], destinationGeoLocations: ['FR'] };
    const { collections, perimeter } = readOne(filter([rule]));
    const read = ruleOf<NetworkRule>(collections[0]);
    expect(termTexts(read.sources.addresses)).toEqual([
      '?which addresses `sourceGeoLocations` of rule `r` stands for',
    ]);
    expect(read.destinationAddresses.map((term) => term.kind)).toEqual(['unknown']);
    expect(perimeter.gaps.map((gap) => gap.what)).toEqual([
      'sourceGeoLocations',
      'destinationGeoLocations',
    ]);
  });
});

describe('DNAT rules', () => {
  it('reads where a rule translates to', () => {
    const read = ruleOf<DnatRule>(readOne(nat([DNAT])).collections[0]);
    expect(told(read.translatedAddress)).toBe('10.42.3.10');
    expect(read.translatedPort).toBe(8443);
  });

  it('ARM-46: both targets or none are said, and where it leads is unknown', () => {
    const both = readOne(nat([{ ...DNAT, translatedFqdn: 'a.example' }]));
    const none = readOne(nat([{ ...DNAT, translatedAddress: '' }]));
    for (const { codes, collections } of [both, none]) {
      expect(codes).toEqual(['firewall/translation']);
      expect(isUnknown(ruleOf<DnatRule>(collections[0]).translatedAddress)).toBe(true);
    }
    const name = readOne(nat([{ ...DNAT, translatedAddress: '', translatedFqdn: 'a.example' }]));
    expect(name.codes).toEqual([]);
    expect(ruleOf<DnatRule>(name.collections[0]).translatedFqdn).toBe('a.example');
  });

  it.each([
    ['1', true],
    ['63999', true],
    ['64000', false],
    ['0', false],
  ])('ARM-47: port %s may be translated: %s', (port, isValid) => {
    const { codes } = readOne(nat([{ ...DNAT, destinationPorts: [port] }]));
    expect(codes).toEqual(isValid ? [] : ['firewall/port-out-of-range']);
  });

  it('DNAT does not translate ICMP; Any is accepted, as the AKS egress walkthrough writes it', () => {
    expect(readOne(nat([{ ...DNAT, ipProtocols: ['ICMP'] }])).codes).toEqual(['firewall/protocol']);
    expect(readOne(nat([{ ...DNAT, ipProtocols: ['Any'] }])).codes).toEqual([]);
  });
});

describe('order', () => {
  it('AFW-11: priorities beyond 100 to 65000 are said and kept', () => {
    const { codes, collections } = readOne(
      filter([NETWORK], { priority: 70000 }),
      filter([NETWORK], { name: 'd', priority: 99 }),
    );
    expect(codes).toEqual(['firewall/priority-out-of-range', 'firewall/priority-out-of-range']);
    expect(collections.map((each) => each.priority)).toEqual([70000, 99]);
  });

  it('AFW-14: equal priorities in one group are said', () => {
    expect(readOne(filter([NETWORK]), filter([NETWORK], { name: 'd' })).codes).toEqual([
      'firewall/priority-duplicate',
    ]);
  });

  it('a missing priority is unknown, not zero', () => {
    const { codes, collections } = readOne(filter([NETWORK], { priority: undefined }));
    expect(codes).toEqual(['model/missing']);
    expect(isUnknown(collections[0]?.priority)).toBe(true);
  });

  it('rules of one name in one collection keep keys of their own', () => {
    const collection = readOne(filter([NETWORK, NETWORK])).collections[0];
    const keys = collection?.kind === 'network' ? collection.rules.map((rule) => rule.key) : [];
    expect(new Set(keys).size).toBe(2);
  });
});
