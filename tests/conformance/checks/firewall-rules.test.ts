import { describe, expect, it } from 'vitest';
import { outcomeOf, pinCheck } from '../../support/check-cases.ts';
import { changed, soundPerimeter, unknown } from '../../support/sound-perimeter.ts';
import { application, GROUP, ipGroup, NODES, network, ruleOf, says } from './firewall-world.ts';

const port = unknown('the port');
const address = unknown('the address');
const protocol = unknown('the protocol');
const kind = (id: string, rule: object) => outcomeOf(id, network({ ...rule })).kind;
const viaGroup = (rule: object, ...addresses: readonly string[]) =>
  network(
    { destinationAddresses: [], destinationIpGroups: [GROUP], ...rule },
    'Allow',
    ipGroup(...addresses),
  );

// azure-firewall 2.5, "Shadowing rule to verify", and row 1 of section 9.
describe('firewall/network-rule-shadows-application-rules', () => {
  const ID = 'firewall/network-rule-shadows-application-rules';
  const web = (rule: object) => ({
    destinationPorts: ['443'],
    destinationAddresses: ['*'],
    ...rule,
  });

  pinCheck('firewall/network-rule-shadows-application-rules', {
    pass: network(web({ destinationAddresses: ['203.0.113.0/24'] })),
    fail: says(
      network(web({ destinationPorts: ['80', '443'] })),
      'Rule rules/net/one lets TCP 80 and 443 through to `*` before any application rule is asked.',
    ),
    unknown: says(network(web({ destinationPorts: [port] })), 'needs the port'),
  });

  it.each([
    [{ destinationPorts: ['400-500'] }, 'fail'],
    [{ destinationPorts: ['*'], ipProtocols: ['Any'] }, 'fail'],
    [{ destinationAddresses: ['0.0.0.0/0'] }, 'fail'],
    // aks.md 12: the whole region of Azure holds storage accounts of strangers.
    [{ destinationAddresses: ['AzureCloud.westeurope'] }, 'fail'],
    [{ destinationAddresses: ['azurecloud.WestEurope'] }, 'fail'],
    // A service of Microsoft's own is what 9.1 calls a tag that needs it.
    [{ destinationAddresses: ['AzureMonitor'] }, 'pass'],
    // Wide, and private: application rules for private names are not what an allow list is for.
    [{ destinationAddresses: ['10.0.0.0/8'] }, 'pass'],
    [{ destinationAddresses: ['20.0.0.0/8'] }, 'fail'],
    [{ destinationAddresses: ['20.0.0.0/9'] }, 'pass'],
    [{ destinationAddresses: ['20.0.0.0/9', '20.128.0.0/9'] }, 'fail'],
    [{ ipProtocols: ['UDP'] }, 'pass'],
    [{ ipProtocols: [protocol] }, 'unknown'],
    [{ ipProtocols: ['UDP'], destinationPorts: [port] }, 'pass'],
    [{ destinationAddresses: [address] }, 'unknown'],
    [{ destinationAddresses: [address], destinationPorts: ['22'] }, 'pass'],
  ])(`${ID}: %j is %s`, (rule, expected) => {
    expect(kind(ID, web(rule))).toBe(expected);
  });

  it(`${ID}: a deny shadows nothing that was to be let through`, () => {
    expect(outcomeOf(ID, network(web({}), 'Deny')).kind).toBe('not-applicable');
  });

  it(`${ID}: an IP group is its addresses, and unknown without them`, () => {
    const rule = { destinationPorts: ['443'] };
    expect(outcomeOf(ID, viaGroup(rule, '20.0.0.0/8')).kind).toBe('fail');
    expect(outcomeOf(ID, viaGroup(rule, '203.0.113.0/24')).kind).toBe('pass');
    const absent = network({ ...rule, destinationAddresses: [], destinationIpGroups: [GROUP] });
    for (const mark of [{ $isReference: true }, { $exists: unknown('the condition') }]) {
      const marked = viaGroup(rule, '203.0.113.0/24').resources!.map((resource) =>
        resource['id'] === GROUP ? { ...resource, ...mark } : resource,
      );
      expect(outcomeOf(ID, { resources: marked }).kind).toBe('unknown');
    }
    expect(outcomeOf(ID, absent)).toMatchObject({
      kind: 'unknown',
      undecided: [{ missing: 'the addresses of IP group clients' }],
    });
  });

  // azure-firewall 1.4: classic rules hold the same, one level deeper.
  it(`${ID}: classic rules are judged too`, () => {
    const rule = { ...ruleOf(web({})), protocols: ['TCP'] };
    const properties = { priority: 100, action: { type: 'Allow' }, rules: [rule] };
    const classic = changed(
      changed(soundPerimeter(), 'fw/properties/firewallPolicy', undefined),
      'fw/properties/networkRuleCollections',
      [{ name: 'classic', properties }],
    );
    expect(outcomeOf(ID, { resources: Object.values(classic) })).toMatchObject({
      kind: 'fail',
      findings: [{ message: expect.stringContaining('Rule classic/one lets TCP 443') }],
    });
  });

  it(`${ID}: a collection that cannot be read may hold such a rule`, () => {
    const input = network({});
    const path = 'rules/properties/ruleCollections';
    const odd = [
      { name: 'odd', priority: 100, ruleCollectionType: unknown('the type'), rules: [] },
    ];
    const resources = Object.values(changed(soundPerimeter(), path, odd));
    expect(outcomeOf(ID, input).kind).toBe('pass');
    expect(outcomeOf(ID, { resources })).toMatchObject({
      kind: 'unknown',
      undecided: [{ message: 'What rule collection odd holds is not known.' }],
    });
  });
});

// aks.md A5: any-any width.
describe('firewall/allow-any-to-any', () => {
  const ID = 'firewall/allow-any-to-any';
  const all = (rule: object) => ({
    ipProtocols: ['Any'],
    destinationPorts: ['*'],
    destinationAddresses: ['*'],
    ...rule,
  });

  pinCheck('firewall/allow-any-to-any', {
    pass: network(all({ destinationPorts: ['22'] })),
    fail: says(network(all({})), 'Rule rules/net/one allows everything to everywhere.'),
    unknown: says(network(all({ destinationAddresses: [address] })), 'needs the address'),
  });

  it.each([
    [{ destinationPorts: ['1-65535'] }, 'fail'],
    [{ destinationAddresses: ['0.0.0.0/0'] }, 'fail'],
    [{ destinationAddresses: ['0.0.0.0/1', '128.0.0.0/1'] }, 'fail'],
    [{ ipProtocols: ['UDP'] }, 'fail'],
    [{ ipProtocols: ['ICMP'] }, 'pass'],
    [{ destinationAddresses: ['10.0.0.0/8'] }, 'pass'],
    [{ destinationPorts: [port] }, 'unknown'],
    [{ destinationPorts: [port], destinationAddresses: ['10.9.0.4'] }, 'pass'],
    [{ ipProtocols: [protocol] }, 'unknown'],
  ])(`${ID}: %j is %s`, (rule, expected) => {
    expect(kind(ID, all(rule))).toBe(expected);
  });

  it(`${ID}: one protocol is named for what it is`, () => {
    expect(outcomeOf(ID, network(all({ ipProtocols: ['TCP'] })))).toMatchObject({
      findings: [{ message: 'Rule rules/net/one allows every TCP port to everywhere.' }],
    });
  });
});

// aks.md 5.2: sources of AKS rules are the node and pod subnets.
describe('firewall/rule-source-any', () => {
  const ID = 'firewall/rule-source-any';
  pinCheck('firewall/rule-source-any', {
    pass: network({ sourceAddresses: [NODES] }),
    fail: says(
      network({ sourceAddresses: [NODES, '*'] }),
      'Rule rules/net/one is for every source.',
    ),
    unknown: says(network({ sourceAddresses: [address] }), 'needs the address'),
  });

  it(`${ID}: application rules and IP groups alike; a deny may be for everybody`, () => {
    const open = { targetFqdns: ['api.example.com'], sourceAddresses: ['0.0.0.0/0'] };
    expect(outcomeOf(ID, application(open)).kind).toBe('fail');
    expect(outcomeOf(ID, application(open, 'Deny')).kind).toBe('not-applicable');
    const group = { sourceAddresses: [], sourceIpGroups: [GROUP] };
    expect(outcomeOf(ID, network(group, 'Allow', ipGroup('0.0.0.0/0'))).kind).toBe('fail');
    expect(outcomeOf(ID, network(group, 'Allow', ipGroup(NODES))).kind).toBe('pass');
    expect(outcomeOf(ID, network(group)).kind).toBe('unknown');
  });
});

// azure-firewall 2.9: DNS must go to the proxy or an allowed resolver; aks.md 12: any-any allows tunnelling.
describe('firewall/dns-to-anywhere', () => {
  const dns = (rule: object) => ({
    ipProtocols: ['UDP'],
    destinationPorts: ['53'],
    destinationAddresses: ['*'],
    ...rule,
  });
  pinCheck('firewall/dns-to-anywhere', {
    pass: network(dns({ destinationAddresses: ['10.0.0.53'] })),
    fail: says(network(dns({})), 'Rule rules/net/one lets DNS queries out to any server.'),
    unknown: says(network(dns({ destinationAddresses: [address] })), 'needs the address'),
  });

  it.each([
    [{ ipProtocols: ['TCP'] }, 'fail'],
    [{ destinationPorts: ['1-1024'] }, 'fail'],
    [{ destinationPorts: ['*'], ipProtocols: ['Any'] }, 'fail'],
    [{ destinationPorts: ['*'], ipProtocols: ['ICMP'] }, 'pass'],
    [{ destinationPorts: ['54-1024'] }, 'pass'],
    [{ destinationPorts: [port] }, 'unknown'],
  ])('firewall/dns-to-anywhere: %j is %s', (rule, expected) => {
    expect(kind('firewall/dns-to-anywhere', dns(rule))).toBe(expected);
  });
});

// azure-firewall row 25 of section 9; 2.5: UDP 443 is only matched by network rules.
describe('firewall/quic-allowed', () => {
  const quic = (rule: object) => ({
    ipProtocols: ['UDP'],
    destinationPorts: ['443'],
    destinationAddresses: ['*'],
    ...rule,
  });
  pinCheck('firewall/quic-allowed', {
    pass: network(quic({ ipProtocols: ['TCP'] })),
    fail: says(
      network(quic({})),
      'Rule rules/net/one lets HTTP/3 out to *, past every rule by name.',
    ),
    unknown: says(network(quic({ destinationAddresses: [address] })), 'needs the address'),
  });

  it.each([
    [{ ipProtocols: ['Any'] }, 'fail'],
    [{ destinationPorts: ['400-500'] }, 'fail'],
    [{ destinationAddresses: ['AzureFrontDoor.Frontend'] }, 'fail'],
    // One peer of a tunnel of one's own is not the web.
    [{ destinationAddresses: ['203.0.113.9'] }, 'pass'],
    [{ destinationAddresses: [], destinationFqdns: ['www.example.com'] }, 'fail'],
    [{ destinationPorts: [port] }, 'unknown'],
    [{ ipProtocols: [protocol] }, 'unknown'],
    [{ ipProtocols: [protocol], destinationPorts: ['22'] }, 'pass'],
  ])('firewall/quic-allowed: %j is %s', (rule, expected) => {
    expect(kind('firewall/quic-allowed', quic(rule))).toBe(expected);
  });
});

// aks.md A5: name or description contains one of temp, test, todo, tmp.
describe('firewall/temporary-rule', () => {
  // A name is text and always known; what is unknown is a whole collection.
  const unread = [
    { name: 'odd', priority: 100, ruleCollectionType: unknown('the type'), rules: [] },
  ];
  pinCheck('firewall/temporary-rule', {
    pass: network({ name: 'database' }),
    fail: says(
      network({ name: 'temp-database' }),
      'Rule rules/net/temp-database calls itself temporary',
    ),
    unknown: {
      resources: Object.values(
        changed(soundPerimeter(), 'rules/properties/ruleCollections', unread),
      ),
      says: 'What rule collection odd holds is not known. needs the type',
    },
  });

  it.each([
    ['allowTemp', 'fail'],
    ['tmp2', 'fail'],
    ['TODO', 'fail'],
    ['test', 'fail'],
    ['attempts', 'pass'],
    ['latest', 'pass'],
    ['temperature', 'pass'],
    ['contest-site', 'pass'],
  ])('firewall/temporary-rule: a rule called %s is %s', (name, expected) => {
    expect(kind('firewall/temporary-rule', { name })).toBe(expected);
    expect(kind('firewall/temporary-rule', { description: `for ${name}` })).toBe(expected);
  });
});
