import { describe, expect, it } from 'vitest';
import { bundledDatasets } from '../../../src/io/bundled-data.ts';
import { pinCheck } from '../../support/check-cases.ts';
import { asking, resourcesOf, without } from '../../support/outcome-words.ts';
import {
  changed,
  net,
  type Perimeter,
  soundPerimeter,
  unknown,
} from '../../support/sound-perimeter.ts';

// Expected outcomes: azure-networking 6.2 (connection states), 6.3 (zones, resolvers), 13 (NET-17, NET-18); aks.md 11.1 P7.

const sound = soundPerimeter();
const { privateDnsZones } = bundledDatasets();
const datasets = { privateDnsZones };
const of = (perimeter: Perimeter, says?: string) =>
  resourcesOf(perimeter, { datasets, ...(says === undefined ? {} : { says }) });
const CONNECTION = 'endpoint/properties/privateLinkServiceConnections/0/properties';
const STATUS = `${CONNECTION}/privateLinkServiceConnectionState/status`;

describe('connections', () => {
  const ask = asking('private-endpoint/not-approved');
  // 6.2: only Approved carries traffic.
  const manual = (properties: object) =>
    changed(
      changed(sound, 'endpoint/properties/privateLinkServiceConnections', undefined),
      'endpoint/properties/manualPrivateLinkServiceConnections',
      [{ name: 'vault', properties }],
    );
  const service = { privateLinkServiceId: 'x', groupIds: ['vault'] };
  pinCheck('private-endpoint/not-approved', {
    pass: of(sound),
    fail: of(
      changed(sound, STATUS, 'Pending'),
      'pe carries no traffic: private endpoint pe: Pending.',
    ),
    unknown: of(manual(service), 'whether the owner approved the connection of pe'),
  });

  it.each<[string, Perimeter, string]>([
    ['rejected', changed(sound, STATUS, 'Rejected'), 'fail'],
    ['a state nobody knows is not approved', changed(sound, STATUS, unknown('state')), 'unknown'],
    ['disconnected', changed(sound, STATUS, 'Disconnected'), 'fail'],
    ['approved, whatever the case', changed(sound, STATUS, 'approved'), 'pass'],
    [
      'a manual connection that was approved',
      manual({ ...service, privateLinkServiceConnectionState: { status: 'Approved' } }),
      'pass',
    ],
    ['one’s own connection is approved when made', changed(sound, STATUS, undefined), 'pass'],
    [
      'no connection at all',
      changed(sound, 'endpoint/properties/privateLinkServiceConnections', []),
      'unknown',
    ],
  ])('private-endpoint/not-approved: %s', (_, perimeter, kind) => {
    expect(ask.kind(perimeter)).toBe(kind);
  });
});

describe('zones', () => {
  const id = 'private-endpoint/zone-not-linked';
  const ask = asking(id);
  const ZONE = 'privatelink.vaultcore.azure.net';
  const LINK = 'link/properties/virtualNetwork';
  const to = (vnet: string) => changed(sound, LINK, { id: net('virtualNetworks', vnet) });
  // AZS-24: the spoke asks the firewall, which asks Azure DNS from the hub.
  pinCheck('private-endpoint/zone-not-linked', {
    pass: of(sound),
    fail: of(
      to('spoke'),
      `${ZONE} is not linked to the network that answers for aks: pe is bypassed.`,
    ),
    unknown: of(
      changed(sound, LINK, { id: unknown('the linked network') }),
      'Whether a zone of pe is linked for aks is not known. needs the linked network',
    ),
  });

  const dns = (perimeter: Perimeter, ...servers: readonly unknown[]) =>
    changed(perimeter, 'spoke/properties/dhcpOptions/dnsServers', servers);
  const noRecord = without(sound, 'record');
  const group = (zone: unknown) =>
    changed(noRecord, 'endpoint/properties/privateDnsZoneGroups', [
      {
        name: 'default',
        properties: {
          privateDnsZoneConfigs: [{ name: 'z', properties: { privateDnsZoneId: zone } }],
        },
      },
    ]);
  const recordOf = (name: string, ipv4Address: unknown) =>
    changed(noRecord, 'record', {
      id: `${net('privateDnsZones', ZONE)}/A/${name}`,
      type: 'Microsoft.Network/privateDnsZones/A',
      name,
      properties: { ttl: 60, aRecords: [{ ipv4Address }] },
    });
  it.each<[string, Perimeter, string, string?]>([
    ['with Azure DNS the spoke itself asks', dns(to('spoke')), 'pass'],
    ['with Azure DNS the link of the hub is of no use', dns(sound), 'fail', 'is not linked'],
    ['168.63.129.16 is Azure DNS', dns(to('spoke'), '168.63.129.16'), 'pass'],
    ['what a server of one’s own sees is in no file', dns(sound, '10.50.0.4'), 'unknown'],
    ['two servers may see different zones', dns(sound, '10.0.0.4', '10.50.0.4'), 'unknown'],
    [
      'the firewall may ask a server of one’s own',
      changed(sound, 'policy/properties/dnsSettings/servers', ['10.50.0.4']),
      'unknown',
    ],
    [
      'no zone at all',
      without(sound, 'zone', 'link', 'record'),
      'fail',
      `No private DNS zone answers for pe`,
    ],
    [
      'a zone for another service',
      changed(without(sound, 'zone', 'link', 'record'), 'blob', {
        id: net('privateDnsZones', 'privatelink.blob.core.windows.net'),
        type: 'Microsoft.Network/privateDnsZones',
        name: 'privatelink.blob.core.windows.net',
        properties: {},
      }),
      'fail',
      'No private DNS zone',
    ],
    [
      'a linked zone without a record says that the name does not exist',
      noRecord,
      'fail',
      'holds no record of pe',
    ],
    [
      'a record of something else is none',
      recordOf('other', '10.1.8.99'),
      'fail',
      'holds no record of pe',
    ],
    ['a record under another name with the address', recordOf('alias', '10.1.8.4'), 'pass'],
    [
      'a record whose address is not known may be the one',
      recordOf('other', unknown('an address')),
      'unknown',
    ],
    ['a zone group writes the record', group(net('privateDnsZones', ZONE)), 'pass'],
    [
      'a zone group whose zone is not in the input',
      without(group(net('privateDnsZones', 'far')), 'zone', 'link'),
      'unknown',
    ],
    [
      'a group that Azure’s list does not name',
      changed(without(sound, 'zone', 'link', 'record'), `${CONNECTION}/groupIds`, ['new']),
      'unknown',
    ],
    [
      'a link service of one’s own needs no zone',
      changed(
        changed(without(sound, 'zone', 'link', 'record'), `${CONNECTION}/groupIds`, []),
        `${CONNECTION}/privateLinkServiceId`,
        net('privateLinkServices', 'mine'),
      ),
      'pass',
    ],
    ['without a cluster nobody known asks', without(sound, 'aks'), 'unknown'],
  ])(`${id}: %s`, (_, perimeter, kind, says) => {
    expect(ask.kind(perimeter, { datasets })).toBe(kind);
    if (says !== undefined) expect(ask.messages(perimeter, { datasets }).join()).toContain(says);
  });
});

describe('public access', () => {
  const id = 'private-endpoint/service-still-public';
  const ask = asking(id);
  const ACCESS = 'vault/properties/publicNetworkAccess';
  pinCheck('private-endpoint/service-still-public', {
    pass: of(sound),
    fail: of(
      changed(sound, ACCESS, 'Enabled'),
      'vault answers the whole internet although it has a private endpoint.',
    ),
    unknown: of(
      changed(sound, ACCESS, unknown('publicNetworkAccess')),
      'Whether vault is public is not known. needs publicNetworkAccess',
    ),
  });

  it.each<[string, Perimeter, string]>([
    ['not written means open', changed(sound, ACCESS, undefined), 'fail'],
    ['small letters make no difference', changed(sound, ACCESS, 'disabled'), 'pass'],
    [
      'network rules that deny by default close it',
      changed(changed(sound, ACCESS, 'Enabled'), 'vault/properties/networkAcls', {
        defaultAction: 'Deny',
      }),
      'pass',
    ],
    [
      'network rules that allow by default do not',
      changed(changed(sound, ACCESS, 'Enabled'), 'vault/properties/networkAcls', {
        defaultAction: 'Allow',
      }),
      'fail',
    ],
    [
      'a network security perimeter closes it',
      changed(sound, ACCESS, 'SecuredByPerimeter'),
      'pass',
    ],
    [
      'nobody says and no endpoint',
      changed(without(sound, 'endpoint'), ACCESS, undefined),
      'unknown',
    ],
  ])(`${id}: %s`, (_, perimeter, kind) => {
    expect(ask.kind(perimeter)).toBe(kind);
  });
});
