import { type OutboundSender, outboundRules } from '../../semantics/outbound/symbolic.ts';
import { type Branch, cut, ends, goesOn, open, type Step } from '../branch.ts';
import type { End } from '../header.ts';
import { toldOnce } from '../world.ts';
import { internet } from './internet.ts';
import { nameOfSubnet, type Routed } from './leaving-subnet.ts';
import { unlessFailed } from './unless-failed.ts';

/** The next hop is the internet: the platform finds a public source address, or drops the flow (azure-networking 4.1). */
export function toInternet({ world, at, branch }: Routed): readonly Step[] {
  // A firewall has already put its own public address on it.
  if (at.firewallKey !== undefined) return [goesOn(branch, internet(world))];
  if (at.gatewayName !== undefined) {
    return [open(branch, { missing: `the public address that ${at.gatewayName} sends from` })];
  }
  const sender: OutboundSender =
    at.interfaceKey !== undefined
      ? { kind: 'interface', key: at.interfaceKey }
      : at.pool === undefined
        ? { kind: 'nobody' }
        : { kind: 'node', cluster: at.pool.cluster, pool: at.pool.placement };
  const whose = at.interfaceKey ?? at.pool?.placement.pool.key ?? '';
  const key = `outbound ${at.subnetKey} ${whose}`;
  const rules = toldOnce(world, key, () => outboundRules(world.network, at.subnetKey, sender));
  const name = nameOfSubnet(world, at.subnetKey);
  const { parts, rest } = cut(branch, rules, { box: 'subnet', name, stage: 'outbound' });
  const gateway = world.network.subnets.get(at.subnetKey)?.natGateway;
  const steps = parts.flatMap(({ branch: part, effect, by }): readonly Step[] => {
    if (effect.kind === 'none') {
      const none = { ...by, name: `no outbound method: ${by.name}` };
      return [ends(part, { kind: 'no-route', by: none })];
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
    const out = (up: Branch) => [
      goesOn({ ...up, sessions, header: { ...part.header, source } }, internet(world)),
    ];
    if (effect.kind !== 'nat-gateway' || gateway?.kind !== 'found') return out(part);
    const { key: gatewayKey, name: gatewayName } = gateway.target;
    return unlessFailed(world, gatewayKey, `NAT gateway ${gatewayName}`, part, out);
  });
  return rest === undefined ? steps : [...steps, open(rest, { missing: `the way out of ${name}` })];
}
