import type { FlowRule } from '../../flows/index.ts';
import type { OwnedAddress } from '../../network/index.ts';
import { type Diagram, NOTHING } from '../../packets/index.ts';
import {
  apiServerNames,
  privateApiServerEndings,
} from '../../semantics/api-server/public-names.ts';
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
import { toldOnce, type World } from '../world.ts';
import { askedOnInternet, calling, toPublic, withoutAnswer } from './names-outside.ts';

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
      if (isOnInternet) return askedOnInternet(world, branch, onward);
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
      case 'nxdomain':
        steps.push(...withoutAnswer(world, here, vnetKey, by, onward));
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
  const patterns = new Set([
    ...zones,
    ...[...zones, ...suffixes].map((suffix) => `*.${suffix}`),
    ...privateApiServerEndings(network).map((ending) => `*${ending}`),
  ]);
  for (const { known, mayBePrivate: isPerhaps } of apiServerNames(network)) {
    if (isPerhaps) for (const name of known) patterns.add(name);
  }
  const names = { patterns: [...patterns], withoutName: false };
  const by: Decider = { kind: 'platform', name: 'private zones' };
  return [{ region: [{ names }], effect: 'perhaps', by }];
}
