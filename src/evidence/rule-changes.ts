import type { AddressTerm, ApplicationRule, NetworkRule } from '../model/index.ts';
import { type PortSet, parsePortRange, portSet } from '../net/index.ts';
import type { Change, PlainJson } from '../questions/check/index.ts';
import { isUnknown, type Uncertain } from '../values/index.ts';
import type { NarrowRule } from './narrowing.ts';
import type { NamedRule } from './written-rules.ts';

/**
 * A rule rewritten to the first of its narrower ones, and the others appended to its collection: all of them allow, so their order says
 * nothing. Empty: it says exactly that already.
 */
export function changesOf(named: NamedRule, becomes: readonly NarrowRule[]): readonly Change[] {
  const [first, ...others] = becomes;
  if (first === undefined) return [];
  const { rule, collection, isClassic, type } = named;
  const edits = Object.entries(fieldsOf(first, named)).flatMap(([name, to]): readonly Change[] =>
    saysAlready(named, name, to) ? [] : [{ at: rule.at, path: [name], to }],
  );
  if (edits.length === 0 && others.length === 0) return [];
  const added = others.map(
    (other, index): Change => ({
      at: collection.at,
      path: [...(isClassic ? ['properties'] : []), 'rules', { append: true }],
      to: {
        ...(isClassic ? {} : { ruleType: type === 'network' ? 'NetworkRule' : 'ApplicationRule' }),
        name: `${rule.name}-${index + 2}`,
        ...(rule.description === undefined ? {} : { description: rule.description }),
        ...keptFields(named),
        ...fieldsOf(other, named),
      },
    }),
  );
  return [...edits, ...added];
}

function fieldsOf(
  narrow: NarrowRule,
  { isClassic }: NamedRule,
): Readonly<Record<string, PlainJson>> {
  const { sourceAddresses, destinationAddresses, destinationPorts } = narrow;
  const { protocols, services, targetFqdns } = narrow;
  return {
    ...(sourceAddresses === undefined ? {} : { sourceAddresses }),
    ...(protocols === undefined ? {} : { [isClassic ? 'protocols' : 'ipProtocols']: protocols }),
    ...(destinationAddresses === undefined ? {} : { destinationAddresses }),
    ...(destinationPorts === undefined ? {} : { destinationPorts }),
    ...(services === undefined ? {} : { protocols: services.map((one) => ({ ...one })) }),
    ...(targetFqdns === undefined ? {} : { targetFqdns }),
  };
}

/** What a further rule must repeat because no narrower field says it. */
function keptFields({ rule, type }: NamedRule): Readonly<Record<string, PlainJson>> {
  const sources = {
    sourceAddresses: rule.sources.addresses.map(({ text }) => text),
    ...referenceList('sourceIpGroups', rule.sources.ipGroups),
  };
  if (type !== 'network') return sources;
  const { destinationAddresses, destinationIpGroups, destinationFqdns } = rule as NetworkRule;
  const names = destinationFqdns.flatMap((one) => (isUnknown(one) ? [] : [one.text]));
  return {
    ...sources,
    ...(destinationAddresses.length === 0
      ? {}
      : { destinationAddresses: destinationAddresses.map(({ text }) => text) }),
    ...referenceList('destinationIpGroups', destinationIpGroups),
    ...(names.length === 0 ? {} : { destinationFqdns: names }),
  };
}

function referenceList(name: string, references: readonly Uncertain<{ readonly id: string }>[]) {
  const ids = references.flatMap((one) => (isUnknown(one) ? [] : [one.id]));
  return ids.length === 0 ? {} : { [name]: ids };
}

function saysAlready({ rule, type }: NamedRule, field: string, to: PlainJson): boolean {
  const wanted = to as readonly PlainJson[];
  switch (field) {
    case 'sourceAddresses':
      return isSame(termTexts(rule.sources.addresses), wanted);
    case 'destinationAddresses':
      return isSame(termTexts((rule as NetworkRule).destinationAddresses), wanted);
    case 'targetFqdns':
      return isSame(
        (rule as ApplicationRule).targetFqdns.flatMap((one) => (isUnknown(one) ? [] : [one.text])),
        wanted,
      );
    case 'destinationPorts': {
      const { destinationPorts } = rule as NetworkRule;
      return !isUnknown(destinationPorts) && samePorts(destinationPorts, wanted as string[]);
    }
    case 'ipProtocols':
    case 'protocols':
      return type === 'network'
        ? isSame(
            (rule as NetworkRule).protocols.map((one) => (isUnknown(one) ? '?' : one)),
            wanted,
          )
        : isSame(
            (rule as ApplicationRule).protocols.map(({ type: kind, port }) =>
              isUnknown(kind) || isUnknown(port) ? '?' : `${kind} ${port}`,
            ),
            (wanted as readonly { protocolType: string; port: number }[]).map(
              ({ protocolType, port }) => `${protocolType} ${port}`,
            ),
          );
    default:
      return false;
  }
}

function termTexts(terms: readonly AddressTerm[]): readonly string[] {
  return terms.map(({ text }) => text.replace(/\/32$/, ''));
}

function isSame(a: readonly PlainJson[], b: readonly PlainJson[]): boolean {
  const [x, y] = [a, b].map((list) => JSON.stringify(list.map(String).sort()));
  return x === y;
}

function samePorts(written: PortSet, wanted: readonly string[]): boolean {
  const ranges = wanted.map((text) =>
    text === '*' ? ([0, 65535] as const) : parsePortRange(text),
  );
  return ranges.every((range) => range !== undefined)
    ? JSON.stringify(written) === JSON.stringify(portSet(ranges as [number, number][]))
    : false;
}
