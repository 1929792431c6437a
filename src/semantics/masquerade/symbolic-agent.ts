import type { Place } from '../../diagnostics/index.ts';
import type { KubernetesObject } from '../../model/index.ts';
import {
  type AddressSet,
  addressesOfPrefixes,
  hasHostBits,
  type Prefix,
  parsePrefix,
} from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import { member } from '../../values/index.ts';
import type { MissingFact } from '../verdict.ts';

/** What the ConfigMaps in the input make the masquerade agent do. */
export interface AgentSettings {
  /** Every range that the input exempts. */
  readonly ranges: AddressSet;
  /** The list AKS writes is in the input: it needs no guess. */
  readonly holdsReconciled: boolean;
  /** `undefined`: not known. */
  readonly masqueradesLinkLocal: boolean | undefined;
  /** A ConfigMap that is there, and whose ranges are not known. */
  readonly unread?: MissingFact;
  readonly at?: Place;
}

/**
 * The agent merges every file of both ConfigMaps: ranges add up, and one file that says true masquerades link-local.
 * Which of several clusters the ConfigMaps belong to nobody knows.
 * @see AKS-09
 */
export function agentSettingsOf(network: Network): AgentSettings {
  const { kubernetes, clusters } = network.perimeter;
  const reconciled = kubernetes.configMaps.get('kube-system/azure-ip-masq-agent-config-reconciled');
  const added = kubernetes.configMaps.get('kube-system/azure-ip-masq-agent-config');
  const objects = [reconciled, added].filter((object) => object !== undefined);
  const [first] = objects;
  if (first !== undefined && clusters.size > 1 && network.perimeter.snapshot.home === undefined) {
    const missing = 'which cluster the masquerade ConfigMaps belong to';
    return { ...NOTHING_SAID, unread: { missing, at: first.at } };
  }
  const files = objects.flatMap((object) => filesOf(object));
  const unread = files.find((file) => file.says === undefined)?.object;
  const said = files.flatMap(({ says }) => says ?? []);
  const isOn = said.some(({ linkLocal }) => linkLocal === true);
  const isOff = reconciled !== undefined && unread === undefined;
  const at = added?.at ?? reconciled?.at;
  return {
    ranges: addressesOfPrefixes(said.flatMap(({ ranges }) => ranges)),
    holdsReconciled: reconciled !== undefined,
    masqueradesLinkLocal: isOn ? true : isOff ? false : undefined,
    ...(unread === undefined
      ? {}
      : { unread: { missing: `the ranges in ConfigMap \`${unread.name}\``, at: unread.at } }),
    ...(at === undefined ? {} : { at }),
  };
}

const NOTHING_SAID: AgentSettings = {
  ranges: { v4: [], v6: [] },
  holdsReconciled: false,
  masqueradesLinkLocal: undefined,
};

interface AgentFile {
  readonly object: KubernetesObject;
  /** `undefined`: it cannot be read. */
  readonly says: FileWords | undefined;
}

interface FileWords {
  readonly ranges: readonly Prefix[];
  readonly linkLocal: boolean | undefined;
}

/** The agent reads files whose name begins with `ip-masq`, and no other. */
function filesOf(object: KubernetesObject): readonly AgentFile[] {
  const data = member(object.body, 'data');
  if (data?.kind !== 'object') return [];
  return [...data.members.values()]
    .filter(({ name }) => name.startsWith('ip-masq'))
    .map(({ value }) => ({
      object,
      says: value.kind === 'string' ? wordsOf(value.value) : undefined,
    }));
}

/** A file is a flat mapping in YAML or JSON: keys in any case, one list of ranges, one switch. */
function wordsOf(text: string): FileWords | undefined {
  const entries = text.trimStart().startsWith('{') ? jsonEntries(text) : yamlEntries(text);
  if (entries === undefined) return undefined;
  const ranges: Prefix[] = [];
  let linkLocal: boolean | undefined;
  for (const [key, values] of entries) {
    if (key === 'nonmasqueradecidrs') {
      if (values.kind !== 'list') return undefined;
      for (const item of values.items) {
        const prefix = item.includes('/') && !hasHostBits(item) ? parsePrefix(item) : undefined;
        if (prefix === undefined) return undefined;
        ranges.push(prefix);
      }
    }
    if (key === 'masqlinklocal') {
      const word = values.kind === 'one' ? values.text.toLowerCase() : '';
      if (word !== 'true' && word !== 'false') return undefined;
      linkLocal = word === 'true';
    }
  }
  return { ranges, linkLocal };
}

type Entry = readonly [
  key: string,
  value:
    | { readonly kind: 'one'; readonly text: string }
    | { readonly kind: 'list'; readonly items: readonly string[] },
];

function jsonEntries(text: string): readonly Entry[] | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null) return undefined;
  return Object.entries(json).map(
    ([key, value]): Entry => [
      key.toLowerCase(),
      Array.isArray(value)
        ? { kind: 'list', items: value.map(String) }
        : { kind: 'one', text: String(value) },
    ],
  );
}

/** `key: value`, `key: [a, b]`, and `key:` with `- item` lines below. Anything else cannot be read. */
function yamlEntries(text: string): readonly Entry[] | undefined {
  const entries: Entry[] = [];
  let items: string[] | undefined;
  for (const raw of text.split('\n')) {
    const line = raw.replace(/(^|\s)#.*/, '').trim();
    if (line === '') continue;
    const item = /^-\s*(.+)$/.exec(line)?.[1];
    if (item !== undefined) {
      if (items === undefined) return undefined;
      items.push(bare(item));
      continue;
    }
    items = undefined;
    const [, key, rest] = /^["']?(\w+)["']?\s*:\s*(.*)$/.exec(line) ?? [];
    if (key === undefined || rest === undefined) return undefined;
    if (rest === '') {
      items = [];
      entries.push([key.toLowerCase(), { kind: 'list', items }]);
    } else if (rest.startsWith('[') && rest.endsWith(']')) {
      const inside = rest.slice(1, -1).trim();
      const listed = inside === '' ? [] : inside.split(',').map(bare);
      entries.push([key.toLowerCase(), { kind: 'list', items: listed }]);
    } else {
      entries.push([key.toLowerCase(), { kind: 'one', text: bare(rest) }]);
    }
  }
  return entries;
}

function bare(text: string): string {
  return text.trim().replace(/^["'](.*)["']$/, '$1');
}
