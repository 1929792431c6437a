import type { RequiredEgress } from '../../facts/index.ts';
import { formatAddressSet } from '../../net/index.ts';
import type { ClusterPlacement, Network } from '../../network/index.ts';
import { isUnknown } from '../../values/index.ts';
import { type UsedRegistry, usedRegistries } from './registries.ts';
import { customDnsServers, scopeToken, type TokenAnswer } from './scope-tokens.ts';

/** One line of the required egress list, read for one cluster. */
export interface RequiredEgressAnswer {
  /** Placeholders replaced; those that could not be stay as they are. */
  readonly entry: RequiredEgress;
  readonly applies: 'yes' | 'no' | 'unknown';
  /** The scope that decided, or what is missing. */
  readonly why: string;
  /** Placeholders left: `location`, `apiServerPublicIp`. */
  readonly unfilled: readonly string[];
}

/**
 * What this cluster must be able to reach: every entry of the list with whether it applies. An entry with several
 * destinations (registries, DNS servers) is given once for each. O(entries × tokens).
 * @see AKS-30 scope and exclusions, AKS-31…AKS-35
 */
export function requiredEgress(
  network: Network,
  placement: ClusterPlacement,
): readonly RequiredEgressAnswer[] {
  const answers = new Map<string, TokenAnswer>();
  const registries = usedRegistries(network, placement);
  const holds = (token: string): TokenAnswer => {
    const known = answers.get(token);
    if (known !== undefined) return known;
    const answer =
      token === 'acr-public'
        ? publicRegistry(network, registries)
        : scopeToken(network, placement, token);
    answers.set(token, answer);
    return answer;
  };
  const fillings = fillingsOf(network, placement, registries);
  return network.perimeter.snapshot.datasets.requiredEgress.entries.flatMap((template) => {
    const applies = applicability(template, holds);
    return fill(template, fillings).map(({ entry, unfilled }) =>
      unfilled.length > 0 && applies.holds === 'yes'
        ? { entry, unfilled, applies: 'unknown' as const, why: missingText(unfilled) }
        : { entry, unfilled, applies: applies.holds, why: applies.why },
    );
  });
}

/** AKS-30: any token of the scope, none of the exclusions. */
function applicability(
  template: RequiredEgress,
  holds: (token: string) => TokenAnswer,
): TokenAnswer {
  let excluded: TokenAnswer | undefined;
  for (const token of template.exclude) {
    const answer = holds(token);
    if (answer.holds === 'yes') return { holds: 'no', why: `excluded: ${answer.why}` };
    if (answer.holds === 'unknown') excluded ??= answer;
  }
  let best: TokenAnswer = { holds: 'no', why: 'no scope' };
  for (const token of template.scope) {
    const answer = holds(token);
    if (answer.holds === 'yes') {
      best = answer;
      break;
    }
    if (best.holds === 'no') best = answer;
  }
  return best.holds === 'yes' && excluded !== undefined ? excluded : best;
}

function publicRegistry(network: Network, registries: readonly UsedRegistry[]): TokenAnswer {
  const open = registries.find((each) => each.isPublic === 'yes');
  if (open !== undefined) return { holds: 'yes', why: open.why };
  const perhaps = registries.find((each) => each.isPublic === 'unknown');
  if (perhaps !== undefined) return { holds: 'unknown', why: perhaps.why };
  if (registries.length > 0) return { holds: 'no', why: 'registries are reached privately' };
  return network.perimeter.kubernetes.pods.length > 0
    ? { holds: 'no', why: 'no workload pulls from a registry of one’s own' }
    : { holds: 'unknown', why: 'whether the cluster pulls from a registry of one’s own' };
}

/** Values for each placeholder; several mean one entry each. Absent: not known. */
type Fillings = Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>;

function fillingsOf(
  network: Network,
  placement: ClusterPlacement,
  registries: readonly UsedRegistry[],
): Fillings {
  const cluster = placement.cluster;
  const location = cluster?.location;
  const pulled = registries.filter((each) => each.isPublic !== 'no');
  const apiSubnet = cluster?.apiServer.subnet;
  const apiPrefix =
    apiSubnet === undefined || isUnknown(apiSubnet)
      ? undefined
      : network.subnets.get(apiSubnet.key)?.addresses;
  return {
    location: location === undefined ? [] : [{ location }],
    acrName: pulled.map(({ name, region }) => ({
      acrName: name,
      ...(region === undefined ? {} : { acrRegion: region }),
    })),
    customDnsIp: customDnsServers(network, placement).servers.map(({ text }) => ({
      customDnsIp: text,
    })),
    apiServerSubnetPrefix:
      apiPrefix === undefined ? [] : [{ apiServerSubnetPrefix: formatAddressSet(apiPrefix) }],
  };
}

interface Filled {
  readonly entry: RequiredEgress;
  readonly unfilled: readonly string[];
}

function fill(template: RequiredEgress, fillings: Fillings): readonly Filled[] {
  const text = template.fqdn ?? template.serviceTag ?? template.address ?? '';
  const names = [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  if (names.length === 0) return [{ entry: template, unfilled: [] }];
  const choices = names.map((name) => fillings[name] ?? []).find((list) => list.length > 0) ?? [{}];
  return choices.map((values) => ({
    entry: {
      ...template,
      ...(template.fqdn === undefined ? {} : { fqdn: replace(template.fqdn, values) }),
      ...(template.serviceTag === undefined
        ? {}
        : { serviceTag: replace(template.serviceTag, values) }),
      ...(template.address === undefined ? {} : { address: replace(template.address, values) }),
    },
    unfilled: names.filter((name) => values[name] === undefined),
  }));
}

function replace(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

const WORDS: Readonly<Record<string, string>> = {
  location: 'the location of the cluster',
  apiServerPublicIp: 'the public address of the API server',
  acrName: 'the name of the registry',
  acrRegion: 'the region of the registry',
  customDnsIp: 'the address of the DNS server',
  apiServerSubnetPrefix: 'the address range of the API server subnet',
  storageAccount: 'the name of the storage account',
};

function missingText(unfilled: readonly string[]): string {
  return unfilled.map((name) => WORDS[name] ?? name).join(', ');
}
