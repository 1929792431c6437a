import { type OutboundSender, outboundRules } from '../../semantics/outbound/symbolic.ts';
import { cut, ends, goesOn, open, type Step } from '../branch.ts';
import type { End } from '../header.ts';
import { toldOnce } from '../world.ts';
import { internet } from './internet.ts';
import { nameOfSubnet, type Routed } from './leaving-subnet.ts';

/** The next hop is the internet: the platform finds a public source address, or drops the flow (azure-networking 4.1). */
export function toInternet({ world, at, branch }: Routed): readonly Step[] {
  // A firewall has already put its own public address on it.
  if (at.firewallKey !== undefined) return [goesOn(branch, internet(world))];
  const sender: OutboundSender =
    at.pool === undefined
      ? { kind: 'nobody' }
      : { kind: 'node', cluster: at.pool.cluster, pool: at.pool.placement };
  const key = `outbound ${at.subnetKey} ${at.pool?.placement.pool.key ?? ''}`;
  const rules = toldOnce(world, key, () => outboundRules(world.network, at.subnetKey, sender));
  const name = nameOfSubnet(world, at.subnetKey);
  const { parts, rest } = cut(branch, rules, { box: 'subnet', name, stage: 'outbound' });
  const steps = parts.map(({ branch: part, effect, by }): Step => {
    if (effect.kind === 'none') {
      return ends(part, {
        kind: 'no-route',
        by: { ...by, name: `no outbound method: ${by.name}` },
      });
    }
    const { sources, symbol } = effect;
    const source: End = {
      kind: 'one-of',
      addresses: sources,
      label: by.name,
      ...(symbol === undefined ? {} : { symbol }),
    };
    const { destination } = part.header;
    const before = { source: part.header.source, destination };
    const session = {
      kind: 'outbound',
      subnetKey: at.subnetKey,
      before,
      after: { source, destination },
    } as const;
    const sessions = [...part.sessions, session];
    return goesOn({ ...part, sessions, header: { ...part.header, source } }, internet(world));
  });
  return rest === undefined ? steps : [...steps, open(rest, { missing: `the way out of ${name}` })];
}
