import { isIP } from 'node:net';
import { OperationalError } from '../../diagnostics/index.ts';
import { parseDomainName } from '../../net/index.ts';

/** What the DNS proxy is started with: plain JSON, the same in the lab and on a virtual machine. */
export interface DnsProxyProgram {
  /** Where clients ask. Empty: nobody asks, and the names of network rules are resolved all the same (azure-firewall 2.4). */
  readonly listen: readonly DnsEndpoint[];
  readonly upstream: readonly DnsEndpoint[];
  /** Exact names of network rules and the nftables set that each feeds. */
  readonly sets: readonly FqdnSet[];
  /** `inet sallyport_fw`. */
  readonly table: string;
  /** Reload and status are asked here; absent: nobody can. */
  readonly controlSocket?: string;
  /** One JSON line a query is appended here; absent: queries are not logged. */
  readonly events?: string;
  /** Names of network rules are resolved again so often (azure-firewall 2.4: 15 s). */
  readonly refreshSeconds: number;
  /** An address stays so long after it was last seen (azure-firewall 2.4: 15 minutes). */
  readonly retentionSeconds: number;
  readonly cacheEntriesMax: number;
  /** Questions under way towards upstreams; what comes beyond is answered SERVFAIL. */
  readonly outstandingMax: number;
  /** The first upstream gets so long, each further one half as much more. */
  readonly patienceMilliseconds: number;
  /** The program that loads and lists tables. */
  readonly nft: string;
  /** The program that passes changes of sets to the kernel. */
  readonly perl: string;
}

export interface DnsEndpoint {
  readonly address: string;
  readonly port: number;
}

export interface FqdnSet {
  readonly fqdn: string;
  readonly set: string;
}

const SETS_MAX = 50_000;

/**
 * Reads the configuration. Every text that reaches a command of `nft` is checked here.
 * @throws OperationalError `nva/configuration`
 */
export function readDnsProxyProgram(value: unknown): DnsProxyProgram {
  const object = recordOf(value, 'the configuration');
  const sets = listOf(object['sets'], 'sets', SETS_MAX).map((entry, index) => {
    const { fqdn, set } = recordOf(entry, `sets[${index}]`);
    const name = typeof fqdn === 'string' ? parseDomainName(fqdn) : undefined;
    if (name === undefined) throw refusal(`sets[${index}].fqdn`, 'is no exact domain name');
    return { fqdn: name, set: identifier(set, `sets[${index}].set`) };
  });
  const upstream = endpoints(object['upstream'], 'upstream');
  if (upstream.length === 0) throw refusal('upstream', 'is empty');
  const controlSocket = optionalText(object['controlSocket'], 'controlSocket');
  const events = optionalText(object['events'], 'events');
  return {
    listen: endpoints(object['listen'] ?? [], 'listen'),
    upstream,
    sets,
    table: tableName(object['table']),
    ...(controlSocket === undefined ? {} : { controlSocket }),
    ...(events === undefined ? {} : { events }),
    refreshSeconds: numberOf(object['refreshSeconds'], 'refreshSeconds', 15, 1, 3600),
    retentionSeconds: numberOf(object['retentionSeconds'], 'retentionSeconds', 900, 1, 86_400),
    cacheEntriesMax: numberOf(object['cacheEntriesMax'], 'cacheEntriesMax', 50_000, 0, 1_000_000),
    outstandingMax: numberOf(object['outstandingMax'], 'outstandingMax', 8192, 1, 60_000),
    patienceMilliseconds: numberOf(
      object['patienceMilliseconds'],
      'patienceMilliseconds',
      1_000,
      10,
      60_000,
    ),
    nft: optionalText(object['nft'], 'nft') ?? 'nft',
    perl: optionalText(object['perl'], 'perl') ?? 'perl',
  };
}

/** A table may be written with its family or without; the appliance's is `inet`. */
function tableName(value: unknown): string {
  const words = typeof value === 'string' ? value.trim().split(/\s+/) : [];
  const [family, name] = words.length === 1 ? ['inet', words[0]] : words;
  if (words.length > 2 || (family !== 'inet' && family !== 'ip')) {
    throw refusal('table', 'is no table of nftables, as `inet sallyport_fw`');
  }
  return `${family} ${identifier(name, 'table')}`;
}

/** A word that can stand in a command of `nft` and be nothing else there. */
function identifier(value: unknown, member: string): string {
  if (typeof value === 'string' && /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(value)) return value;
  throw refusal(member, 'is no name as nftables takes it');
}

function endpoints(value: unknown, member: string): readonly DnsEndpoint[] {
  return listOf(value, member, 64).map((entry, index) => {
    const { address, port } = recordOf(entry, `${member}[${index}]`);
    if (typeof address !== 'string' || isIP(address) === 0) {
      throw refusal(`${member}[${index}].address`, 'is no address');
    }
    return { address, port: numberOf(port, `${member}[${index}].port`, 53, 0, 65_535) };
  });
}

function recordOf(value: unknown, member: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw refusal(member, 'is no object');
}

function listOf(value: unknown, member: string, max: number): readonly unknown[] {
  if (!Array.isArray(value)) throw refusal(member, 'is no list');
  if (value.length > max) throw refusal(member, `has more than ${max} entries`);
  return value;
}

function optionalText(value: unknown, member: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return value;
  throw refusal(member, 'is no text');
}

function numberOf(
  value: unknown,
  member: string,
  fallback: number,
  least: number,
  most: number,
): number {
  if (value === undefined) return fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) {
    return value;
  }
  throw refusal(member, `is no whole number from ${least} to ${most}`);
}

function refusal(member: string, why: string): OperationalError {
  return new OperationalError('nva/configuration', `\`${member}\` ${why}`);
}
