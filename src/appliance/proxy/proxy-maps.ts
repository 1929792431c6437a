import { type AddressSet, formatPrefix, prefixesOfAddressSet } from '../../net/index.ts';
import type { ApplicationMaps, MapEntry, NameMaps } from '../application/name-maps.ts';
import type { ThreatFilter } from '../threat/threat-filter.ts';

/** Names of the map files in the appliance's folder. */
export const MAPS = {
  sources: 'sources.map',
  http: 'http.map',
  httpEndings: 'http-endings.map',
  tls: 'tls.map',
  tlsEndings: 'tls-endings.map',
  threats: 'threats.map',
  threatEndings: 'threat-endings.map',
  threatsAllowed: 'threats-allowed.map',
} as const;

/** Constant tail of keys in the list of threats: it is one list for every client and port. */
export const THREAT_TAIL = 'threat';

/** Only maps that the configuration names; sorted where order says nothing, so that the same rules give the same bytes. */
export function proxyMaps(
  { http, tls, sources }: ApplicationMaps,
  threats: ThreatFilter,
): ReadonlyMap<string, readonly MapEntry[]> {
  const maps = new Map<string, readonly MapEntry[]>();
  const ofProtocol = (names: NameMaps, file: string, endingsFile: string) => {
    if (names.ports.length === 0) return;
    maps.set(file, sorted(names.names));
    if (names.endings.length > 0) maps.set(endingsFile, names.endings);
  };
  ofProtocol(http, MAPS.http, MAPS.httpEndings);
  ofProtocol(tls, MAPS.tls, MAPS.tlsEndings);
  if (http.hasClasses || tls.hasClasses) {
    maps.set(
      MAPS.sources,
      sources.ranges.flatMap(({ low, high, class: of }) =>
        cidrs({ v4: [low, high], v6: [] }, `${of}`),
      ),
    );
  }
  if (threats.names !== undefined) {
    const word = (rank: number) => (rank === 0 ? 'Pass:0' : 'Hit:1');
    const { exact, below, endings } = threats.names;
    maps.set(
      MAPS.threats,
      sorted([
        ...[...exact].map(([name, rank]): MapEntry => [`${name}|${THREAT_TAIL}`, word(rank)]),
        ...[...below].map(([name, rank]): MapEntry => [`*.${name}|${THREAT_TAIL}`, word(rank)]),
        ...(threats.names.any === undefined
          ? []
          : [[`*|${THREAT_TAIL}`, word(threats.names.any)] as const]),
      ]),
    );
    if (endings.length > 0) {
      maps.set(
        MAPS.threatEndings,
        endings.map(([end, rank]) => [`${end}|${THREAT_TAIL}`, word(rank)]),
      );
    }
    if (threats.allowedAddresses.v4.length > 0) {
      maps.set(MAPS.threatsAllowed, cidrs(threats.allowedAddresses, '1'));
    }
  }
  return maps;
}

function cidrs(addresses: AddressSet, value: string): readonly MapEntry[] {
  return prefixesOfAddressSet(addresses).map((prefix) => [formatPrefix(prefix), value]);
}

function sorted(entries: readonly MapEntry[]): readonly MapEntry[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
