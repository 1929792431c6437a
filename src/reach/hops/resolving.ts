import type { Condition, FlowRule } from '../../flows/index.ts';
import { NO_ADDRESSES, unionAddresses } from '../../net/index.ts';
import type { OwnedAddress } from '../../network/index.ts';
import { type Diagram, NOTHING } from '../../packets/index.ts';
import {
  apiServerNames,
  apiServerSymbol,
  whetherItsName,
} from '../../semantics/api-server/public-names.ts';
import { apiServerPrivateAddress } from '../../semantics/dns/cluster-names.ts';
import { nameRules } from '../../semantics/dns/symbolic.ts';
import { aliasSuffixes } from '../../semantics/dns/symbolic-alias.ts';
import type { Decider } from '../../semantics/verdict.ts';
import {
  type Branch,
  cut,
  ends,
  goesOn,
  open,
  type Part,
  type Place,
  provided,
  type Step,
} from '../branch.ts';
import type { End } from '../header.ts';
import { outside } from '../outside.ts';
import { toldOnce, type World } from '../world.ts';

/** Who asks for a name. */
export interface Asking {
  /** The network whose DNS servers answer; absent: nobody knows whom it asks. */
  readonly vnetKey?: string;
  readonly isOnInternet: boolean;
  readonly label: string;
}

/** Before the first packet a name becomes an address, or nothing (AZS-20 to AZS-26). Flows to names that nobody has never set out. */
export function resolving(
  world: World,
  { vnetKey, isOnInternet, label }: Asking,
  onward: Place,
): Place {
  return {
    key: `names of ${label}`,
    visit: (branch) => {
      if (isOnInternet) return toPublic(world, branch, onward, true);
      if (vnetKey === undefined) {
        return answeredByOthers(world, branch, onward, { missing: `the DNS server of ${label}` });
      }
      return asked(world, branch, vnetKey, onward);
    },
  };
}

function asked(world: World, branch: Branch, vnetKey: string, onward: Place): readonly Step[] {
  const rules = toldOnce(world, `names ${vnetKey}`, () => nameRules(world.network, vnetKey));
  const { parts } = cut(branch, rules, { box: 'name', name: 'DNS', stage: 'dns' });
  const steps: Step[] = [];
  let doubtful: Diagram = NOTHING;
  for (const { branch: part, doubts } of together(parts.filter((one) => one.doubts.length > 0))) {
    const { table } = part.sets;
    const flows = table.except(part.flows, doubtful);
    doubtful = table.override(doubtful, part.flows);
    const [need] = doubts;
    if (flows === NOTHING || need === undefined) continue;
    const here = { ...part, flows, needs: branch.needs };
    steps.push(...answeredByOthers(world, here, onward, need));
  }
  const outward: Branch[] = [];
  for (const { branch: part, effect, by, doubts } of parts) {
    if (doubts.length > 0) continue;
    const flows = part.sets.table.except(part.flows, doubtful);
    if (flows === NOTHING) continue;
    const here = { ...part, flows };
    switch (effect.kind) {
      case 'private':
        steps.push(goesOn(calling(here, privateEnd(effect)), onward));
        break;
      case 'public':
        outward.push({ ...here, trail: branch.trail });
        break;
      case 'anywhere':
        steps.push(open(here, { missing: 'what the name resolves to' }));
        break;
      default:
        steps.push(ends(here, { kind: 'denied', by }));
    }
  }
  const [first] = outward;
  if (first === undefined) return steps;
  const flows = outward.reduce((all, one) => first.sets.table.override(all, one.flows), NOTHING);
  return [...steps, ...toPublic(world, { ...first, flows }, onward)];
}

/** More different doubts than this are told as one: a zone of Azure's each, mostly. */
const DOUBTS_MAX = 6;

/** Names that the same doubt concerns, as one. O(parts). */
function together<T>(parts: readonly Part<T, Decider>[]): readonly Part<T, Decider>[] {
  const texts = new Set(parts.map(({ doubts }) => doubts[0]?.missing));
  const isMany = texts.size > DOUBTS_MAX;
  const one = { missing: 'whether the names have private endpoints, and records in private zones' };
  const groups = new Map<string, Part<T, Decider>>();
  for (const part of parts) {
    const [need] = isMany ? [one] : part.doubts;
    const key = need?.missing ?? '';
    const known = groups.get(key);
    const doubts = need === undefined ? [] : [need];
    const flows =
      known === undefined
        ? part.branch.flows
        : part.branch.sets.table.override(known.branch.flows, part.branch.flows);
    groups.set(key, { ...(known ?? part), branch: { ...(known ?? part).branch, flows }, doubts });
  }
  return [...groups.values()];
}

function privateEnd(effect: {
  readonly addresses: OwnedAddress['address']['addresses'];
  readonly symbol?: string;
}): End {
  const { addresses, symbol } = effect;
  const label = 'the private address of the name';
  return { kind: 'one-of', addresses, label, ...(symbol === undefined ? {} : { symbol }) };
}

/**
 * Somebody's own server answers. Most names it knows nothing of are public; one that a private zone of the input, or Azure's private
 * alias, may answer is not taken for granted.
 */
function answeredByOthers(
  world: World,
  branch: Branch,
  onward: Place,
  need: { readonly missing: string },
): readonly Step[] {
  const rules = toldOnce(world, 'names that may be private', () => mayBePrivate(world));
  const { parts, rest } = cut(branch, rules, { box: 'name', name: 'DNS', stage: 'dns' });
  const doubt = { missing: `what the name resolves to: ${need.missing}` };
  const steps = parts.flatMap(({ branch: part }): readonly Step[] => [
    open(part, doubt),
    ...toPublic(world, provided(part, doubt), onward),
  ]);
  if (rest === undefined) return steps;
  const assumption = 'names resolve to their public addresses';
  const told = { ...rest, assumptions: [...rest.assumptions, assumption] };
  return [...steps, ...toPublic(world, told, onward)];
}

function mayBePrivate({ network }: World): readonly FlowRule<'perhaps', Decider>[] {
  const { snapshot, privateDnsZones } = network.perimeter;
  const suffixes = aliasSuffixes(snapshot.datasets.privateDnsZones).map(({ suffix }) => {
    // What follows the last placeholder: a placeholder stands for any label.
    const last = suffix.reduce((at, label, index) => (label.includes('{') ? index : at), -1);
    return suffix.slice(last + 1).join('.');
  });
  const zones = [...privateDnsZones.values()].map(({ zone }) => zone);
  const patterns = new Set([...zones, ...[...zones, ...suffixes].map((suffix) => `*.${suffix}`)]);
  for (const { known, mayBePrivate: isPerhaps } of apiServerNames(network)) {
    if (isPerhaps) for (const name of known) patterns.add(name);
  }
  const names = { patterns: [...patterns], withoutName: false };
  const by: Decider = { kind: 'platform', name: 'private zones' };
  return [{ region: [{ names }], effect: 'perhaps', by }];
}

/** By public DNS: the perimeter's own public addresses have names of Azure's; every other name is somebody else's. */
function toPublic(
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
function perhapsApiServers({ network }: World): readonly FlowRule<PublicName, Decider>[] {
  const all = apiServerNames(network).filter(({ mayBePrivate: isPerhaps }) => isPerhaps);
  const endings = [...new Set(all.flatMap(({ suffixes }) => suffixes))];
  return endings
    .sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
    .map((ending) => {
      const own = all.filter(({ suffixes }) => suffixes.some((one) => ending.endsWith(one)));
      const ways = own.map(({ cluster }) => {
        const { addresses, symbol, label } = apiServerPrivateAddress(network, cluster);
        const known = symbol === undefined ? {} : { symbol };
        const inside: End = { kind: 'one-of', addresses, label, ...known };
        return { inside, need: whetherItsName('the name', cluster) };
      });
      const names = { patterns: [`*${ending}`], withoutName: false };
      const effect = { kind: 'either', ways } as const;
      return { region: [{ names }], effect, by: { kind: 'platform', name: 'DNS of AKS' } };
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

function calling(branch: Branch, destination: End): Branch {
  return { ...branch, called: destination, header: { ...branch.header, destination } };
}
