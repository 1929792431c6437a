import type { Place } from '../../../diagnostics/index.ts';
import type { KubernetesObject } from '../../../model/index.ts';
import { formatIp, parseIp, parsePort } from '../../../net/index.ts';
import { member } from '../../../values/index.ts';

/** One server that a custom configuration of CoreDNS forwards to. */
export type CustomUpstream =
  | {
      readonly kind: 'server';
      /** The zone of the server block; `.` for every name. */
      readonly zone: string;
      /** Address and port, as `--to` takes them. */
      readonly text: string;
      readonly protocol: 'udp' | 'tcp';
      readonly at: Place;
    }
  | {
      readonly kind: 'unread';
      readonly zone: string;
      readonly missing: string;
      readonly at: Place;
    };

/**
 * The `forward` lines of ConfigMap `coredns-custom` (AKS-83): `forward ZONE ADDRESS…` in a Corefile. `/etc/resolv.conf`
 * is the server of the virtual network and no further one.
 */
export function customUpstreams(map: KubernetesObject): readonly CustomUpstream[] {
  const data = member(map.body, 'data');
  if (data?.kind !== 'object') return [];
  return [...data.members.values()].flatMap(({ name, value }): readonly CustomUpstream[] => {
    if (value.kind === 'unknown') {
      return [{ kind: 'unread', zone: name, missing: value.missing, at: value.at }];
    }
    return value.kind === 'string' ? upstreamsIn(value.value, value.at) : [];
  });
}

function upstreamsIn(corefile: string, at: Place): readonly CustomUpstream[] {
  const found: CustomUpstream[] = [];
  let depth = 0;
  let zone = '.';
  for (const written of corefile.split('\n')) {
    const line = written.replace(/#.*$/, '').trim();
    if (depth === 0 && line.endsWith('{')) zone = zoneOf(line);
    const forward = /^forward\s+(\S+)\s+([^{]+)/.exec(line);
    if (forward !== null) {
      // In an override file there is no block of its own: the first word says for which names.
      const names = depth === 0 ? forward[1]! : zone;
      for (const server of forward[2]!.trim().split(/\s+/)) {
        const upstream = serverOf(server, names, at);
        if (upstream !== undefined) found.push(upstream);
      }
    }
    depth += count(line, '{') - count(line, '}');
  }
  return found;
}

/** `corp.example:53 {` → `corp.example`. */
function zoneOf(line: string): string {
  const first =
    line
      .slice(0, -1)
      .trim()
      .split(/[\s,]+/)[0] ?? '.';
  return first.replace(/^dns:\/\//, '').replace(/:\d+$/, '') || '.';
}

/** `10.1.0.10`, `10.1.0.10:5353`, `tls://9.9.9.9`, `[2001:db8::1]:53`. */
function serverOf(text: string, zone: string, at: Place): CustomUpstream | undefined {
  if (text.startsWith('/')) return undefined;
  const isTls = text.startsWith('tls://');
  const bare = text.replace(/^(tls|dns):\/\//, '').replace(/%.*$/, '');
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(bare);
  const plain = parseIp(bare) === undefined ? /^([^:]+):(\d+)$/.exec(bare) : null;
  const ip = parseIp(bracketed?.[1] ?? plain?.[1] ?? bare);
  const port = parsePort(bracketed?.[2] ?? plain?.[2] ?? (isTls ? 853 : 53));
  if (ip === undefined || port === undefined) {
    return { kind: 'unread', zone, missing: `what \`forward … ${text}\` means`, at };
  }
  const address = ip.family === 6 ? `[${formatIp(ip)}]` : formatIp(ip);
  return { kind: 'server', zone, text: `${address}:${port}`, protocol: isTls ? 'tcp' : 'udp', at };
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}
