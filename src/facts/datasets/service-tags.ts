import type { ServiceTags } from '../datasets.ts';
import {
  datasetProblem,
  isJsonObject,
  isListOf,
  type ParsedDataset,
  readJson,
} from './parsed-dataset.ts';

/**
 * Reads a file `ServiceTags_Public_*.json` (or another cloud's): `{ changeNumber, cloud, values[] }`.
 * @param isComplete false for an extract: whole tags, but not all of them
 * @see AFW-37
 */
export function parseServiceTags(
  text: string,
  origin: string,
  isComplete: boolean,
): ParsedDataset<ServiceTags> {
  const json = readJson(text);
  if ('problem' in json) return datasetProblem(json.problem);
  if (!isJsonObject(json.value) || !Array.isArray(json.value['values'])) {
    return datasetProblem('is no service tag file: it has no list `values`');
  }
  const prefixes = new Map<string, readonly string[]>();
  const problems: string[] = [];
  for (const [index, entry] of json.value['values'].entries()) {
    const properties = isJsonObject(entry) ? entry['properties'] : undefined;
    const list = isJsonObject(properties) ? properties['addressPrefixes'] : undefined;
    const name = isJsonObject(entry) ? entry['name'] : undefined;
    if (typeof name === 'string' && isListOf<string>(list, 'string')) {
      prefixes.set(name.toLowerCase(), list);
    } else {
      // The tag stays unknown, which is right for one that cannot be read.
      problems.push(`entry ${index} of \`values\` has no name or no list of addressPrefixes`);
    }
  }
  const version = String(json.value['changeNumber'] ?? '');
  return { value: { info: { origin, version }, isComplete, prefixes }, problems };
}
