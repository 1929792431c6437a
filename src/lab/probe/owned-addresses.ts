import { type Ip, parseIp, parsePrefix, prefixHas } from '../../net/index.ts';
import type { ProbePlan } from './probe-plan.ts';

interface Owned {
  readonly addresses: ReadonlySet<string>;
  readonly ranges: readonly string[];
}

const known = new WeakMap<ProbePlan['hosts'], Owned>();

/**
 * Does anybody in the lab have this private address? An interface, a front end that is routed somewhere, a Service that nodes translate.
 * Whatever is sent to one that nobody has stays without an answer, which says nothing about any rule.
 */
export function isOwned({ hosts }: ProbePlan, ip: Ip, text: string): boolean {
  const owned = known.get(hosts) ?? ownedBy(hosts);
  known.set(hosts, owned);
  return (
    owned.addresses.has(text) ||
    owned.ranges.some((range) => {
      const prefix = parsePrefix(range);
      return prefix !== undefined && prefixHas(prefix, ip);
    })
  );
}

const ADDRESS = /(?<![\d.])\d+\.\d+\.\d+\.\d+(?:\/\d+)?/;

function ownedBy(hosts: ProbePlan['hosts']): Owned {
  const addresses = new Set<string>();
  const ranges = new Set<string>();
  for (const { kind, ip, nftables } of hosts) {
    for (const line of ip) {
      if (/unreachable|blackhole|prohibit/.test(line)) continue;
      // The first is whose line it is; a gateway may follow.
      const text = ADDRESS.exec(line)?.[0] ?? '';
      const [address = '', length = '32'] = text.split('/');
      if (length === '32' || line.startsWith('addr add')) addresses.add(address);
      else if (/^route \w+ local /.test(line) && length !== '0') ranges.add(text);
    }
    // What kube-proxy does is told by the nodes' rules alone.
    if (kind !== 'node') continue;
    for (const [text] of nftables.matchAll(new RegExp(ADDRESS, 'g'))) {
      if (!text.includes('/') && parseIp(text) !== undefined) addresses.add(text);
    }
  }
  return { addresses, ranges: [...ranges] };
}
