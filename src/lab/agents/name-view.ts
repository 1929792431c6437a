import { type Ip, type Prefix, parseIp, parsePrefix, prefixHas } from '../../net/index.ts';
import type { DnsAuthority } from '../plan/dns-authority.ts';
import { nameAddress } from '../plan/name-address.ts';

/** What a name is to one client: the names it is sent on to, one after the other, and the addresses of the last. */
export interface NameAnswer {
  readonly aliases: readonly { readonly name: string; readonly target: string }[];
  /** Undefined: no such name. */
  readonly addresses: readonly string[] | undefined;
}

/** Names under these ends never exist on the internet: RFC 6761, RFC 6762, and what Azure keeps inside a network. */
const NOWHERE = ['invalid', 'local', 'localhost', 'test', 'onion', 'arpa', 'internal'];
/** AKS keeps these names in private zones, and public DNS has none of them (AKS-53). */
const PRIVATE_API_SERVER = /\.private(?:link)?\.[a-z0-9]+\.azmk8s\.io$/;
const ALIASES_MOST = 8;

/** A name server's knowledge as a function of who asks, in the order that `DnsAuthority` tells. */
export function nameView(told: DnsAuthority): (name: string, client: string) => NameAnswer {
  const zones = told.zones
    .map(({ zone, onlyFor, fallsBack, records }) => ({
      zone: normal(zone),
      networks: networksOf(onlyFor),
      fallsBack,
      records: new Map(records.map((record) => [normal(record.name), record.addresses])),
    }))
    .sort((a, b) => b.zone.length - a.zone.length);
  const names = new Map<string, { readonly address: string; readonly networks?: Prefixes }[]>();
  for (const { name, address, onlyFor } of told.names) {
    const entry = { address, ...(onlyFor === undefined ? {} : { networks: networksOf(onlyFor) }) };
    names.set(normal(name), [...(names.get(normal(name)) ?? []), entry]);
  }
  const aliases = new Map(told.aliases.map(({ name, target }) => [normal(name), normal(target)]));

  const addressesOf = (name: string, client: Ip | undefined) => {
    const zone = zones.find((one) => isBelow(name, one.zone) && sees(one.networks, client));
    const records = zone && patternsOf(name).map((pattern) => zone.records.get(pattern));
    const found = records?.find((addresses) => addresses !== undefined);
    if (found !== undefined) return found;
    if (zone !== undefined && !zone.fallsBack) return undefined;
    for (const pattern of patternsOf(name)) {
      const entries = names.get(pattern) ?? [];
      const own = entries.filter(({ networks }) => networks && sees(networks, client));
      const chosen = own.length > 0 ? own : entries.filter(({ networks }) => !networks);
      if (chosen.length > 0) return chosen.map(({ address }) => address);
    }
    return isPublic(name) ? [nameAddress(name)] : undefined;
  };
  return (asked, clientText) => {
    const client = parseIp(clientText.replace(/^::ffff:/, ''));
    const passed: { readonly name: string; readonly target: string }[] = [];
    let name = normal(asked);
    for (let target = aliases.get(name); target !== undefined; target = aliases.get(name)) {
      if (passed.length === ALIASES_MOST) return { aliases: [], addresses: undefined };
      passed.push({ name, target });
      name = target;
    }
    return { aliases: passed, addresses: addressesOf(name, client) };
  };
}

type Prefixes = readonly Prefix[];

/** The name itself, then the wildcards above it, the longest first. */
function patternsOf(name: string): readonly string[] {
  const labels = name.split('.');
  return [name, ...labels.slice(1).map((_, at) => `*.${labels.slice(at + 1).join('.')}`)];
}

function sees(networks: Prefixes, client: Ip | undefined): boolean {
  return client !== undefined && networks.some((prefix) => prefixHas(prefix, client));
}

function networksOf(texts: readonly string[]): Prefixes {
  return texts.flatMap((text) => parsePrefix(text) ?? []);
}

function isPublic(name: string): boolean {
  const labels = name.split('.');
  return (
    labels.length > 1 &&
    labels.every((label) => label.length > 0 && label.length <= 63) &&
    !NOWHERE.includes(labels.at(-1) ?? '') &&
    // No top-level domain is a number (RFC 3696, 2): an address that is asked for as a name is none.
    !/^\d+$/.test(labels.at(-1) ?? '') &&
    !PRIVATE_API_SERVER.test(name)
  );
}

function isBelow(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

function normal(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
