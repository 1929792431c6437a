import type { Place } from '../../diagnostics/index.ts';
import {
  type AddressSet,
  addressesOfPrefixes,
  hasHostBits,
  type Prefix,
  parsePrefix,
} from '../../net/index.ts';
import type { Network } from '../../network/index.ts';
import { member } from '../../values/index.ts';

/** What the masquerade agent of a cluster is told, read from its two ConfigMaps. */
export interface MasqueradeConfig {
  /** The list AKS writes itself; absent when the input does not hold that ConfigMap. */
  readonly reconciled?: AddressSet;
  /** Ranges somebody added. Empty when nobody did. */
  readonly added: AddressSet;
  /** Whether 169.254.0.0/16 is masqueraded; absent when a ConfigMap that is not in the input may say so. */
  readonly masqueradesLinkLocal?: boolean;
  readonly at?: Place;
  /** Set when a ConfigMap is there and could not be read: its ranges are unknown. */
  readonly unreadable?: { readonly missing: string; readonly at: Place };
}

const RECONCILED = 'kube-system/azure-ip-masq-agent-config-reconciled';
const ADDED = 'kube-system/azure-ip-masq-agent-config';
const NOTHING: AddressSet = { v4: [], v6: [] };

/**
 * With several managed clusters nobody knows which one a ConfigMap belongs to: its ranges are then unknown.
 * @see AKS-09
 */
export function masqueradeConfigOf(network: Network): MasqueradeConfig {
  const reconciled = read(network, RECONCILED);
  const added = read(network, ADDED);
  const some = reconciled ?? added;
  if (
    some !== undefined &&
    network.perimeter.clusters.size > 1 &&
    network.perimeter.snapshot.home === undefined
  ) {
    const missing = 'which cluster the masquerade ConfigMaps belong to';
    return { added: NOTHING, unreadable: { missing, at: some.at } };
  }
  const unreadable = reconciled?.unreadable ?? added?.unreadable;
  // The agent merges its files: one that says true is enough, and a file that does not say means false.
  const isOn = reconciled?.masqLinkLocal === true || added?.masqLinkLocal === true;
  const isOff = reconciled !== undefined && unreadable === undefined;
  const linkLocal = isOn ? true : isOff ? false : undefined;
  const at = added?.at ?? reconciled?.at;
  return {
    added: added?.ranges ?? NOTHING,
    ...(reconciled === undefined ? {} : { reconciled: reconciled.ranges }),
    ...(linkLocal === undefined ? {} : { masqueradesLinkLocal: linkLocal }),
    ...(unreadable === undefined ? {} : { unreadable }),
    ...(at === undefined ? {} : { at }),
  };
}

interface AgentFile {
  readonly ranges: AddressSet;
  readonly masqLinkLocal?: boolean;
  readonly at: Place;
  readonly unreadable?: { readonly missing: string; readonly at: Place };
}

function read(network: Network, key: string): AgentFile | undefined {
  const object = network.perimeter.kubernetes.configMaps.get(key);
  if (object === undefined) return undefined;
  const data = member(object.body, 'data');
  if (data?.kind !== 'object') return { ranges: NOTHING, at: object.at };
  const prefixes: Prefix[] = [];
  let masqLinkLocal: boolean | undefined;
  let isUnreadable = false;
  for (const { name, value } of data.members.values()) {
    // The agent reads no other file.
    if (!name.startsWith('ip-masq')) continue;
    const parsed = value.kind === 'string' ? parseAgentFile(value.value) : undefined;
    if (parsed === undefined) {
      isUnreadable = true;
      continue;
    }
    prefixes.push(...parsed.prefixes);
    masqLinkLocal = masqLinkLocal === true || parsed.masqLinkLocal;
  }
  return {
    ranges: addressesOfPrefixes(prefixes),
    at: object.at,
    ...(masqLinkLocal === undefined ? {} : { masqLinkLocal }),
    ...(isUnreadable
      ? { unreadable: { missing: `the ranges in ConfigMap \`${object.name}\``, at: object.at } }
      : {}),
  };
}

/**
 * One file of the agent: a flat YAML or JSON mapping with `nonMasqueradeCIDRs` and `masqLinkLocal`.
 * `undefined` when it holds anything that does not look like that.
 */
export function parseAgentFile(
  text: string,
): { readonly prefixes: readonly Prefix[]; readonly masqLinkLocal?: boolean } | undefined {
  const prefixes: Prefix[] = [];
  let masqLinkLocal: boolean | undefined;
  let isInList = false;
  const addAll = (list: readonly string[]): boolean =>
    list.every((item) => {
      const text = unquote(item);
      // The agent refuses a file with a bare address or with host bits set.
      const prefix = text.includes('/') && !hasHostBits(text) ? parsePrefix(text) : undefined;
      if (prefix !== undefined) prefixes.push(prefix);
      return prefix !== undefined;
    });
  for (const raw of linesOf(text)) {
    const line = raw.replace(/(^|\s)#.*$/, '').trim();
    if (line === '') continue;
    if (isInList && line.startsWith('-')) {
      if (!addAll([line.slice(1)])) return undefined;
      continue;
    }
    isInList = false;
    const match = /^["']?(\w+)["']?\s*:\s*(.*)$/.exec(line);
    const key = match?.[1]?.toLowerCase();
    const value = (match?.[2] ?? '').replace(/,$/, '').trim();
    if (key === 'nonmasqueradecidrs') {
      if (value === '') isInList = true;
      else if (value.startsWith('[') && value.endsWith(']')) {
        const inside = value.slice(1, -1).trim();
        if (inside !== '' && !addAll(inside.split(','))) return undefined;
      } else return undefined;
    } else if (key === 'masqlinklocal') {
      const flag = unquote(value).toLowerCase();
      if (flag !== 'true' && flag !== 'false') return undefined;
      masqLinkLocal = flag === 'true';
    } else if (key === undefined) {
      return undefined;
    }
  }
  return { prefixes, ...(masqLinkLocal === undefined ? {} : { masqLinkLocal }) };
}

/** A JSON object becomes lines of the same shape. */
function linesOf(text: string): readonly string[] {
  if (!text.trimStart().startsWith('{')) return text.split('\n');
  try {
    const json = JSON.parse(text) as Record<string, unknown>;
    return Object.entries(json).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  } catch {
    return ['{'];
  }
}

function unquote(text: string): string {
  return text.trim().replace(/^["']|["']$/g, '');
}
