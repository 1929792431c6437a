import { decodeBox } from '../../../flows/index.ts';
import {
  type AddressSet,
  formatAddressSet,
  formatPortSet,
  intersectAddresses,
  isEmptyAddressSet,
  type Port,
  type PortSet,
  type Protocol,
} from '../../../net/index.ts';
import { type KnownAddress, PUBLIC_IPV4 } from '../../../network/index.ts';
import { NOTHING } from '../../../packets/index.ts';
import {
  type Ended,
  type Origin,
  originsOf,
  type Target,
  targetsOf,
} from '../../../reach/index.ts';
import { type Trace, traceTo } from '../../../trace/index.ts';
import type { CheckContext, Proof } from '../finding.ts';
import { assumptionsOf, type Concluded, concluded, proofWorld } from '../proof/conclusion.ts';
import { agreeing, witnessIn } from '../proof/witness.ts';

/** What is published: an address, ports of it, and who may call. */
export interface Published {
  /** As a phrase: `every client that shop/web admits`. */
  readonly clients: string;
  /** IPv4. Public ones alone are asked about where there are any: the others never get to a public address. */
  readonly sources: AddressSet;
  /** All of them together as `trace --from` takes them, or one that stands for them. */
  readonly from: string;
  readonly address: KnownAddress;
  readonly ports: PortSet;
  readonly protocols: readonly Protocol[];
  /** The ways that count; absent: all. */
  readonly likes?: (ended: Ended) => boolean;
}

/** What becomes of every client's call. `undecided`: the sets do not tell, or there is nothing to ask. */
export type PublishedFate =
  | {
      readonly kind: 'denied' | 'broken';
      readonly trace: Trace;
      readonly from: string;
      readonly proof: Proof;
    }
  | { readonly kind: 'answered'; readonly trace: Trace; readonly proof: Proof }
  /** Nothing is lost; what is denied is not asked about. */
  | { readonly kind: 'not-lost'; readonly proof: Proof }
  | { readonly kind: 'undecided' };

const PIECES = 4;

/**
 * All calls of all clients on all ports. Of those that do not work one is walked; of those that do as well.
 * @param bad which ends are asked for, worst first
 */
export function publishedFate(
  context: CheckContext,
  published: Published,
  bad: readonly ('denied' | 'broken')[],
): PublishedFate {
  const asked = published.protocols.flatMap((protocol) => partsOf(context, published, protocol));
  if (asked.length === 0 || asked.some(({ all }) => all === undefined)) {
    return { kind: 'undecided' };
  }
  const parts = asked.flatMap(({ all, ...rest }) => (all === undefined ? [] : [{ ...rest, all }]));
  const flows = `${published.clients}, port ${formatPortSet(published.ports)}`;
  for (const verdict of bad) {
    for (const part of parts) {
      const found = walkedOf(context, published, part, verdict);
      if (found === 'untold') return { kind: 'undecided' };
      if (found === undefined) continue;
      const on = assumptionsOf(part.all, [verdict]);
      const pieces = piecesOf(part.all, verdict, published);
      const isAll = parts.every(
        ({ all }) => all.sets.table.except(all.asked, all.regions[verdict]) === NOTHING,
      );
      const proof: Proof = { flows, on, ...(isAll || pieces.length === 0 ? {} : { part: pieces }) };
      return { kind: verdict, ...found, proof };
    }
  }
  if (parts.some(({ all }) => all.regions.open !== NOTHING)) return { kind: 'undecided' };
  const on = [...new Set(parts.flatMap(({ all }) => assumptionsOf(all, ['allowed', 'denied'])))];
  const proof: Proof = { flows, on };
  for (const part of parts) {
    const found = walkedOf(context, published, part, 'allowed');
    if (found === 'untold') return { kind: 'undecided' };
    if (found !== undefined) return { kind: 'answered', trace: found.trace, proof };
  }
  return { kind: 'not-lost', proof };
}

interface Part {
  readonly origin: Origin;
  readonly protocol: Protocol;
  readonly all: Concluded;
}

function partsOf(
  { network }: CheckContext,
  published: Published,
  protocol: Protocol,
): readonly (Omit<Part, 'all'> & { readonly all: Concluded | undefined })[] {
  const world = proofWorld(network);
  const open = intersectAddresses(published.sources, PUBLIC_IPV4);
  const addresses = isEmptyAddressSet(open) ? published.sources : open;
  if (isEmptyAddressSet(addresses)) return [];
  const origins = originsOf(world, { kind: 'addresses', addresses, text: published.from });
  const target = targetOf(world, published, protocol);
  if (origins.kind === 'problem' || target === undefined) return [];
  return origins.found.map((origin) => ({
    origin,
    protocol,
    all: concluded(network, origin, target, published.likes),
  }));
}

/** By the number where somebody wrote it, else by the symbol of the address that only Azure knows. */
function targetOf(
  world: ReturnType<typeof proofWorld>,
  { address, ports }: Published,
  protocol: Protocol,
): Target | undefined {
  const { addresses, symbol, label, isExact } = address;
  const found = targetsOf(world, { kind: 'addresses', addresses, ports, protocol, text: label });
  const [target] = found.kind === 'found' ? found.found : [];
  if (target === undefined || isExact) return target;
  if (symbol === undefined) return undefined;
  const { destinations: _, ...rest } = target;
  return { ...rest, destination: { kind: 'one-of', addresses, label, symbol } };
}

/** A call with this end, walked; `untold`: the walk cannot tell. All clients together are walked where they all meet it. */
function walkedOf(
  { network }: CheckContext,
  { address, from, clients }: Published,
  { origin, protocol, all }: Part,
  verdict: 'allowed' | 'denied' | 'broken',
): { readonly trace: Trace; readonly from: string } | 'untold' | undefined {
  const { sets, regions, asked } = all;
  const point = witnessIn(sets, regions[verdict]);
  if (point === undefined) return undefined;
  const walk = (sender: string): Trace | undefined =>
    traceTo(network, sender, address, point.destinationPort as Port, protocol);
  if (sets.table.except(asked, regions[verdict]) === NOTHING) {
    const together = walk(from);
    if (together?.answer === verdict) return { trace: together, from };
  }
  const one = origin.spell(point);
  const trace = walk(one);
  const flow = `${clients}: ${one} to ${address.label}:${point.destinationPort}`;
  const agreed = agreeing(trace === undefined ? [] : [trace], verdict, flow);
  return agreed === undefined ? 'untold' : { trace: agreed, from: one };
}

/** Clients and ports that meet this end. */
function piecesOf(
  { sets, regions }: Concluded,
  verdict: 'denied' | 'broken',
  { ports }: Published,
): readonly string[] {
  const { boxes, count } = sets.boxes(regions[verdict], PIECES);
  const pieces = boxes.flatMap((box) => {
    const { sources, destinationPorts } = decodeBox(sets.universe, box);
    const who = sources === undefined ? [] : [`clients ${formatAddressSet(sources, PIECES)}`];
    const isSome = destinationPorts !== undefined && destinationPorts.join() !== ports.join();
    const where = isSome ? [`port ${formatPortSet(destinationPorts)}`] : [];
    const text = [...who, ...where].join(', ');
    return text === '' ? [] : [text];
  });
  const distinct = [...new Set(pieces)];
  return count > PIECES ? [...distinct, `and ${count - PIECES} more`] : distinct;
}
