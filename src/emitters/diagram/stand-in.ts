import { compare } from './sketch.ts';
import { type Amount, BOX_KINDS, type Box, type BoxKind, everyBox } from './topology.ts';
import { counted } from './words.ts';

/** Names and edges told of a merged box. */
export const TOLD_MAX = 40;

/** The box that stands for several of one kind: how many, the first names, and what they hold together. */
export function standIn(group: readonly Box[], isAlike: boolean): Box {
  const sorted = [...group].sort((a, b) => compare(a.name, b.name) || compare(a.id, b.id));
  const first = sorted[0] as Box;
  const total = sorted.reduce((sum, box) => sum + (box.count ?? 1), 0);
  const names = sorted.flatMap((box) => (box.count === undefined ? [box.name] : box.tooltip));
  const kind = BOX_KINDS[first.kind].toLowerCase();
  const amounts = added(sorted.flatMap(({ amounts: own = [] }) => own));
  return {
    id: `merged/${first.id}/${total}`,
    kind: first.kind,
    name: `${total} ${isAlike ? '' : 'more '}${PLURALS[first.kind] ?? `${kind}s`}`,
    lines: [
      ...linesOf(sorted, names),
      ...amountLines(amounts),
      ...(isAlike ? contentOf(first) : []),
    ],
    amounts,
    tooltip:
      names.length > TOLD_MAX
        ? [...names.slice(0, TOLD_MAX), `and ${names.length - TOLD_MAX} more`]
        : names,
    layer: first.layer,
    children: [],
    count: total,
  };
}

const PLURALS: Readonly<Partial<Record<BoxKind, string>>> = {
  'public-addresses': 'public addresses',
  machines: 'machines',
  administrators: 'groups of administrators',
  'outside-address': 'addresses',
  'on-premises': 'sites',
  'missing-network': 'networks not in the input',
  cluster: 'AKS clusters',
  'api-server': 'API servers',
  bastion: 'Bastions',
  'nat-gateway': 'NAT gateways',
  'platform-service': 'services',
  firewall: 'firewalls',
  'application-gateway': 'Application Gateways',
};

function linesOf(group: readonly Box[], names: readonly string[]): readonly string[] {
  const short = names.length > 3 ? `${names.slice(0, 2).join(', ')} …` : names.join(', ');
  const lines = new Set(group.map(({ lines: own }) => own.join('; ')));
  const [only] = lines;
  const isSaid = group.every(({ amounts }) => amounts !== undefined);
  return lines.size === 1 && !isSaid && only !== undefined && only !== '' ? [short, only] : [short];
}

function added(amounts: readonly Amount[]): readonly Amount[] {
  const byWord = new Map<string, Amount>();
  for (const amount of amounts) {
    const { number = 0 } = byWord.get(amount.one) ?? {};
    byWord.set(amount.one, { ...amount, number: number + amount.number });
  }
  return [...byWord.values()];
}

function amountLines(amounts: readonly Amount[]): readonly string[] {
  const told = amounts.map(({ number, one, many }) => counted(number, one, many));
  return told.length === 0 ? [] : [told.join(', ')];
}

/** What each of them holds: `each: 2 subnets, 1 bastion`. */
function contentOf(box: Box): readonly string[] {
  const tally = new Map<BoxKind, number>();
  for (const { id, kind, count: many = 1 } of everyBox(box.children)) {
    if (id !== box.id) tally.set(kind, (tally.get(kind) ?? 0) + many);
  }
  const parts = [...tally].map(([kind, many]) =>
    many === 1 ? `1 ${lowered(kind)}` : `${many} ${PLURALS[kind] ?? `${lowered(kind)}s`}`,
  );
  return parts.length === 0 ? [] : [`each: ${parts.slice(0, 4).join(', ')}`];
}

function lowered(kind: BoxKind): string {
  const word = BOX_KINDS[kind];
  return /^[A-Z][a-z]/.test(word) ? word.charAt(0).toLowerCase() + word.slice(1) : word;
}
