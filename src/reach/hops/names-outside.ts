import type { Condition, FlowRule } from '../../flows/index.ts';
import { NO_ADDRESSES, unionAddresses } from '../../net/index.ts';
import type { ClusterPlacement, OwnedAddress } from '../../network/index.ts';
import {
  apiServerNames,
  apiServerSymbol,
  privateApiServerEndings,
  whetherItsName,
} from '../../semantics/api-server/public-names.ts';
import { apiServerPrivateAddress, mayAnswerPrivately } from '../../semantics/dns/cluster-names.ts';
import { NO_PUBLIC_NAME } from '../../semantics/dns/concrete.ts';
import { resolverOf } from '../../semantics/dns/resolver.ts';
import type { Decider } from '../../semantics/verdict.ts';
import { type Branch, cut, ends, goesOn, type Place, provided, type Step } from '../branch.ts';
import type { End } from '../header.ts';
import { outside } from '../outside.ts';
import { toldOnce, type World } from '../world.ts';

/** AKS-53: of names that AKS keeps in private zones the internet knows nothing. */
export function askedOnInternet(world: World, branch: Branch, onward: Place): readonly Step[] {
  const rules = toldOnce(world, 'names that no public DNS holds', () => {
    const patterns = privateApiServerEndings(world.network).map((ending) => `*${ending}`);
    const by: Decider = { kind: 'platform', name: NO_PUBLIC_NAME, fact: 'AKS-53' };
    const region = patterns.length === 0 ? [] : [{ names: { patterns, withoutName: false } }];
    return [{ region, effect: 'nobody', by } as const];
  });
  const { parts, rest } = cut(branch, rules, { box: 'name', name: 'DNS', stage: 'dns' });
  return [
    ...parts.map(({ branch: part, by }) => ends(part, { kind: 'denied', by })),
    ...(rest === undefined ? [] : toPublic(world, rest, onward, true)),
  ];
}

/**
 * Nobody has the name; but of a form that AKS keeps in private zones it may be the name that Azure gave to a cluster's API server, which its
 * zone answers without being in the input (AKS-98).
 */
export function withoutAnswer(
  world: World,
  branch: Branch,
  vnetKey: string,
  by: Decider,
  onward: Place,
): readonly Step[] {
  const rules = toldOnce(world, `private API servers ${vnetKey}`, () => {
    const endings = privateApiServerEndings(world.network);
    const asked = networkAsked(world.network, vnetKey);
    return perhapsApiServers(world, (ending, cluster) =>
      endings.includes(ending) ? mayAnswerPrivately(world.network, cluster, asked) : false,
    );
  });
  const { parts, rest } = cut(branch, rules, { box: 'name', name: 'DNS', stage: 'dns' });
  const steps = parts.flatMap(({ branch: part, effect }): readonly Step[] => {
    const here = { ...part, trail: branch.trail };
    const ways = effect.kind === 'either' ? effect.ways : [];
    const needs = ways.map(({ need }) => need);
    return [
      ...ways.map(({ inside, need }) => goesOn(calling(provided(here, need), inside), onward)),
      ends(provided(here, ...needs), { kind: 'denied', by }),
    ];
  });
  return rest === undefined ? steps : [...steps, ends(rest, { kind: 'denied', by })];
}

/** The network whose zones count for what machines of a network ask; absent where nobody can tell. */
function networkAsked(network: World['network'], vnetKey: string): string | undefined {
  const resolver = resolverOf(network, vnetKey);
  if (resolver.kind === 'azure') return vnetKey;
  if (resolver.kind !== 'firewall') return undefined;
  const { subnet } = resolver.firewall;
  return subnet.kind === 'found' ? subnet.target.vnet.key : undefined;
}

/** By public DNS: the perimeter's own public addresses have names of Azure's; every other name is somebody else's. */
export function toPublic(
  world: World,
  branch: Branch,
  onward: Place,
  isOnInternet = false,
): readonly Step[] {
  const rules = toldOnce(world, 'own public names', () => [
    ...apiServers(world),
    ...ownNames(world),
    ...perhapsApiServers(world),
  ]);
  if (rules.length === 0) return [goesOn(branch, onward)];
  const { parts, rest } = cut(branch, rules, { box: 'name', name: 'DNS', stage: 'dns' });
  const steps = parts.flatMap(({ branch: part, effect }): readonly Step[] => {
    if (effect.kind !== 'either') return [goesOn(calling(part, effect), onward)];
    const here = { ...part, trail: branch.trail };
    if (isOnInternet) return [goesOn(here, onward)];
    const needs = effect.ways.map(({ need }) => need);
    return [
      ...effect.ways.map(({ inside, need }) =>
        goesOn(calling(provided(here, need), inside), onward),
      ),
      goesOn(provided(here, ...needs), onward),
    ];
  });
  return rest === undefined ? steps : [...steps, goesOn(rest, onward)];
}

const DNS_LABEL = 'service.beta.kubernetes.io/azure-dns-label-name';

/** A public name, or one that may as well lead to an address inside the network. */
type PublicName =
  | End
  | {
      readonly kind: 'either';
      readonly ways: readonly { readonly inside: End; readonly need: Condition }[];
    };

/** AKS-98: who calls the name of an API server calls it. */
function apiServers(world: World): readonly FlowRule<PublicName, Decider>[] {
  return apiServerNames(world.network).flatMap(({ cluster, known }) => {
    if (known.length === 0 || cluster.cluster === undefined) return [];
    const label = `API server of ${cluster.name}`;
    const symbol = apiServerSymbol(cluster.cluster.key);
    const effect: End = { kind: 'one-of', addresses: outside(world), label, symbol };
    const names = { patterns: known, withoutName: false };
    return [{ region: [{ names }], effect, by: { kind: 'platform', name: label } as const }];
  });
}

/** Names that Azure may have given to clusters whose API server is, or may be, inside the network; the more specific ending first. */
function perhapsApiServers(
  { network }: World,
  mayBeIt: (ending: string, cluster: ClusterPlacement) => boolean = () => true,
): readonly FlowRule<PublicName, Decider>[] {
  const all = apiServerNames(network).filter(({ mayBePrivate: isPerhaps }) => isPerhaps);
  const endings = [...new Set(all.flatMap(({ suffixes }) => suffixes))];
  return endings
    .sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
    .flatMap((ending) => {
      const own = all.filter(
        ({ suffixes, cluster }) =>
          suffixes.some((one) => ending.endsWith(one)) && mayBeIt(ending, cluster),
      );
      if (own.length === 0) return [];
      const ways = own.map(({ cluster }) => {
        const { addresses, symbol, label } = apiServerPrivateAddress(network, cluster);
        const known = symbol === undefined ? {} : { symbol };
        const inside: End = { kind: 'one-of', addresses, label, ...known };
        return { inside, need: whetherItsName('the name', cluster) };
      });
      const names = { patterns: [`*${ending}`], withoutName: false };
      const effect = { kind: 'either', ways } as const;
      return [{ region: [{ names }], effect, by: { kind: 'platform', name: 'DNS of AKS' } }];
    });
}

function ownNames({ network }: World): readonly FlowRule<End, Decider>[] {
  return network.owners.entries.flatMap((entry) => {
    const name = publicNameOf(entry);
    if (name === undefined) return [];
    const { addresses, symbol, label } = entry.address;
    const effect: End = {
      kind: 'one-of',
      addresses: unionAddresses(NO_ADDRESSES, addresses),
      label,
      ...(symbol === undefined ? {} : { symbol }),
    };
    const names = { patterns: [name], withoutName: false };
    return [{ region: [{ names }], effect, by: { kind: 'platform', name: label } as const }];
  });
}

function publicNameOf({ owner }: OwnedAddress): string | undefined {
  if (owner.kind === 'public-ip') return owner.publicIp.fqdn?.toLowerCase();
  if (owner.kind !== 'service-frontend') return undefined;
  const label = owner.frontend.service.annotations[DNS_LABEL]?.toLowerCase();
  const region = owner.cluster.cluster?.location;
  return label === undefined || region === undefined
    ? undefined
    : `${label}.${region}.cloudapp.azure.com`;
}

export function calling(branch: Branch, destination: End): Branch {
  return { ...branch, called: destination, header: { ...branch.header, destination } };
}
