import type { PrivateDnsZoneEntry, PrivateDnsZoneList } from '../datasets.ts';
import {
  datasetProblem,
  isJsonObject,
  isListOf,
  newestDate,
  type ParsedDataset,
  readJson,
} from './parsed-dataset.ts';

/** Reads the list of private DNS zone names by service: an array of entries, each with its own source. */
export function parsePrivateDnsZones(
  text: string,
  origin: string,
): ParsedDataset<PrivateDnsZoneList> {
  const json = readJson(text);
  if ('problem' in json) return datasetProblem(json.problem);
  if (!Array.isArray(json.value)) return datasetProblem('is no list of private DNS zones');
  const entries: PrivateDnsZoneEntry[] = [];
  const problems: string[] = [];
  const sources: string[] = [];
  for (const [index, item] of json.value.entries()) {
    const entry = entryOf(item);
    if (entry === undefined) {
      problems.push(`entry ${index} is no private DNS zone entry`);
      continue;
    }
    entries.push(entry);
    if (isJsonObject(item) && typeof item['source'] === 'string') sources.push(item['source']);
  }
  return { value: { info: { origin, version: newestDate(sources) }, entries }, problems };
}

function entryOf(item: unknown): PrivateDnsZoneEntry | undefined {
  if (!isJsonObject(item)) return undefined;
  const { id, service, resourceType, groupIds, zones, publicForwarders } = item;
  if (typeof id !== 'string' || typeof service !== 'string' || typeof resourceType !== 'string') {
    return undefined;
  }
  if (!isListOf<string>(groupIds, 'string') || !isListOf<string>(zones, 'string')) return undefined;
  if (!isListOf<string>(publicForwarders, 'string')) return undefined;
  return { id, service, resourceType, groupIds, zones, publicForwarders };
}
