import type { Value } from '../../../values/index.ts';
import type { MissingFact } from '../../verdict.ts';
import { CALICO_ALL, type CalicoSelector } from '../selectors/calico-selector.ts';
import { EVERYTHING, type LabelSelector, type Requirement } from '../selectors/label-selector.ts';
import { parseCalicoSelector } from './parse-calico-selector.ts';
import {
  field,
  isMissing,
  missingOf,
  type Reading,
  readList,
  readText,
  refuse,
  reportUnknownField,
  unknownFields,
} from './reading.ts';

/**
 * A label selector as Kubernetes and Cilium write it. Absent or null selects everything; what that means is the
 * caller's business. A part that cannot be read becomes a requirement that nobody can decide.
 * @param rename how this API spells label keys (Cilium: source prefixes)
 */
export function parseLabelSelector(
  reading: Reading,
  value: Value | undefined,
  what: string,
  rename: (key: string) => string = (key) => key,
): LabelSelector {
  if (value === undefined || value.kind === 'null') return EVERYTHING;
  if (value.kind === 'unknown') return unreadable(missingOf(value));
  if (value.kind !== 'object') {
    return unreadable(refuse(reading, `\`${what}\` must be a selector object`, value.at));
  }
  const requirements: Requirement[] = [];
  for (const entry of unknownFields(value, ['matchLabels', 'matchExpressions'])) {
    requirements.push({ kind: 'unreadable', why: reportUnknownField(reading, entry) });
  }
  requirements.push(...parseMatchLabels(reading, field(value, 'matchLabels'), what, rename));
  const expressions = readList(
    reading,
    field(value, 'matchExpressions'),
    `${what}.matchExpressions`,
  );
  if (isMissing(expressions)) requirements.push({ kind: 'unreadable', why: expressions });
  else {
    for (const item of expressions ?? []) {
      requirements.push(parseExpression(reading, item, what, rename));
    }
  }
  return { requirements };
}

/** A Calico selector expression; absent is `absent`. A syntax error is placed where the text stands. */
export function parseCalicoSelectorValue(
  reading: Reading,
  value: Value | undefined,
  what: string,
): CalicoSelector | undefined {
  const text = readText(reading, value, what);
  if (text === undefined) return undefined;
  if (isMissing(text)) return { kind: 'unreadable', why: text };
  const parsed = parseCalicoSelector(text);
  if (parsed.kind === 'selector') return parsed.selector;
  const why = refuse(
    reading,
    `\`${what}\` \`${text}\` cannot be read at character ${parsed.offset + 1}: ${parsed.message}`,
    value!.at,
  );
  return { kind: 'unreadable', why };
}

export function calicoSelectorOrAll(
  reading: Reading,
  value: Value | undefined,
  what: string,
): CalicoSelector {
  return parseCalicoSelectorValue(reading, value, what) ?? CALICO_ALL;
}

function parseMatchLabels(
  reading: Reading,
  value: Value | undefined,
  what: string,
  rename: (key: string) => string,
): Requirement[] {
  if (value === undefined) return [];
  if (value.kind === 'unknown') return [{ kind: 'unreadable', why: missingOf(value) }];
  if (value.kind !== 'object') {
    const why = refuse(reading, `\`${what}.matchLabels\` must be an object`, value.at);
    return [{ kind: 'unreadable', why }];
  }
  return [...value.members.values()].map((entry): Requirement => {
    const text = readText(reading, entry.value, `${what}.matchLabels.${entry.name}`);
    if (isMissing(text)) return { kind: 'unreadable', why: text };
    return {
      kind: 'label',
      key: rename(entry.name),
      operator: 'In',
      values: [text ?? ''],
      at: entry.at,
    };
  });
}

function parseExpression(
  reading: Reading,
  value: Value,
  what: string,
  rename: (key: string) => string,
): Requirement {
  if (value.kind === 'unknown') return { kind: 'unreadable', why: missingOf(value) };
  const key = readText(reading, field(value, 'key'), `${what}.matchExpressions.key`);
  const operator = readText(reading, field(value, 'operator'), `${what}.matchExpressions.operator`);
  const values = readValues(reading, field(value, 'values'), what);
  for (const part of [key, operator, values]) {
    if (isMissing(part)) return { kind: 'unreadable', why: part };
  }
  const wrong = (message: string): Requirement => ({
    kind: 'unreadable',
    why: refuse(reading, `\`${what}.matchExpressions\`: ${message}`, value.at),
  });
  if (typeof key !== 'string' || key === '') return wrong('`key` is missing');
  const list = values as readonly string[];
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (list.length === 0) return wrong(`operator \`${operator}\` needs \`values\``);
      return { kind: 'label', key: rename(key), operator, values: list, at: value.at };
    case 'Exists':
    case 'DoesNotExist':
      if (list.length > 0) return wrong(`operator \`${operator}\` takes no \`values\``);
      return { kind: 'label', key: rename(key), operator, values: [], at: value.at };
    default:
      return wrong(
        `operator \`${String(operator ?? '')}\` is none of In, NotIn, Exists, DoesNotExist`,
      );
  }
}

function readValues(reading: Reading, value: Value | undefined, what: string) {
  const list = readList(reading, value, `${what}.matchExpressions.values`);
  if (list === undefined) return [];
  if (isMissing(list)) return list;
  const values: string[] = [];
  for (const item of list) {
    const text = readText(reading, item, `${what}.matchExpressions.values`);
    if (isMissing(text)) return text;
    values.push(text ?? '');
  }
  return values;
}

function unreadable(why: MissingFact): LabelSelector {
  return { requirements: [{ kind: 'unreadable', why }] };
}
