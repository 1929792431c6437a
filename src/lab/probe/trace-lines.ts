const OURS = 'sallyport_trace';

interface Packet {
  readonly headers: string;
  readonly steps: string[];
}

/**
 * `nft monitor trace` for people: a line per packet with the rules it met and the verdict of each chain that has one. Packets that
 * met nothing but the tracing rules say so: they passed.
 */
export function traceLines(text: string): readonly string[] {
  const packets = new Map<string, Packet>();
  for (const line of text.split('\n')) {
    const parts = /^trace id (\w+) (\w+) (\S+) (\S+) (packet:|rule|verdict|policy) ?(.*)$/.exec(
      line,
    );
    if (parts === null) continue;
    const [, id = '', , table = '', chain = '', kind = '', tail = ''] = parts;
    const rest = tail.trim();
    const packet = packets.get(id) ?? { headers: '', steps: [] };
    if (kind === 'packet:') {
      if (packet.headers === '') packets.set(id, { ...packet, headers: headersOf(rest) });
      continue;
    }
    packets.set(id, packet);
    if (table === OURS) continue;
    const said = stepOf(chain, kind, rest);
    if (said !== undefined && packet.steps.at(-1) !== said) packet.steps.push(said);
  }
  return [...packets.values()].map(
    ({ headers, steps }) =>
      `${headers}: ${steps.length === 0 ? 'no rule looks at it' : steps.join('; ')}`,
  );
}

function headersOf(text: string): string {
  const value = (name: RegExp) => name.exec(text)?.[1];
  const from = value(/ip6? saddr ([\w.:]+)/) ?? '?';
  const to = value(/ip6? daddr ([\w.:]+)/) ?? '?';
  const [sport, dport] = [value(/sport (\d+)/), value(/dport (\d+)/)];
  const flags = /tcp flags == (\S+)/.exec(text)?.[1];
  const answer = flags === 'syn|ack' || flags === '0x12' ? ' (answer)' : '';
  return `${from}${sport === undefined ? '' : `:${sport}`} → ${to}${dport === undefined ? '' : `:${dport}`}${answer}`;
}

function stepOf(chain: string, kind: string, rest: string): string | undefined {
  if (kind === 'policy') return rest === 'accept' ? undefined : `${chain}: policy ${rest}`;
  const verdict = /\(verdict (\w+(?: \S+)?)\)$/.exec(rest)?.[1];
  if (kind === 'rule') {
    const rule = rest.replace(/ \(verdict [^)]*\)$/, '');
    // A rule that only counts or marks says nothing; one that logs names who decides next.
    if (verdict === undefined || (verdict === 'continue' && !rule.includes('log prefix'))) {
      return undefined;
    }
    if (verdict === 'continue') return `${chain}: ${rule}`;
    return `${chain}: ${rule} → ${verdict}`;
  }
  return undefined;
}
