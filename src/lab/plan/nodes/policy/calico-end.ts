import type { Labels, PolicyObject } from '../../../../model/index.ts';
import {
  type AddressSet,
  ALL_IPV4,
  addressSetHas,
  intersectAddresses,
  subtractAddresses,
  unionAddresses,
} from '../../../../net/index.ts';
import { toJson } from '../../../../values/index.ts';
import { addressesOfPods, type SeatedPod } from '../seated-pod.ts';
import { calicoLabels, calicoNamespaceLabels } from './calico-labels.ts';
import { calicoSelector } from './calico-selector.ts';
import { rangesOf, union } from './ip-ranges.ts';
import type { LabelTest } from './label-selector.ts';
import { ownNetwork, type PolicyWorld } from './policy-rule.ts';
import { field, isList, names, text, texts, type Written } from './written.ts';

/** NetworkSets and GlobalNetworkSets: ranges with labels, which selectors match like pods. */
export type CalicoNets = readonly {
  /** Empty: global. */
  readonly namespace: string;
  readonly labels: Labels;
  readonly addresses: AddressSet;
}[];

/** One end of a rule. Absent addresses: anybody. */
export interface CalicoEnd {
  readonly addresses?: AddressSet;
}

const KNOWN = new Set(
  'nets notNets selector notSelector namespaceSelector serviceAccounts ports notPorts'.split(' '),
);

/** All fields of an end must hold together (K8P-35). `undefined`: it cannot be read. */
export function calicoEnd(
  end: Written,
  namespace: string,
  world: PolicyWorld,
  nets: CalicoNets,
): CalicoEnd | undefined {
  if (names(end).some((name) => !KNOWN.has(name))) return undefined;
  const sets: AddressSet[] = [];
  const holes: AddressSet[] = [];
  const ranges = rangesOf(field(end, 'nets') ?? []);
  const notRanges = rangesOf(field(end, 'notNets') ?? []);
  if (ranges === undefined || notRanges === undefined) return undefined;
  if (isList(field(end, 'nets'))) sets.push(ranges);
  holes.push(notRanges);
  if (selects(end)) {
    const selected = selectedBy(end, namespace, world, nets);
    if (selected === undefined) return undefined;
    sets.push(selected);
  }
  const notSelector = text(field(end, 'notSelector'));
  if (notSelector !== undefined && notSelector.trim() !== '') {
    const test = calicoSelector(notSelector);
    if (test === undefined) return undefined;
    holes.push(matching(test, () => true, world, nets));
  }
  if (sets.length === 0 && holes.every((hole) => hole.v4.length === 0)) return {};
  const whole = sets.reduce((a, b) => intersectAddresses(a, b), ALL_IPV4);
  return { addresses: subtractAddresses(whole, unionAddresses(...holes)) };
}

/** The pods at an end, for port names. */
export function podsAt(world: PolicyWorld, { addresses }: CalicoEnd): readonly SeatedPod[] {
  return world.pods.filter(
    (seated) =>
      ownNetwork(seated) && (addresses === undefined || addressSetHas(addresses, seated.address)),
  );
}

export function networkSets(objects: readonly PolicyObject[]): CalicoNets {
  return objects
    .filter(({ kind }) => kind === 'NetworkSet' || kind === 'GlobalNetworkSet')
    .map((object) => {
      const body = toJson(object.body);
      const labels = field(body, 'metadata', 'labels');
      return {
        namespace: object.kind === 'NetworkSet' ? object.namespace : '',
        labels: Object.fromEntries(
          names(labels).map((name) => [name, text(field(labels, name)) ?? '']),
        ),
        addresses: rangesOf(field(body, 'spec', 'nets') ?? []) ?? union([]),
      };
    });
}

function selects(end: Written): boolean {
  return ['selector', 'namespaceSelector', 'serviceAccounts'].some(
    (name) => field(end, name) !== undefined && field(end, name) !== '',
  );
}

function selectedBy(
  end: Written,
  namespace: string,
  world: PolicyWorld,
  nets: CalicoNets,
): AddressSet | undefined {
  const ofPod = calicoSelector(text(field(end, 'selector')));
  const wantsNamespace = text(field(end, 'namespaceSelector')) ?? '';
  const ofNamespace = calicoSelector(wantsNamespace);
  const accounts = field(end, 'serviceAccounts');
  if (ofPod === undefined || ofNamespace === undefined) return undefined;
  if (text(field(accounts, 'selector')) !== undefined) return undefined;
  const accountNames = texts(field(accounts, 'names'));
  const isGlobalOnly = wantsNamespace.trim() === 'global()';
  const set = matching(
    ofPod,
    (home) => {
      if (isGlobalOnly) return home === '';
      if (wantsNamespace !== '')
        return home !== '' && ofNamespace(calicoNamespaceLabels(world, home));
      return namespace === '' || home === namespace;
    },
    world,
    accounts === undefined ? nets : [],
    accounts === undefined || accountNames.length === 0 ? undefined : accountNames,
  );
  return set;
}

function matching(
  test: LabelTest,
  inNamespace: (name: string) => boolean,
  world: PolicyWorld,
  nets: CalicoNets,
  accounts?: readonly string[],
): AddressSet {
  const pods = world.pods.filter(
    (seated) =>
      ownNetwork(seated) &&
      inNamespace(seated.pod.namespace) &&
      test(calicoLabels(seated)) &&
      (accounts === undefined || accounts.includes(seated.pod.serviceAccount)),
  );
  const sets = nets.filter((each) => inNamespace(each.namespace) && test(each.labels));
  return union([addressesOfPods(pods), ...sets.map(({ addresses }) => addresses)]);
}
