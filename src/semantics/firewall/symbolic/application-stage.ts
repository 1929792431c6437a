import {
  type ApplicationKind,
  type Condition,
  type FlowBox,
  type FlowRegion,
  needing,
  WITHOUT_NAME,
} from '../../../flows/index.ts';
import type { ApplicationProtocol, ApplicationRule } from '../../../model/index.ts';
import { portSet } from '../../../net/index.ts';
import type { FirewallPlacement } from '../../../network/index.ts';
import { isUnknown } from '../../../values/index.ts';
import type { FirewallContext } from '../context.ts';
import { type AddressLists, addressListsOf } from './address-lists.ts';
import { toldInTurn, turnsOf } from './collection-order.ts';
import {
  acting,
  anything,
  conditionOf,
  type FirewallDecider,
  type FirewallRule,
  originOf,
} from './firewall-decider.ts';
import { productOf } from './region-product.ts';
import { targetReader, WEB } from './target-names.ts';

const STAGE = 'application rules';
const ALL_KINDS: readonly ApplicationKind[] = ['http', 'https', 'mssql'];
const KINDS = { Http: ['http'], Https: ['https'], Mssql: ['mssql'] } as const;

/** AFW-42, AFW-46: connections in which the firewall reads a name. */
const READABLE: FlowBox = { protocols: ['tcp'], applications: ALL_KINDS };

/**
 * What application rules make of flows that no network rule took: HTTPS without a server name is denied, then the written rules in
 * the order they run, then what the platform itself needs. Other flows are left to the default.
 * @returns over flows before source translation that are not addressed to the firewall (AFW-25)
 * @see AFW-10 to AFW-14 order, AFW-42 to AFW-58. O(rules)
 */
export function applicationStageRules(
  placement: FirewallPlacement,
  context: FirewallContext,
): readonly FirewallRule[] {
  return [WITHOUT_SERVER_NAME, ...writtenRules(placement, context), ...BUILT_IN];
}

const WITHOUT_SERVER_NAME: FirewallRule = {
  region: [{ ...READABLE, applications: KINDS.Https, names: WITHOUT_NAME }],
  effect: 'deny',
  by: { kind: 'platform', name: 'SNI TLS extension was missing', fact: 'AFW-45', stage: STAGE },
};

/**
 * AFW-57: a collection whose members are not published, AFW-58: names that may be in it. Those begin `md-` and `umsa`, which no
 * set of names can say, so the region is all of their domain, under a need that says it.
 */
const BUILT_IN: readonly FirewallRule[] = [
  ['md-*', '.blob.storage.azure.net'],
  ['umsa*', '.blob.core.windows.net'],
].map(([start, domain]) => {
  const missing = `whether the built-in infrastructure collection contains the name, which may be if it is like ${start}${domain}`;
  const names = { patterns: [`*${domain}`], withoutName: false };
  return {
    region: [{ protocols: ['tcp'], applications: WEB, names, needs: [{ missing }] }],
    effect: 'allow',
    by: {
      kind: 'platform',
      name: 'built-in infrastructure collection',
      fact: 'AFW-57',
      stage: 'infrastructure',
    },
  };
});

function writtenRules(placement: FirewallPlacement, context: FirewallContext): FirewallRule[] {
  const lists = addressListsOf(context);
  const targets = targetReader(placement, context);
  return toldInTurn(turnsOf(placement, 'application'), (entry): FirewallRule[] => {
    const { collection, unread, at, name } = entry;
    const origin = { stage: STAGE, ...originOf(entry) } as const;
    if (unread !== undefined) {
      return anything({ kind: 'rule', name, at, ...origin }, unread, READABLE);
    }
    if (collection?.kind !== 'application') return [];
    return collection.rules.flatMap((rule) => {
      const by: FirewallDecider = {
        kind: 'rule',
        name: `${name}/${rule.name}`,
        at: rule.at,
        rule,
        ...origin,
      };
      const region = productOf(
        servicesOf(rule.protocols, lists),
        lists.sources(rule.sources),
        addressed(rule, targets(rule), lists),
      );
      return acting(region, collection.action, by);
    });
  });
}

/** AFW-43: a port speaks what the rules say it speaks. One box for the ports of each kind. */
function servicesOf(
  protocols: readonly ApplicationProtocol[],
  lists: AddressLists,
): readonly FlowBox[] {
  const boxes: FlowBox[] = [];
  const certain = new Map<readonly ApplicationKind[], (readonly [number, number])[]>();
  for (const { type, port } of protocols) {
    if (!isUnknown(type) && !isUnknown(port)) {
      const kind = KINDS[type];
      const ports = certain.get(kind);
      if (ports === undefined) certain.set(kind, [[port, port]]);
      else ports.push([port, port]);
      continue;
    }
    boxes.push({
      ...READABLE,
      applications: isUnknown(type) ? ALL_KINDS : KINDS[type],
      ...(isUnknown(port) ? {} : { destinationPorts: lists.ports([port, port]) }),
      needs: [type, port].filter(isUnknown).map(conditionOf),
    });
  }
  for (const [applications, ports] of certain) {
    boxes.push({ ...READABLE, applications, destinationPorts: lists.ports(portSet(ports)) });
  }
  return boxes;
}

/**
 * AFW-50: whether destination addresses narrow the names or stand beside them is not documented. Flows of both are taken either way,
 * flows of one perhaps.
 */
function addressed(rule: ApplicationRule, names: FlowRegion, lists: AddressLists): FlowRegion {
  if (rule.destinationAddresses.length === 0) return names;
  const addresses = lists.side('destinations', rule.destinationAddresses, []);
  const doubt: Condition = {
    missing: 'what destination addresses mean in an application rule',
    at: rule.at,
  };
  return [
    ...productOf(names, addresses),
    ...needing(names, [doubt]),
    ...needing(addresses, [doubt]),
  ];
}
