import { hasHostBits, parseDomainName, parsePrefix } from '../net/index.ts';

/** Where an egress intent leads. */
export type Target = {
  readonly text: string;
  readonly ports: readonly PortText[];
} & (
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'range'; readonly prefix: string }
  | { readonly kind: 'tag'; readonly tag: string }
);

export interface PortText {
  /** `443`, `8000-8999`. */
  readonly port: string;
  readonly protocol: 'TCP' | 'UDP';
}

/** Reads `api.stripe.com:443`, `10.0.0.0/8:53/udp`, `tag:Storage.westeurope`. @returns the fault as text */
export function parseTarget(text: string): Target | string {
  const match = /^(tag:)?([^:]+)(?::([\d,-]+))?(?:\/(tcp|udp))?$/.exec(text.trim());
  if (match === null) return 'write NAME:PORT, RANGE:PORT or tag:SERVICETAG:PORT';
  const [, isTag, end = '', portsText, protocol = 'tcp'] = match;
  const ports: PortText[] = [];
  for (const port of (portsText ?? '443').split(',')) {
    if (!isPort(port)) return `\`${port}\` is no port`;
    ports.push({ port, protocol: protocol === 'udp' ? 'UDP' : 'TCP' });
  }
  if (isTag !== undefined) {
    return /^[A-Za-z][A-Za-z0-9.]*$/.test(end)
      ? { kind: 'tag', tag: end, text, ports }
      : `\`${end}\` is no service tag`;
  }
  if (/^[\d./]+$/.test(end)) {
    const prefix = parsePrefix(end);
    if (prefix === undefined) return `\`${end}\` is no address and no range`;
    if (hasHostBits(end)) return `\`${end}\` has bits set beyond its length`;
    return { kind: 'range', prefix: end.includes('/') ? end : `${end}/32`, text, ports };
  }
  if (end === '*' || parseDomainName(end.replace(/^\*\./, '')) === undefined) {
    return `\`${end}\` is no name: write \`api.example.com\` or \`*.example.com\``;
  }
  return { kind: 'name', name: end.toLowerCase(), text, ports };
}

function isPort(text: string): boolean {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (match === null) return false;
  const low = Number(match[1]);
  const high = Number(match[2] ?? match[1]);
  return low >= 1 && high <= 65535 && low <= high;
}

/** A port as the page writes it: a number, or text with a protocol. */
export function portOf(written: number | string): PortText {
  const [port = '', protocol] = String(written).split('/');
  return { port, protocol: protocol === 'udp' ? 'UDP' : 'TCP' };
}

/** On these ports the firewall reads names from HTTP and TLS requests; elsewhere a name has to be resolved to addresses. */
export const WEB_PORTS: Readonly<Record<string, 'Http' | 'Https'>> = {
  '80': 'Http',
  '443': 'Https',
  '8080': 'Http',
  '8443': 'Https',
};

/** Is the destination filtered by an application rule? */
export function isWeb({ kind, ports }: Target): boolean {
  return (
    kind === 'name' &&
    ports.every(({ port, protocol }) => protocol === 'TCP' && WEB_PORTS[port] !== undefined)
  );
}
