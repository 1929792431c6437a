import type { Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { byKey } from '../diagram/places.ts';
import { compare } from '../diagram/sketch.ts';
import {
  addressText,
  nameOfId,
  referenceText,
  settingText,
  unknownText,
} from '../diagram/words.ts';
import { bullets, code, facts, prose, shortTable } from './markdown.ts';
import { placeText } from './place-text.ts';

const ROWS_MAX = 60;

/** Private endpoints and who resolves what. */
export function namesPage(network: Network): readonly string[] {
  return [...privateEndpoints(network), ...dns(network)];
}

function privateEndpoints({ perimeter, subnets }: Network): readonly string[] {
  const rows = byKey(perimeter.privateEndpoints).map((endpoint) => {
    const { subnet } = endpoint;
    const placed = subnet === undefined || isUnknown(subnet) ? undefined : subnets.get(subnet.key);
    const targets = endpoint.connections.map(({ service, groupIds, status }) => {
      const name = isUnknown(service)
        ? prose(unknownText(service.missing))
        : code(nameOfId(service.id));
      const state = isUnknown(status) ? 'state not known' : (status ?? 'state not written');
      return `${name} ${prose(groupIds.join(', '))} (${prose(state)})`;
    });
    return [
      code(endpoint.name),
      targets.length === 0 ? 'nothing written' : targets.join(', '),
      placed === undefined ? 'not in the input' : code(placed.subnet.name),
      endpoint.addresses.length === 0
        ? 'given by Azure'
        : prose(endpoint.addresses.map(addressText).join(', ')),
      endpoint.zoneGroupZones.length === 0
        ? 'no zone group'
        : endpoint.zoneGroupZones.map((zone) => code(referenceText(zone))).join(', '),
      placeText(endpoint.at),
    ];
  });
  return [
    '## Private endpoints',
    '',
    ...(rows.length === 0
      ? ['None in the input.', '']
      : [
          `Reached by a /32 route in their own and in directly peered networks, so a default route never diverts them ${facts('AZS-31')}; only an approved connection carries traffic ${facts('AZS-30')}.`,
          '',
          ...shortTable(
            ['endpoint', 'leads to', 'subnet', 'address', 'DNS zones', 'where'],
            rows,
            ROWS_MAX,
            'endpoints',
          ),
        ]),
  ];
}

function dns({ perimeter, vnets }: Network): readonly string[] {
  const networks = byKey(vnets).map(({ vnet }) => {
    const servers = vnet.dnsServers.map(addressText);
    return `${code(vnet.name)} asks ${servers.length === 0 ? `Azure DNS ${facts('AZS-20')}` : prose(servers.join(', '))}.`;
  });
  const zones = byKey(perimeter.privateDnsZones).map(({ zone, links, at }) => [
    code(zone),
    links.length === 0
      ? 'no network'
      : [...links]
          .sort((a, b) => compare(a.name, b.name))
          .slice(0, 8)
          .map(({ virtualNetwork, registrationEnabled }) => {
            const registers =
              settingText(registrationEnabled, 'false') === 'true' ? ' (registers)' : '';
            return `${code(referenceText(virtualNetwork))}${registers}`;
          })
          .join(', '),
    placeText(at),
  ]);
  const many = networks.length > 20;
  return [
    '## DNS',
    '',
    ...bullets([
      ...networks.slice(0, 20),
      ...(many ? [`And ${networks.length - 20} more networks.`] : []),
    ]),
    ...(zones.length === 0
      ? ['No private DNS zone is in the input.', '']
      : [
          `With the firewall as DNS server the query starts in the network of the firewall: a zone must be linked there ${facts('AZS-24')}.`,
          '',
          ...shortTable(['private zone', 'linked to', 'where'], zones, ROWS_MAX, 'zones'),
        ]),
  ];
}
