import { describe, expect, it } from 'vitest';
import { outcomeOf, pinCheck } from '../../support/check-cases.ts';
import { unknown } from '../../support/sound-perimeter.ts';
import { GROUP, ipGroup, network, says } from './firewall-world.ts';

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

// aks.md 5.1 and 5.2: only clusters without konnectivity, only nodes from before March 2021.
describe('egress/retired-ports-open', () => {
  const ID = 'egress/retired-ports-open';
  const tunnel = (rule: object) => ({
    ipProtocols: ['UDP'],
    destinationPorts: ['1194'],
    destinationAddresses: ['AzureCloud.westeurope'],
    ...rule,
  });
  pinCheck('egress/retired-ports-open', {
    pass: network(tunnel({ destinationPorts: ['1195'] })),
    fail: says(
      network(tunnel({})),
      'Rule rules/net/one serves the tunnel before konnectivity (UDP 1194)',
    ),
    unknown: says(network(tunnel({ destinationPorts: [port] })), 'needs the port'),
  });

  it.each([
    [{ ipProtocols: ['TCP'], destinationPorts: ['9000'] }, 'fail'],
    [{ destinationPorts: ['9000'] }, 'pass'],
    [{ ipProtocols: ['TCP', 'UDP'], destinationPorts: ['1194', '443'] }, 'fail'],
    [{ ipProtocols: ['TCP'] }, 'pass'],
    [{ destinationPorts: ['1000-2000'] }, 'pass'],
    // A server of one's own on port 9000 is no tunnel.
    [
      { ipProtocols: ['TCP'], destinationPorts: ['9000'], destinationAddresses: ['10.9.0.4'] },
      'pass',
    ],
    [{ destinationAddresses: [], destinationFqdns: ['aks.hcp.westeurope.azmk8s.io'] }, 'fail'],
    [{ destinationAddresses: [], destinationFqdns: ['vpn.example.com'] }, 'pass'],
    [
      { destinationAddresses: [], destinationFqdns: ['NTP.ubuntu.com'], destinationPorts: ['123'] },
      'fail',
    ],
    [
      {
        destinationAddresses: [],
        destinationFqdns: ['time.example.com'],
        destinationPorts: ['123'],
      },
      'pass',
    ],
    [{ destinationAddresses: [address] }, 'unknown'],
  ])(`${ID}: %j is %s`, (rule, expected) => {
    expect(kind(ID, tunnel(rule))).toBe(expected);
  });

  it(`${ID}: without a cluster nobody has retired anything`, () => {
    const resources = network(tunnel({})).resources!.filter(({ name }) => name !== 'aks');
    expect(outcomeOf(ID, { resources }).kind).toBe('not-applicable');
  });
});

// azure-firewall row 30 of section 9.
describe('egress/smtp-blocked-by-platform', () => {
  const mail = (rule: object) => ({
    destinationPorts: ['25'],
    destinationAddresses: ['203.0.113.9'],
    ...rule,
  });
  pinCheck('egress/smtp-blocked-by-platform', {
    pass: network(mail({ destinationPorts: ['587'] })),
    fail: says(
      network(mail({})),
      'Rule rules/net/one allows mail on port 25, which the platform blocks',
    ),
    unknown: says(network(mail({ destinationPorts: [port] })), 'needs the port'),
  });

  it.each([
    [{ destinationAddresses: ['10.9.0.25'] }, 'pass'],
    [{ destinationAddresses: ['*'], destinationPorts: ['*'] }, 'pass'],
    [{ destinationAddresses: ['*'], destinationPorts: ['25', '587'] }, 'fail'],
    [{ ipProtocols: ['UDP'] }, 'pass'],
    [{ destinationAddresses: [address] }, 'unknown'],
    [{ destinationAddresses: [], destinationFqdns: ['mail.example.com'] }, 'unknown'],
  ])('egress/smtp-blocked-by-platform: %j is %s', (rule, expected) => {
    expect(kind('egress/smtp-blocked-by-platform', mail(rule))).toBe(expected);
  });

  it('egress/smtp-blocked-by-platform: an IP group may hold a public relay', () => {
    const id = 'egress/smtp-blocked-by-platform';
    expect(outcomeOf(id, viaGroup({ destinationPorts: ['25'] }, '203.0.113.9')).kind).toBe('fail');
    expect(outcomeOf(id, viaGroup({ destinationPorts: ['25'] }, '10.9.0.25')).kind).toBe('pass');
  });
});

// azure-firewall row 20 of section 9 and 2.4: between private networks ICMP works.
describe('firewall/icmp-to-internet', () => {
  const ping = (rule: object) => ({ ipProtocols: ['ICMP'], destinationPorts: ['*'], ...rule });
  pinCheck('firewall/icmp-to-internet', {
    pass: network(ping({ destinationAddresses: ['10.9.0.0/16', '100.64.0.0/10'] })),
    fail: says(
      network(ping({ destinationAddresses: ['*'] })),
      'Rule rules/net/one allows ping to the internet',
    ),
    unknown: says(network(ping({ destinationAddresses: [address] })), 'needs the address'),
  });

  it.each([
    [{ destinationAddresses: ['10.0.0.0-11.0.0.0'] }, 'fail'],
    [{ destinationAddresses: [address, '203.0.113.9'] }, 'fail'],
    // Any with a written port is TCP and UDP only.
    [{ destinationAddresses: ['*'], ipProtocols: ['Any'], destinationPorts: ['22'] }, 'pass'],
    [{ destinationAddresses: ['*'], ipProtocols: [protocol] }, 'unknown'],
  ])('firewall/icmp-to-internet: %j is %s', (rule, expected) => {
    expect(kind('firewall/icmp-to-internet', ping(rule))).toBe(expected);
  });
});

// azure-firewall row 24 of section 9 and 1.6: with allowSqlRedirect no rule may use ports 11000 to 11999.
describe('firewall/sql-redirect-ports', () => {
  const sql = (allowed: unknown, ...destinationPorts: readonly string[]) => ({
    resources: network({ destinationAddresses: ['Sql'], destinationPorts }).resources!.map(
      (resource) =>
        resource['name'] === 'policy'
          ? {
              ...resource,
              properties: { sku: { tier: 'Standard' }, sql: { allowSqlRedirect: allowed } },
            }
          : resource,
    ),
  });
  const redirected = (...ports: readonly string[]) => sql(true, ...ports);
  pinCheck('firewall/sql-redirect-ports', {
    pass: sql(false, '1433', '11000-11999'),
    fail: says(redirected('1433', '11000-11999'), 'Rule rules/net/one uses ports 11000-11999'),
    unknown: says(sql(unknown('allowSqlRedirect'), '11000-11999'), 'needs allowSqlRedirect'),
  });

  it.each([
    ['11999', 'fail'],
    ['12000-13000', 'pass'],
    ['10000-11000', 'fail'],
    ['10000-10999', 'pass'],
    ['1433', 'pass'],
  ])('firewall/sql-redirect-ports: port %s is %s', (ports, expected) => {
    expect(outcomeOf('firewall/sql-redirect-ports', redirected(ports)).kind).toBe(expected);
  });
});
