import type { Traffic } from './policy-rule.ts';

/** Ports of one protocol together; source ports and kinds of ICMP stand alone. */
export function trafficMatches(traffic: readonly Traffic[]): readonly string[] {
  const ports = new Map<string, (readonly [number, number])[]>();
  const lines: string[] = [];
  for (const { protocol, ports: range, sourcePorts, icmpType } of traffic) {
    if (icmpType !== undefined) lines.push(`icmp type ${icmpType}`);
    else if (sourcePorts !== undefined) {
      const to = range === undefined ? '' : ` ${protocol} dport ${rangeText(range)}`;
      lines.push(`${protocol} sport ${rangeText(sourcePorts)}${to}`);
    } else if (range === undefined) lines.push(`meta l4proto ${protocol}`);
    else {
      const list = ports.get(String(protocol));
      if (list === undefined) ports.set(String(protocol), [range]);
      else list.push(range);
    }
  }
  for (const [protocol, ranges] of ports) {
    lines.push(`${protocol} dport { ${joined(ranges).map(rangeText).join(', ')} }`);
  }
  return [...new Set(lines)];
}

/** Anonymous sets refuse what overlaps. */
function joined(ranges: readonly (readonly [number, number])[]): readonly [number, number][] {
  const result: [number, number][] = [];
  for (const [low, high] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else result.push([low, high]);
  }
  return result;
}

function rangeText([low, high]: readonly [number, number]): string {
  return low === high ? String(low) : `${low}-${high}`;
}
