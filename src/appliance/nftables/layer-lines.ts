import { ALL_IPV4, equalAddressSets } from '../../net/index.ts';
import { formatMark } from '../marks.ts';
import type { Layer } from '../network/layers.ts';
import type { Region, Service } from '../network/region.ts';
import { addressElements, boxKey, definition, numberRange } from './elements.ts';

/** Layers as maps of the table and the lines of a chain that looks them up in order. */
export interface LayerLines {
  readonly definitions: readonly string[];
  readonly lines: readonly string[];
}

/**
 * @param name prefix of the maps: `network`, `dnat`
 * @param hasPorts the protocols looked up here have ports
 */
export function layerLines(name: string, layers: readonly Layer[], hasPorts: boolean): LayerLines {
  const definitions: string[] = [];
  const lines: string[] = [];
  const sets = new Map<string, string>();
  /** A single range is written in place, several become a named set; rules with the same addresses share it. */
  const use: UseSet = (elements) => {
    if (elements.length === 1) return elements[0]!;
    const key = elements.join();
    const known = sets.get(key);
    if (known !== undefined) return `@${known}`;
    const made = `${name}_set_${sets.size}`;
    sets.set(key, made);
    definitions.push(...definition(`set ${made}`, ['type ipv4_addr', 'flags interval'], elements));
    return `@${made}`;
  };
  for (const [at, { boxes, setRules }] of layers.entries()) {
    for (const region of setRules) {
      lines.push(...setRuleLines(region, hasPorts, use));
    }
    if (boxes.length === 0) continue;
    const map = `${name}_${at}`;
    const key = hasPorts
      ? 'ipv4_addr . ipv4_addr . inet_proto . inet_service'
      : 'ipv4_addr . ipv4_addr . inet_proto';
    definitions.push(
      ...definition(
        `map ${map}`,
        [`type ${key} : mark`, 'flags interval'],
        boxes.map(({ box, mark }) => `${boxKey(box, hasPorts)} : ${formatMark(mark)}`),
      ),
    );
    const looked = hasPorts
      ? 'ip saddr . ip daddr . meta l4proto . th dport'
      : 'ip saddr . ip daddr . meta l4proto';
    lines.push(`ct mark set ${looked} map @${map}`, 'ct mark != 0 return');
  }
  return { definitions, lines };
}

/** How a rule names a set of addresses. */
type UseSet = (elements: readonly string[]) => string;

/** A region that is no set of boxes: its names are resolved while it runs, or it is too large. */
function setRuleLines(region: Region, hasPorts: boolean, use: UseSet): readonly string[] {
  const matches: string[] = [];
  const { sources, destinations, services, mark } = region;
  if (!equalAddressSets(sources, ALL_IPV4)) {
    matches.push(`ip saddr ${use(addressElements(sources))}`);
  }
  if (destinations.kind === 'names') {
    matches.push(`ip daddr @${destinations.set}`);
  } else if (!equalAddressSets(destinations.addresses, ALL_IPV4)) {
    matches.push(`ip daddr ${use(addressElements(destinations.addresses))}`);
  }
  const verdict = `ct mark set ${formatMark(mark)} return`;
  return services.map((service) =>
    [...matches, ...serviceMatches(service, hasPorts), verdict].join(' '),
  );
}

function serviceMatches({ protocols, ports }: Service, hasPorts: boolean): readonly string[] {
  const [low, high] = protocols;
  if (!hasPorts) return low === 0 && high === 255 ? [] : [`meta l4proto ${numberRange(low, high)}`];
  // 6-17 stands for TCP and UDP: nothing else comes here.
  const protocol = low === high ? [`meta l4proto ${low}`] : [];
  const isEvery = ports[0] === 0 && ports[1] === 65535;
  return isEvery ? protocol : [...protocol, `th dport ${numberRange(...ports)}`];
}
