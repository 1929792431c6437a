import type { Value } from '../../../values/index.ts';
import { rulesOfGroup } from './core-rules.ts';
import { selectorPattern } from './nginx-text.ts';
import type { Note } from './waf-settings.ts';
import { listAt, numberAt, textAt, unknownInside } from './written.ts';

/** A part of requests that managed rules do not look at. */
export interface Exclusion {
  /** ModSecurity's collection: `ARGS`, `REQUEST_HEADERS_NAMES`… */
  readonly collection: string;
  /** Pattern of the element's name; absent: all of the collection. */
  readonly name?: string;
  /** The rules it is for; absent: all. */
  readonly rules?: readonly number[];
}

/** `…Names` selects values by name, as `…Values` does; `…Keys` the names themselves (azure-networking 9.2). */
const COLLECTIONS: Readonly<Record<string, string>> = {
  requestheadernames: 'REQUEST_HEADERS',
  requestheadervalues: 'REQUEST_HEADERS',
  requestheaderkeys: 'REQUEST_HEADERS_NAMES',
  requestcookienames: 'REQUEST_COOKIES',
  requestcookievalues: 'REQUEST_COOKIES',
  requestcookiekeys: 'REQUEST_COOKIES_NAMES',
  requestargnames: 'ARGS',
  requestargvalues: 'ARGS',
  requestargkeys: 'ARGS_NAMES',
};

export function readExclusions(values: readonly Value[], note: Note): readonly Exclusion[] {
  return values.flatMap((value) => {
    const unknown = unknownInside(value);
    if (unknown !== undefined) {
      note('exclusion', `${unknown.missing} is not known: it is not applied`, unknown.at);
      return [];
    }
    const collection = COLLECTIONS[textAt(value, 'matchVariable')?.toLowerCase() ?? ''];
    const name = nameOf(
      textAt(value, 'selectorMatchOperator')?.toLowerCase() ?? '',
      textAt(value, 'selector') ?? '',
      collection ?? '',
    );
    if (collection === undefined || name === undefined) {
      note('exclusion', 'its variable or operator is not understood: it is not applied', value.at);
      return [];
    }
    const rules = scopeOf(value);
    return [
      {
        collection,
        ...(name === ANY ? {} : { name }),
        ...(rules === undefined ? {} : { rules }),
      },
    ];
  });
}

const ANY = '*';

/** Header names are compared without case, the names of cookies and arguments with it. */
function nameOf(operator: string, selector: string, collection: string): string | undefined {
  if (operator === 'equalsany' || (operator === 'equals' && selector === ANY)) return ANY;
  const literal = selectorPattern(selector);
  if (selector === '') return undefined;
  const start = collection.startsWith('REQUEST_HEADERS') ? '(?i)' : '';
  // ModSecurity names the members of a JSON body `json.NAME`, Azure by their name alone.
  const first = collection.startsWith('ARGS') ? '\\A(?:json\\.)?' : '\\A';
  switch (operator) {
    case 'equals':
      return `${start}${first}${literal}\\z`;
    case 'startswith':
      return `${start}${first}${literal}`;
    case 'endswith':
      return `${start}${literal}\\z`;
    case 'contains':
      return `${start}${literal}`;
    default:
      return undefined;
  }
}

/** The rules an exclusion is narrowed to: single rules, groups, or (a set without groups) everything. */
function scopeOf(value: Value): readonly number[] | undefined {
  const sets = listAt(value, 'exclusionManagedRuleSets');
  if (sets.length === 0) return undefined;
  const groups = sets.flatMap((set) => listAt(set, 'ruleGroups'));
  if (groups.length === 0) return undefined;
  return groups.flatMap((group) => {
    const rules = listAt(group, 'rules').flatMap((rule) => numberAt(rule, 'ruleId') ?? []);
    return rules.length > 0 ? rules : (rulesOfGroup(textAt(group, 'ruleGroupName') ?? '') ?? []);
  });
}
