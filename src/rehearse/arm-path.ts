import { type ArmError, armError } from './arm-error.ts';

/** What a request path of Azure Resource Manager names. Types are lower case; names keep the case of the request. */
export type ArmPath =
  | { readonly kind: 'level'; readonly words: readonly string[]; readonly lower: readonly string[] }
  | ResourcePath
  | CollectionPath;

export interface ResourcePath {
  readonly kind: 'resource';
  /** What stands before the last `/providers/`: ``, `/subscriptions/…`, a group, or another resource. */
  readonly scope: string;
  readonly namespace: string;
  /** Full type in lower case. */
  readonly type: string;
  /** Full type as the client spelled it. */
  readonly spelled: string;
  readonly names: readonly string[];
  readonly name: string;
  /** The resource right above it; its scope when it is not a child. */
  readonly above: string;
  readonly id: string;
}

/** An odd number of segments: a list for GET, an action on what is above for POST. */
export interface CollectionPath {
  readonly kind: 'collection';
  readonly scope: string;
  readonly namespace: string;
  readonly type: string;
  readonly spelled: string;
  /** The resource right above; the scope when the collection is not one of children. */
  readonly above: string;
  /** The last segment: the name of the action, should it be one. */
  readonly last: string;
}

const PATH_MAX = 8_000;
const SEGMENT_MAX = 260;

/**
 * The last `/providers/` of a path decides the type (arm-endpoint 2.3). Empty segments are passed over: `az rest` with a
 * trailing slash in the endpoint makes them.
 */
export function parseArmPath(path: string): ArmPath | ArmError {
  if (path.length > PATH_MAX) return refused('the path is too long');
  const words: string[] = [];
  for (const raw of path.split('/')) {
    if (raw === '') continue;
    const word = decoded(raw);
    if (word === undefined) return refused(`\`${raw.slice(0, 80)}\` is not percent-encoded text`);
    if (word === '.' || word === '..' || /[\u0000-\u001f\u007f/\\?#<>]/.test(word)) {
      return refused('a segment of the path has a character that is not allowed');
    }
    if (word.length > SEGMENT_MAX) return refused('a segment of the path is too long');
    words.push(word);
  }
  const lower = words.map((word) => word.toLowerCase());
  const at = lower.lastIndexOf('providers');
  const namespace = words[at + 1];
  if (at < 0 || namespace === undefined || words.length === at + 2) {
    return { kind: 'level', words, lower };
  }
  return withinProvider(scopeId(words.slice(0, at)), namespace, words.slice(at + 2));
}

/** `/subscriptions/S/resourceGroups/G/providers/…` with the words of ARM in their usual case. */
export function scopeId(words: readonly string[]): string {
  const usual: Readonly<Record<string, string>> = {
    subscriptions: 'subscriptions',
    resourcegroups: 'resourceGroups',
    providers: 'providers',
  };
  return words
    .map((word, index) => {
      const isName = index % 2 === 1 && words[index - 1]?.toLowerCase() !== 'providers';
      return `/${isName ? word : (usual[word.toLowerCase()] ?? word)}`;
    })
    .join('');
}

function withinProvider(scope: string, namespace: string, rest: readonly string[]): ArmPath {
  const types = rest.filter((_, index) => index % 2 === 0);
  const names = rest.filter((_, index) => index % 2 === 1);
  const spelled = [namespace, ...types].join('/');
  const common = { scope, namespace, type: spelled.toLowerCase(), spelled };
  const upTo = (count: number) =>
    count === 0 ? scope : `${scope}/providers/${namespace}/${rest.slice(0, 2 * count).join('/')}`;
  if (types.length > names.length) {
    return { kind: 'collection', ...common, above: upTo(names.length), last: types.at(-1)! };
  }
  return {
    kind: 'resource',
    ...common,
    names,
    name: names.at(-1)!,
    above: upTo(names.length - 1),
    id: upTo(names.length),
  };
}

function decoded(word: string): string | undefined {
  if (!word.includes('%')) return word;
  try {
    return decodeURIComponent(word);
  } catch {
    return undefined;
  }
}

function refused(why: string): ArmError {
  return armError(400, 'InvalidRequestUri', `The request URI is not valid: ${why}.`);
}
