import type { Gap } from '../../../diagnostics/index.ts';
import { parseDomainName, parseIp } from '../../../net/index.ts';
import type { GatewayTarget } from './gateway-parts.ts';
import type { ListeningSite } from './gateway-servers.ts';
import { hostOfAddress } from './nginx-text.ts';
import { block } from './web-server.ts';

type Pool = Extract<GatewayTarget, { kind: 'pool' }>;

export interface BackendGroups {
  /** `upstream` and `split_clients` blocks. */
  readonly lines: readonly string[];
  /** What stands behind `http://` in `proxy_pass`; nothing when no member of the pool can be used. */
  upstreamOf(target: Pool): string | undefined;
}

/**
 * Pools of addresses become `upstream` blocks, taken in turn. Names are resolved when a request comes, by the resolvers of the host:
 * nginx would refuse to start over a name in an `upstream` that has no address at that moment.
 */
export function backendGroups(input: {
  readonly sites: readonly ListeningSite[];
  readonly gateway: string;
  readonly gaps: Gap[];
}): BackendGroups {
  const names = new Map<string, string | undefined>();
  const lines: string[] = [];
  const pools = input.sites.flatMap(({ site }) =>
    site.places.flatMap(({ target }) => (target.kind === 'pool' ? [target] : [])),
  );
  for (const pool of pools) {
    const key = keyOf(pool);
    if (names.has(key)) continue;
    const members = pool.members.filter(isBackend);
    for (const odd of pool.members.filter((one) => !isBackend(one))) {
      input.gaps.push({
        what: `application gateway ${input.gateway}: backend pool ${pool.pool}`,
        why: `\`${odd}\` is neither an address nor a name: it is left out`,
      });
    }
    const group = groupOf(members, pool.settings.port, names.size + 1);
    names.set(key, group?.name);
    lines.push(...(group?.lines ?? []));
  }
  return { lines, upstreamOf: (target) => names.get(keyOf(target)) };
}

const keyOf = (pool: Pool): string => `${pool.settings.port} ${pool.members.join(' ')}`;

const isBackend = (member: string): boolean =>
  parseIp(member) !== undefined ||
  (parseDomainName(member) !== undefined && /^[A-Za-z0-9._-]+$/.test(member));

function groupOf(
  members: readonly string[],
  port: number,
  number: number,
): { readonly name: string; readonly lines: readonly string[] } | undefined {
  const at = (member: string): string => `${hostOfAddress(member)}:${port}`;
  if (members.length === 0) return undefined;
  if (members.every((member) => parseIp(member) !== undefined)) {
    const name = `agw_pool_${number}`;
    const servers = members.map((member) => `server ${at(member)};`);
    return { name, lines: block(`upstream ${name}`, servers) };
  }
  const name = `$agw_backend_${number}`;
  // A variable is what makes nginx resolve late, also for a single name.
  const share = (100 / members.length).toFixed(2);
  const shares = members.map((member, index) =>
    index === members.length - 1 ? `* "${at(member)}";` : `${share}% "${at(member)}";`,
  );
  return { name, lines: block(`split_clients "$request_id" ${name}`, shares) };
}
