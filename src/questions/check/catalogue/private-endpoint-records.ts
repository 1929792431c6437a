import type { PrivateDnsZone, PrivateEndpoint } from '../../../model/index.ts';
import { addressSetHas, formatIp, type Ip } from '../../../net/index.ts';
import { recordNameOf } from '../../../semantics/dns/record-name.ts';
import { isUnknown } from '../../../values/index.ts';
import type { Check, CheckContext } from '../finding.ts';
import { eachSubject, HOLDS, type Judgement } from '../judge.ts';

interface RecordSubject {
  readonly zone: PrivateDnsZone;
  readonly record: PrivateDnsZone['aRecords'][number];
}

const differing = eachSubject<RecordSubject>({
  id: 'private-endpoint/record-differs',
  severity: 'error',
  title: 'Records of private link zones hold the addresses of their endpoints.',
  explanation:
    'An endpoint that is made anew gets another address. A record written by hand, or left by a zone group, then sends clients to nobody, and connections time out. A zone group on the endpoint keeps the record right.',
  fix: 'give the endpoint a zone group (privateDnsZoneGroups) and delete the record written by hand',
  facts: ['AZS-23', 'AZS-26'],
  covers: ['NET-17', 'O5', 'P7'],
  subjects: recordsOf,
  none: 'no record in a private link zone',
  key: ({ zone, record }) => `${zone.key}/a/${record.name}`,
  judge: ({ zone, record }, context) => {
    const title = `${record.name}.${zone.zone}`;
    const endpoints = ownersOf(context, zone, record.name);
    const sure = endpoints.filter(({ owns }) => owns === 'yes');
    if (sure.length === 0) return HOLDS; // private-endpoint/orphan-record asks about these
    const open = [
      ...record.addresses,
      ...sure.flatMap(({ endpoint }) => addressesOf(endpoint)),
    ].find(isUnknown);
    const wanted = sure.flatMap(({ endpoint }) => known(addressesOf(endpoint)));
    const written = known(record.addresses);
    const stray = written.find((ip) => !wanted.some((one) => formatIp(one) === formatIp(ip)));
    if (stray === undefined && open === undefined && wanted.length > 0) return HOLDS;
    if (open !== undefined || wanted.length === 0)
      return {
        kind: 'undecided',
        message: `Whether record ${title} holds the address of its endpoint is not known.`,
        missing: open?.missing ?? `the address of private endpoint ${sure[0]!.endpoint.name}`,
        at: record.at,
      };
    return {
      kind: 'fails',
      message: `Record ${title} says ${formatIp(stray!)}; private endpoint ${sure[0]!.endpoint.name} has ${wanted.map(formatIp).join(', ')}.`,
      places: [
        { at: record.at, what: `record ${title}` },
        { at: sure[0]!.endpoint.at, what: `private endpoint ${sure[0]!.endpoint.name}` },
      ],
      evidence: [`${formatIp(stray!)} is not an address of the endpoint`],
    };
  },
});

const orphan = eachSubject<RecordSubject>({
  id: 'private-endpoint/orphan-record',
  severity: 'warning',
  title: 'Every record of a private link zone belongs to an endpoint.',
  explanation:
    'A record that outlived its endpoint leads to an address that is free, or that something else was given meanwhile: clients time out, or talk to a stranger in the network.',
  fix: 'delete the record',
  facts: ['AZS-23', 'AZS-26'],
  covers: ['O5'],
  subjects: recordsOf,
  none: 'no record in a private link zone',
  key: ({ zone, record }) => `${zone.key}/a/${record.name}`,
  judge: ({ zone, record }, context) => {
    const title = `${record.name}.${zone.zone}`;
    const owners = ownersOf(context, zone, record.name);
    if (owners.some(({ owns }) => owns === 'yes')) return HOLDS;
    const endpoints = [...context.perimeter.privateEndpoints.values()];
    const addresses = endpoints.flatMap(addressesOf);
    const written = known(record.addresses);
    if (written.some((ip) => known(addresses).some((one) => formatIp(one) === formatIp(ip))))
      return HOLDS;
    const undecided = (missing: string): Judgement => ({
      kind: 'undecided',
      message: `Whether record ${title} belongs to an endpoint is not known.`,
      missing,
      at: record.at,
    });
    const open = [...record.addresses, ...addresses].find(isUnknown);
    if (open !== undefined) return undecided(open.missing);
    // An endpoint without an address may have the one of the record; so may one of a network that is not here.
    const silent = endpoints.find((endpoint) => addressesOf(endpoint).length === 0);
    if (silent !== undefined && owners.some(({ owns }) => owns === 'unknown'))
      return undecided(`the address of private endpoint ${silent.name}`);
    const [first] = written;
    if (first === undefined) return HOLDS;
    const inside = [...context.network.vnets.values()].some(
      ({ vnet, addresses: space }) => vnet.isReference !== true && addressSetHas(space, first),
    );
    if (!inside)
      return undecided(`the private endpoint at ${formatIp(first)}, in a network not in the input`);
    return {
      kind: 'fails',
      message: `Record ${title} leads to ${formatIp(first)}, where no private endpoint is.`,
      places: [{ at: record.at, what: `record ${title}` }],
      evidence: [`${formatIp(first)} is in a network of the input and no endpoint has it`],
    };
  },
});

export const PRIVATE_ENDPOINT_RECORD_CHECKS: readonly Check[] = [differing, orphan];

/** Records that people may have written. Zones of private clusters are kept by AKS, whose endpoints no file shows. */
function recordsOf({ perimeter }: CheckContext): readonly RecordSubject[] {
  return [...perimeter.privateDnsZones.values()]
    .filter(({ zone }) => zone.startsWith('privatelink.') && !zone.endsWith('.azmk8s.io'))
    .flatMap((zone) => zone.aRecords.map((record) => ({ zone, record })));
}

function ownersOf({ perimeter }: CheckContext, { zone }: PrivateDnsZone, name: string) {
  return [...perimeter.privateEndpoints.values()].flatMap((endpoint) => {
    const owns = recordNameOf(endpoint, name.toLowerCase(), zone);
    return owns === 'no' || !isOfZone(endpoint, zone, perimeter) ? [] : [{ endpoint, owns }];
  });
}

/** Two services may have one name: the group ids say which zone an endpoint's name is in. */
function isOfZone(
  endpoint: PrivateEndpoint,
  zone: string,
  { snapshot, privateDnsZones }: CheckContext['perimeter'],
): boolean {
  const named = endpoint.zoneGroupZones.flatMap((one) =>
    isUnknown(one) ? [] : (privateDnsZones.get(one.key)?.zone ?? []),
  );
  if (named.length > 0) return named.includes(zone);
  const groups = endpoint.connections.flatMap(({ groupIds }) =>
    groupIds.map((group) => group.toLowerCase()),
  );
  const entries = snapshot.datasets.privateDnsZones.entries.filter((entry) =>
    entry.groupIds.some((group) => groups.includes(group.toLowerCase())),
  );
  return (
    entries.length === 0 ||
    entries.some(({ zones }) => zones.some((one) => one.toLowerCase() === zone))
  );
}

function addressesOf(endpoint: PrivateEndpoint) {
  return [...endpoint.addresses, ...endpoint.dnsConfigs.flatMap(({ addresses }) => addresses)];
}

function known(addresses: PrivateEndpoint['addresses']): readonly Ip[] {
  return addresses.flatMap((one) => (isUnknown(one) ? [] : [one]));
}
