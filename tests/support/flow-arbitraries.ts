import fc from 'fast-check';
import type {
  Condition,
  FlowBox,
  FlowPoint,
  FlowRule,
  NameSet,
  NumberedRules,
} from '../../src/flows/index.ts';
import {
  type AddressSet,
  addressSet,
  type Family,
  type Ip,
  type Port,
  type PortSet,
  type Protocol,
  parseIpRange,
  portSet,
} from '../../src/net/index.ts';

/**
 * Boxes, rules, lists and flows for fast-check, over few enough values that they meet. They are built from parts, so a failure
 * shrinks to few rules with few headers.
 */

const RANGES = [
  '10.1.2.0-10.1.2.9',
  '10.1.2.9',
  '10.1.0.0/16',
  '10.0.0.0/8',
  '0.0.0.0',
  '127.255.255.255-128.0.0.0',
  '255.255.255.255',
  '0.0.0.0/0',
  '2001:db8::1',
  '2001:db8::/32',
  'fd00::/8',
  '::/0',
].map((text) => parseIpRange(text)!);
const PORTS = [0, 1, 22, 443, 444, 65534, 65535];
const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'icmp', 'sctp', 'esp', 'ah', 'other'];
const APPLICATIONS = ['none', 'http', 'https', 'mssql'] as const;
const PATTERNS = [
  'login.azure.com',
  '*.blob.azure.com',
  '*.azure.com',
  '*azure.com',
  'azure.com',
  'org',
  '*',
];
const NAMES = ['org', 'azure.com', 'notazure.com', 'login.azure.com', 'x.blob.azure.com'];
const CONDITIONS: readonly Condition[] = ['a', 'b'].map((missing) => ({ missing }));

export type TestRule = FlowRule<'allow' | 'deny', string>;

/** Mostly one to three of these, now and then none: the set is empty then, and so is its box. */
function some<T>(values: readonly T[]): fc.Arbitrary<T[]> {
  const one = fc.constantFrom(...values);
  return fc.oneof(
    { arbitrary: fc.uniqueArray(one, { minLength: 1, maxLength: 3 }), weight: 24 },
    { arbitrary: fc.constant<T[]>([]), weight: 1 },
  );
}

export const addressSets: fc.Arbitrary<AddressSet> = some(RANGES).map(addressSet);

export const portSets: fc.Arbitrary<PortSet> = fc
  .tuple(some(PORTS), fc.nat(2))
  .map(([lows, more]) => portSet(lows.map((low) => [low, Math.min(65535, low + more)])));

export const nameSets: fc.Arbitrary<NameSet> = fc.record({
  patterns: some(PATTERNS),
  withoutName: fc.boolean(),
});

/** Boxes that are certainly there. */
export const certainFlowBoxes: fc.Arbitrary<FlowBox> = fc.record(
  {
    sources: addressSets,
    destinations: addressSets,
    protocols: some(PROTOCOLS),
    destinationPorts: portSets,
    sourcePorts: portSets,
    applications: some(APPLICATIONS),
    names: nameSets,
  },
  { requiredKeys: [] },
);

export const flowBoxes: fc.Arbitrary<FlowBox> = fc.oneof(
  { arbitrary: certainFlowBoxes, weight: 4 },
  {
    arbitrary: fc
      .tuple(certainFlowBoxes, fc.subarray([...CONDITIONS], { minLength: 1 }))
      .map(([box, needs]) => ({ ...box, needs })),
    weight: 1,
  },
);

export const flowRules: fc.Arbitrary<TestRule> = fc.record({
  region: fc.array(flowBoxes, { minLength: 1, maxLength: 3 }),
  effect: fc.constantFrom('allow', 'deny'),
  by: fc.constant('a rule'),
});

export const ruleLists: fc.Arbitrary<readonly TestRule[]> = fc.array(flowRules, { maxLength: 8 });

export function flowPoints(family: Family): fc.Arbitrary<FlowPoint> {
  const address: fc.Arbitrary<Ip> = fc
    .constantFrom(...RANGES.filter((range) => range.family === family))
    .chain(({ low, high }) => fc.constantFrom({ family, value: low }, { family, value: high }))
    .map((ip) => ip as Ip);
  const port = fc.constantFrom(...PORTS.map((value) => value as Port));
  return fc.record(
    {
      source: address,
      destination: address,
      protocol: fc.constantFrom(...PROTOCOLS),
      sourcePort: port,
      destinationPort: port,
      application: fc.constantFrom(...APPLICATIONS),
      name: fc.constantFrom(...NAMES),
    },
    {
      requiredKeys: [
        'source',
        'destination',
        'protocol',
        'sourcePort',
        'destinationPort',
        'application',
      ],
    },
  );
}

/** The boxes of all rules, to cut a universe by. */
export function boxesOfRules(...lists: readonly (readonly TestRule[])[]): FlowBox[] {
  return lists.flat().flatMap(({ region }) => region);
}

/** One edit of a list; `at` and `to` are taken modulo its length. */
export interface ListEdit {
  readonly kind: 'remove' | 'insert' | 'change' | 'move' | 'rewrite';
  readonly at: number;
  readonly to: number;
  readonly rule: TestRule;
}

export const listEdits: fc.Arbitrary<ListEdit> = fc.record({
  kind: fc.constantFrom('remove', 'insert', 'change', 'move', 'rewrite'),
  at: fc.nat(20),
  to: fc.nat(20),
  rule: flowRules,
});

export type NumberedList = NumberedRules<'allow' | 'deny', string>;

export function numbered(rules: readonly TestRule[], first = 1): NumberedList {
  return { rules, ruleIds: rules.map((_, index) => first + index) };
}

/** @param fresh a number that no rule has */
export function editedList(list: NumberedList, edit: ListEdit, fresh: number): NumberedList {
  const { rules, ruleIds } = list;
  const at = edit.at % Math.max(1, rules.length);
  const to = edit.to % Math.max(1, rules.length);
  const replaced = (rule: TestRule): NumberedList => ({
    rules: rules.map((old, index) => (index === at ? rule : old)),
    ruleIds,
  });
  if (rules.length === 0 || edit.kind === 'insert') {
    return { rules: rules.toSpliced(at, 0, edit.rule), ruleIds: ruleIds.toSpliced(at, 0, fresh) };
  }
  switch (edit.kind) {
    case 'remove':
      return { rules: rules.toSpliced(at, 1), ruleIds: ruleIds.toSpliced(at, 1) };
    case 'change':
      return replaced(edit.rule);
    case 'rewrite': // other objects, the same flows
      return replaced({ ...rules[at]!, region: rules[at]!.region.map((box) => ({ ...box })) });
    case 'move':
      return {
        rules: rules.toSpliced(at, 1).toSpliced(to, 0, rules[at]!),
        ruleIds: ruleIds.toSpliced(at, 1).toSpliced(to, 0, ruleIds[at]!),
      };
  }
}
