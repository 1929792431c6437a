import type { FqdnTagMember, FqdnTags } from '../datasets.ts';
import {
  datasetProblem,
  isJsonObject,
  newestDate,
  type ParsedDataset,
  readJson,
} from './parsed-dataset.ts';

/**
 * Reads documented members of FQDN tags. A member is `documented` only when its tag's list is stated by Microsoft
 * and the entry is not marked optional or add-on: those may or may not be in the tag.
 * @see AFW-54, AFW-55
 */
export function parseFqdnTags(text: string, origin: string): ParsedDataset<FqdnTags> {
  const json = readJson(text);
  if ('problem' in json) return datasetProblem(json.problem);
  const meta = isJsonObject(json.value) ? json.value['_meta'] : undefined;
  if (!isJsonObject(json.value) || !isJsonObject(meta)) {
    return datasetProblem('is no list of FQDN tags: it has no `_meta`');
  }
  const completeness = isJsonObject(meta['completeness']) ? meta['completeness'] : {};
  const tags = new Map<string, readonly FqdnTagMember[]>();
  const problems: string[] = [];
  for (const [tag, body] of Object.entries(json.value)) {
    if (tag === '_meta' || !isJsonObject(body)) continue;
    const isStated = String(completeness[tag] ?? '').startsWith('documented');
    const members: FqdnTagMember[] = [];
    for (const [list, value] of Object.entries(body)) {
      for (const entry of entriesIn(value)) {
        const isDocumented = isStated && list === 'entries';
        const member = memberOf(entry, isDocumented ? 'documented' : 'unconfirmed');
        if (member !== undefined) members.push(member);
        else problems.push(`tag ${tag} has an entry in \`${list}\` without name or ports`);
      }
    }
    tags.set(tag.toLowerCase(), members);
  }
  const version = newestDate([String(meta['nameSource'] ?? '')]);
  return { value: { info: { origin, version }, tags }, problems };
}

/** A list of entries, or lists of entries by add-on. Texts about the tag hold none. */
function entriesIn(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isJsonObject(value) ? Object.values(value).flatMap(entriesIn) : [];
}

function memberOf(entry: unknown, standing: FqdnTagMember['standing']): FqdnTagMember | undefined {
  if (!isJsonObject(entry) || typeof entry['fqdn'] !== 'string' || !Array.isArray(entry['ports'])) {
    return undefined;
  }
  const ports: FqdnTagMember['ports'][number][] = [];
  for (const port of entry['ports']) {
    if (!isJsonObject(port) || typeof port['port'] !== 'number') return undefined;
    const protocol = port['protocol'];
    if (protocol !== 'Http' && protocol !== 'Https') return undefined;
    ports.push({ protocol, port: port['port'] });
  }
  return { fqdn: entry['fqdn'].toLowerCase(), ports, standing };
}
