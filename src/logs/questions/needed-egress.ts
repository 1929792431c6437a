import type { Datasets, RequiredEgress } from '../../facts/index.ts';
import {
  type AddressSet,
  addressesOfPrefixes,
  addressSetHas,
  type Ip,
  type Prefix,
  parseIp,
  parsePrefix,
} from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import { requiredEgress } from '../../semantics/api-server/required-egress.ts';

/** An entry of the list of what AKS needs that a denied flow answers to. */
export interface Need {
  readonly entry: RequiredEgress;
  /** `perhaps`: it hangs on something that is not known of the cluster, or no cluster was given. */
  readonly applies: 'yes' | 'perhaps';
  readonly why: string;
}

export interface DeniedTarget {
  /** Name or address, lower case. */
  readonly target: string;
  readonly port: number;
  /** As logged: `HTTPS`, `TCP`, `UDP`. */
  readonly protocol: string;
  readonly cluster?: string;
}

export type FindNeed = (denied: DeniedTarget) => Need | undefined;

/** Entries that say what somebody may see or once saw, and not what a cluster needs. */
const NOT_NEEDS = new Set(['legacy', 'platform', 'sample', 'documentation-defect']);

/**
 * Looks denied flows up in what these clusters need (AKS-30); without a perimeter, in what AKS clusters need at all. The surest entry wins.
 */
export function needsOf(
  network: Network | undefined,
  datasets: Pick<Datasets, 'requiredEgress' | 'serviceTags'>,
): FindNeed {
  const clusters = network?.clusters.filter(({ cluster }) => cluster !== undefined) ?? [];
  const wanted: readonly Wanted[] =
    network === undefined || clusters.length === 0
      ? datasets.requiredEgress.entries.map((entry) =>
          wantedOf(
            entry,
            'perhaps',
            'AKS clusters need it; which cluster this is was not said',
            datasets,
          ),
        )
      : clusters.flatMap((placement) =>
          requiredEgress(network, placement).flatMap(({ entry, applies, why }) =>
            applies === 'no'
              ? []
              : [
                  {
                    ...wantedOf(
                      entry,
                      applies === 'yes' ? 'yes' : 'perhaps',
                      applies === 'yes'
                        ? `${placement.name} needs it`
                        : `${placement.name} needs it, depending on ${why}`,
                      datasets,
                    ),
                    cluster: placement.name,
                  },
                ],
          ),
        );
  const useful = wanted.filter(({ need }) => !NOT_NEEDS.has(need.entry.status));
  return ({ target, port, protocol, cluster }) => {
    const ip = parseIp(target);
    const transport = protocol.toUpperCase().startsWith('UDP') ? 'UDP' : 'TCP';
    let best: Need | undefined;
    for (const one of useful) {
      if (cluster !== undefined && one.cluster !== undefined && one.cluster !== cluster) continue;
      if (!one.ports.has(port) || one.transport !== transport) continue;
      if (!(ip === undefined ? one.name?.test(target) : one.has(ip))) continue;
      if (best === undefined || rank(one.need) < rank(best)) best = one.need;
    }
    return best;
  };
}

function rank({ applies, entry }: Need): number {
  return (entry.required ? 0 : 2) + (applies === 'yes' ? 0 : 1);
}

interface Wanted {
  readonly need: Need;
  readonly cluster?: string;
  readonly ports: ReadonlySet<number>;
  readonly transport: 'TCP' | 'UDP';
  readonly name: RegExp | undefined;
  readonly has: (ip: Ip) => boolean;
}

function wantedOf(
  entry: RequiredEgress,
  applies: Need['applies'],
  why: string,
  { serviceTags }: Pick<Datasets, 'serviceTags'>,
): Wanted {
  let addresses: AddressSet | undefined;
  const texts =
    entry.address !== undefined
      ? [entry.address]
      : (serviceTags.prefixes.get((entry.serviceTag ?? '').toLowerCase()) ?? []);
  return {
    need: { entry, applies, why },
    ports: new Set(entry.ports),
    transport: entry.protocol === 'UDP' ? 'UDP' : 'TCP',
    name: entry.fqdn === undefined ? undefined : namePattern(entry.fqdn),
    has: (ip) => {
      addresses ??= addressesOfPrefixes(
        texts.flatMap((text): readonly Prefix[] => {
          const prefix = parsePrefix(text);
          return prefix === undefined ? [] : [prefix];
        }),
      );
      return addressSetHas(addresses, ip);
    },
  };
}

/** `*.hcp.{location}.azmk8s.io`: a star is any labels, a placeholder that nobody filled is one label. */
function namePattern(fqdn: string): RegExp {
  const parts = fqdn.toLowerCase().split(/(\*|\{\w+\})/);
  const source = parts.map((part) =>
    part === '*'
      ? '[^/]*'
      : part.startsWith('{')
        ? '[^.]+'
        : part.replace(/[.+?^$()[\]|\\]/g, '\\$&'),
  );
  return new RegExp(`^${source.join('')}$`);
}
