import { describe, expect, it } from 'vitest';
import { outcomeOf, pinCheck } from '../../support/check-cases.ts';
import { net, unknown } from '../../support/sound-perimeter.ts';
import { application, network, says, withRules } from './firewall-world.ts';

const names = (...targetFqdns: readonly unknown[]) => application({ targetFqdns });
const urls = (...targetUrls: readonly unknown[]) => application({ targetUrls, terminateTLS: true });
const hidden = unknown('a value for parameter host');

// aks.md A13, the six examples of the row.
describe('how wide an allow list is', () => {
  pinCheck('egress/wildcard-allow-list', {
    pass: names('mine.azurecr.io'),
    fail: says(names('*.azurecr.io'), 'Rule rules/net/one lets the cluster reach `*.azurecr.io`'),
    unknown: says(names('mine.azurecr.io', hidden), 'needs a value for parameter host'),
  });

  const ID = 'egress/wildcard-allow-list';
  it.each([
    '*.com',
    '*.blob.core.windows.net',
    '*.microsoft.com',
    '*.githubusercontent.com',
    '*azurecr.io',
    '*.Docker.IO',
  ])(`${ID}: %s is open to everybody`, (name) =>
    expect(outcomeOf(ID, names(name)).kind).toBe('fail'),
  );

  // Depth counts: below the region and below the data end point the next label is anybody's.
  it.each([
    '*.core.windows.net',
    '*.westeurope.cloudapp.azure.com',
    '*.westeurope.data.azurecr.io',
    '*.s3.eu-west-1.amazonaws.com',
  ])(`${ID}: %s is as open as the suffix it belongs to`, (name) =>
    expect(outcomeOf(ID, names(name)).kind).toBe('fail'),
  );

  // aks.md 5.1 asks for the first two; the last belongs to one account.
  it.each([
    '*.data.mcr.microsoft.com',
    '*.hcp.westeurope.azmk8s.io',
    '*.example.com',
    '*.mine.blob.core.windows.net',
  ])(`${ID}: %s is one party's`, (name) => expect(outcomeOf(ID, names(name)).kind).toBe('pass'));

  it(`${ID}: the host of a URL counts, a deny does not`, () => {
    expect(outcomeOf(ID, urls('*.azurecr.io/v2/*')).kind).toBe('fail');
    expect(outcomeOf(ID, urls('mine.azurecr.io/v2/*')).kind).toBe('pass');
    expect(outcomeOf(ID, application({ targetFqdns: ['*.azurecr.io'] }, 'Deny')).kind).toBe(
      'not-applicable',
    );
  });

  it(`${ID}: an unknown action leaves it open`, () => {
    const action = { ruleCollectionType: 'FirewallPolicyFilterRuleCollection' };
    const input = withRules('Allow', []);
    const resources = input.resources!.map((resource) =>
      resource['name'] === 'rules'
        ? {
            ...resource,
            properties: {
              priority: 300,
              ruleCollections: [
                {
                  ...action,
                  name: 'net',
                  priority: 200,
                  action: { type: unknown('the action') },
                  rules: [
                    {
                      ruleType: 'ApplicationRule',
                      name: 'one',
                      sourceAddresses: ['*'],
                      protocols: [{ protocolType: 'Https', port: 443 }],
                      targetFqdns: ['*.azurecr.io'],
                    },
                  ],
                },
              ],
            },
          }
        : resource,
    );
    expect(outcomeOf(ID, { resources })).toMatchObject({
      kind: 'unknown',
      undecided: [{ message: 'Whether rules/net/one allows or denies is not known.' }],
    });
  });

  pinCheck('egress/every-name-allowed', {
    pass: names('*.example.com'),
    fail: says(names('api.example.com', '*'), 'Rule rules/net/one allows every host name'),
    unknown: says(names(hidden), 'needs a value for parameter host'),
  });

  it('egress/every-name-allowed: * as the host of a URL, and not under a deny (azure-firewall 2.8)', () => {
    const id = 'egress/every-name-allowed';
    expect(outcomeOf(id, urls('*')).kind).toBe('fail');
    expect(outcomeOf(id, application({ targetFqdns: ['*'] }, 'Deny')).kind).toBe('not-applicable');
  });
});

// azure-firewall 2.6: `*.x.com` is any depth below x.com and not x.com; `*x.com` is also evilx.com.
describe('what a wildcard matches', () => {
  pinCheck('firewall/wildcard-misses-apex', {
    pass: names('*.example.com', 'example.com'),
    fail: says(names('*.example.com'), 'allows `*.example.com` but not `example.com`'),
    unknown: says(names('*.example.com', hidden), 'needs a value for parameter host'),
  });

  it('firewall/wildcard-misses-apex: another rule for the same sources may hold the apex', () => {
    const rule = (name: string, target: string, source: string) => ({
      ruleType: 'ApplicationRule',
      name,
      sourceAddresses: [source],
      protocols: [{ protocolType: 'Https', port: 443 }],
      targetFqdns: [target],
    });
    const kind = (source: string) =>
      outcomeOf(
        'firewall/wildcard-misses-apex',
        withRules('Allow', [
          rule('below', '*.example.com', '10.1.0.0/22'),
          rule('apex', 'Example.com', source),
        ]),
      ).kind;
    expect(kind('10.1.0.0/22')).toBe('pass');
    expect(kind('10.7.0.0/22')).toBe('fail');
    // What another firewall allows does not help the clients of this one.
    const elsewhere = {
      id: net('azureFirewalls', 'other'),
      type: 'Microsoft.Network/azureFirewalls',
      name: 'other',
      properties: {
        applicationRuleCollections: [
          {
            name: 'apexes',
            properties: {
              priority: 100,
              action: { type: 'Allow' },
              rules: [rule('apex', 'example.com', '10.1.0.0/22')],
            },
          },
        ],
      },
    };
    const below = rule('below', '*.example.com', '10.1.0.0/22');
    expect(
      outcomeOf('firewall/wildcard-misses-apex', withRules('Allow', [below], elsewhere)).kind,
    ).toBe('fail');
  });

  it.each([
    ['*.azurecr.io', 'nobody calls the bare name of a suffix of accounts'],
    ['*.a.example.com', 'deeper names have no apex by custom'],
    ['*example.com', 'without the dot the apex matches'],
  ])('firewall/wildcard-misses-apex: %s passes, %s', (name) => {
    expect(outcomeOf('firewall/wildcard-misses-apex', names(name)).kind).toBe('pass');
  });

  pinCheck('firewall/wildcard-matches-lookalikes', {
    pass: names('*.contoso.com', 'contoso.com'),
    fail: says(
      names('*contoso.com'),
      'Rule rules/net/one also matches look-alike names such as `evilcontoso.com`',
    ),
    unknown: says(names(hidden), 'needs a value for parameter host'),
  });

  it('firewall/wildcard-matches-lookalikes: * alone is every name, not a look-alike; a URL has a host', () => {
    expect(outcomeOf('firewall/wildcard-matches-lookalikes', names('*')).kind).toBe('pass');
    expect(outcomeOf('firewall/wildcard-matches-lookalikes', urls('*contoso.com/x')).kind).toBe(
      'fail',
    );
    expect(outcomeOf('firewall/wildcard-matches-lookalikes', urls('contoso.com/x/*')).kind).toBe(
      'pass',
    );
  });
});

// azure-firewall 2.4: names in network rules, no wildcards at all, matched by address.
describe('names in network rules', () => {
  const to = (destinationFqdns: readonly unknown[], rule: object = {}) =>
    network({ destinationAddresses: undefined, destinationFqdns, ...rule });

  pinCheck('firewall/wildcard-in-network-rule', {
    pass: to(['db.example.com']),
    fail: says(
      to(['*.example.com']),
      'Rule rules/net/one names `*.example.com`, which never matches',
    ),
    unknown: says(to([hidden]), 'Not every name of rules/net/one is known'),
  });

  it('firewall/wildcard-in-network-rule: a deny that never matches is no better, and addresses are no names', () => {
    const denied = network({ destinationAddresses: undefined, destinationFqdns: ['*'] }, 'Deny');
    expect(outcomeOf('firewall/wildcard-in-network-rule', denied).kind).toBe('fail');
    expect(outcomeOf('firewall/wildcard-in-network-rule', network({})).kind).toBe('not-applicable');
  });

  pinCheck('firewall/web-name-in-network-rule', {
    pass: to(['db.example.com'], { destinationPorts: ['5432'] }),
    fail: says(
      to(['www.example.com'], { destinationPorts: ['443'] }),
      'Rule rules/net/one lets through every site',
    ),
    unknown: says(
      to(['www.example.com'], { destinationPorts: [unknown('the port')] }),
      'needs the port',
    ),
  });

  it.each([
    [{ destinationPorts: ['400-500'] }, 'fail'],
    [{ destinationPorts: ['5432', '80'], ipProtocols: ['Any'] }, 'fail'],
    [{ destinationPorts: ['443'], ipProtocols: ['UDP'] }, 'pass'],
    [{ destinationPorts: ['443'], ipProtocols: [unknown('the protocol')] }, 'unknown'],
    // UDP carries no HTTP that application rules would see: the ports do not matter.
    [{ destinationPorts: [unknown('the port')], ipProtocols: ['UDP'] }, 'pass'],
    [{ destinationPorts: ['81-442'] }, 'pass'],
  ])('firewall/web-name-in-network-rule: %j is %s', (rule, kind) => {
    expect(outcomeOf('firewall/web-name-in-network-rule', to(['www.example.com'], rule)).kind).toBe(
      kind,
    );
  });
});
