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
  let sets = 0;
  for (const [at, { boxes, setRules }] of layers.entries()) {
    for (const region of setRules) {
      const rule = setRuleLines(`${name}_s${sets}`, region, hasPorts);
      sets += 1;
      definitions.push(...rule.definitions);
      lines.push(...rule.lines);
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

/** A region that is no set of boxes: its names are resolved while it runs, or it is too large. */
function setRuleLines(name: string, region: Region, hasPorts: boolean): LayerLines {
  const definitions: string[] = [];
  const matches: string[] = [];
  const { sources, destinations, services, mark } = region;
  if (!equalAddressSets(sources, ALL_IPV4)) {
    matches.push(`ip saddr ${useSet(`${name}_from`, addressElements(sources), definitions)}`);
  }
  if (destinations.kind === 'names') {
    matches.push(`ip daddr @${destinations.set}`);
  } else if (!equalAddressSets(destinations.addresses, ALL_IPV4)) {
    const elements = addressElements(destinations.addresses);
    matches.push(`ip daddr ${useSet(`${name}_to`, elements, definitions)}`);
  }
  const lines = services.map((service) =>
    [
      ...matches,
      ...serviceMatches(service, hasPorts),
      `ct mark set ${formatMark(mark)} return`,
    ].join(' '),
  );
  return { definitions, lines };
}

/** A single range is written in place, several become a named set. */
function useSet(name: string, elements: readonly string[], definitions: string[]): string {
  if (elements.length === 1) return elements[0]!;
  definitions.push(...definition(`set ${name}`, ['type ipv4_addr', 'flags interval'], elements));
  return `@${name}`;
}

function serviceMatches({ protocols, ports }: Service, hasPorts: boolean): readonly string[] {
  const [low, high] = protocols;
  if (!hasPorts) return low === 0 && high === 255 ? [] : [`meta l4proto ${numberRange(low, high)}`];
  // 6-17 stands for TCP and UDP: nothing else comes here.
  const protocol = low === high ? [`meta l4proto ${low}`] : [];
  const isEvery = ports[0] === 0 && ports[1] === 65535;
  return isEvery ? protocol : [...protocol, `th dport ${numberRange(...ports)}`];
}
