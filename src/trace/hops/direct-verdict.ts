import type { Link, Network, SubnetPlacement } from '../../network/index.ts';
import type { FlowAddress } from '../../semantics/flow.ts';
import { addressesOfFlowAddress } from '../../semantics/match.ts';
import {
  isDirect,
  type RouteChoice,
  routeDecider,
  splitByRoute,
} from '../../semantics/routes/concrete.ts';
import type { MissingFact, Verdict } from '../../semantics/verdict.ts';
import { isUnknown } from '../../values/index.ts';

/**
 * Do the routes of a subnet lead straight to a node or a pod of its cluster? A route to nowhere denies; one to an appliance or out of the
 * network leaves open whether what a node hands on gets there: nothing says that such a box carries it.
 * @returns `undefined` where no route of the input is asked
 */
export function directVerdict(
  network: Network,
  link: Link<SubnetPlacement>,
  to: FlowAddress,
): Verdict | undefined {
  if (link.kind !== 'found') return undefined;
  const { key, name } = link.target.subnet;
  const shares = splitByRoute(network, key, addressesOfFlowAddress(to));
  const verdicts = shares.flatMap(({ choice }) => carries(choice, name));
  const [first] = verdicts;
  const told = verdicts.find(({ kind }) => kind !== 'allow');
  if (told === undefined || first === undefined) return first;
  if (verdicts.every(({ kind }) => kind === 'deny')) return told;
  const which: readonly MissingFact[] =
    verdicts.length > 1 ? [{ missing: `the address of ${to.label}` }] : [];
  const why = verdicts.flatMap((verdict) => (verdict.kind === 'unknown' ? verdict.why : []));
  return { kind: 'unknown', by: told.by, why: [...which, ...why] };
}

function carries(choice: RouteChoice, subnet: string): readonly Verdict[] {
  if (choice.kind === 'platform') return [];
  if (choice.kind === 'unknown') {
    const by = { kind: 'platform', name: `the routes of ${subnet}` } as const;
    return [{ kind: 'unknown', by, why: choice.why }];
  }
  const { route } = choice;
  const { nextHopType } = route;
  const by = routeDecider(route);
  if (isUnknown(nextHopType)) {
    const { missing, at } = nextHopType;
    return [{ kind: 'unknown', by, why: [{ missing, at }] }];
  }
  // The address of a private endpoint is no node's and no pod's.
  if (nextHopType === 'InterfaceEndpoint') return [];
  if (isDirect(route)) return [{ kind: 'allow', by }];
  if (nextHopType === 'None') return [{ kind: 'deny', by }];
  const missing = `whether ${by.name} carries what a node hands on to a pod of another node`;
  return [
    {
      kind: 'unknown',
      by,
      why: [route.at === undefined ? { missing } : { missing, at: route.at }],
    },
  ];
}
