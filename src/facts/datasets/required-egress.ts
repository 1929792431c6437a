import type { RequiredEgress, RequiredEgressList } from '../datasets.ts';
import {
  datasetProblem,
  isJsonObject,
  isListOf,
  type JsonObject,
  newestDate,
  type ParsedDataset,
  readJson,
} from './parsed-dataset.ts';

/**
 * Reads the AKS required egress list: an array of entries, each with its own source. An entry that cannot be read
 * is a problem and left out; the rest stands.
 */
export function parseRequiredEgress(
  text: string,
  origin: string,
): ParsedDataset<RequiredEgressList> {
  const json = readJson(text);
  if ('problem' in json) return datasetProblem(json.problem);
  if (!Array.isArray(json.value)) return datasetProblem('is no list of required egress');
  const entries: RequiredEgress[] = [];
  const problems: string[] = [];
  for (const [index, item] of json.value.entries()) {
    const entry = isJsonObject(item) ? entryOf(item) : undefined;
    if (entry !== undefined) entries.push(entry);
    else problems.push(`entry ${index} is no required egress entry`);
  }
  const version = newestDate(entries.map((entry) => entry.source));
  return { value: { info: { origin, version }, entries }, problems };
}

const PROTOCOLS = ['HTTPS', 'HTTP', 'TCP', 'UDP'] as const;
const LAYERS = ['application', 'network'] as const;

function entryOf(item: JsonObject): RequiredEgress | undefined {
  const { id, ports, scope, exclude, required, source } = item;
  const protocol = PROTOCOLS.find((known) => known === item['protocol']);
  const layer = LAYERS.find((known) => known === item['layer']);
  if (typeof id !== 'string' || typeof source !== 'string') return undefined;
  if (protocol === undefined || layer === undefined || typeof required !== 'boolean') {
    return undefined;
  }
  if (!isListOf<number>(ports, 'number') || !isListOf<string>(scope, 'string')) return undefined;
  if (!isListOf<string>(exclude, 'string')) return undefined;
  return {
    id,
    ...optional('fqdn', item['fqdn']),
    ...optional('serviceTag', item['serviceTag']),
    ...optional('address', item['address']),
    ports,
    protocol,
    layer,
    direction: textOf(item['direction']),
    purpose: textOf(item['purpose']),
    scope,
    exclude,
    required,
    status: textOf(item['status']),
    inFqdnTag: textOf(item['inAzureKubernetesServiceFqdnTag']),
    ...optional('oneOfGroup', item['oneOfGroup']),
    ...optional('notes', item['notes']),
    source,
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function optional<Name extends string>(name: Name, value: unknown): { [Key in Name]?: string } {
  return typeof value === 'string' ? ({ [name]: value } as { [Key in Name]?: string }) : {};
}
