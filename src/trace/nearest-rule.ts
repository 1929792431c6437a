import type { Place } from '../diagnostics/index.ts';
import type {
  AddressTerm,
  ApplicationRule,
  NetworkRule,
  NetworkSecurityGroup,
  SecurityRule,
} from '../model/index.ts';
import { ALL_PORTS } from '../net/index.ts';
import type { FirewallPlacement, Network } from '../network/index.ts';
import { matchApplicationRule } from '../semantics/firewall/application-rule.ts';
import {
  effectiveSettings,
  type FirewallContext,
  orderedRules,
} from '../semantics/firewall/index.ts';
import { matchNetworkRule } from '../semantics/firewall/network-rule.ts';
import type { Flow } from '../semantics/flow.ts';
import { type Direction, evaluateNsg } from '../semantics/nsg/concrete.ts';

/** In what alone a rule does not fit a flow. */
export type Dimension = 'source' | 'destination' | 'port' | 'protocol' | 'name';

/** An allow rule that would have let the flow through, but for one dimension. */
export interface NearRule {
  readonly name: string;
  readonly at: Place;
  readonly dimension: Dimension;
}

/** The easier to widen without opening more than asked, the earlier. */
const PREFERENCE: readonly Dimension[] = ['name', 'port', 'destination', 'source', 'protocol'];

/**
 * The allow rule of a firewall that was passed over by one dimension only. Found by asking each rule again with one
 * dimension left open, so that it is the rule's own semantics that tell. O(rules × 5); asked of denials only.
 */
export function nearestFirewallRule(
  network: Network,
  placement: FirewallPlacement,
  flow: Flow,
): NearRule | undefined {
  const { location } = placement.firewall;
  const context: FirewallContext = {
    datasets: network.perimeter.snapshot.datasets,
    ipGroups: network.perimeter.ipGroups,
    clientResolver: 'through-firewall',
    network,
    ...(location === undefined ? {} : { location }),
  };
  const settings = effectiveSettings(placement);
  const order = orderedRules(placement);
  const near: NearRule[] = [];
  for (const { collections } of [...order.network, ...order.application]) {
    for (const entry of collections) {
      if (entry.kind !== 'known') continue;
      const { collection, name } = entry;
      if (collection.kind !== 'network' && collection.kind !== 'application') continue;
      if (collection.action !== 'Allow') continue;
      for (const rule of collection.rules) {
        const dimension =
          collection.kind === 'network'
            ? alone(openNetworkRule(rule as NetworkRule), (open) =>
                matchNetworkRule(open, flow, settings, context),
              )
            : alone(openApplicationRule(rule as ApplicationRule, flow), (open) =>
                matchApplicationRule(open, flow, settings, context),
              );
        if (dimension !== undefined) {
          near.push({ name: `${name}/${rule.name}`, at: rule.at, dimension });
        }
      }
    }
  }
  return best(near);
}

/** The same for a security group. The rule must come before the one that denied. */
export function nearestSecurityRule(
  network: Network,
  group: NetworkSecurityGroup,
  direction: Direction,
  flow: Flow,
  subnetKey: string,
): NearRule | undefined {
  const near: NearRule[] = [];
  for (const rule of group.rules) {
    if (rule.access !== 'Allow' || rule.direction !== direction) continue;
    const dimension = alone(openSecurityRule(rule), (open) => {
      const only = { ...group, rules: [open] };
      const verdict = evaluateNsg(network, only, direction, flow, { subnetKey });
      return { kind: verdict.kind === 'allow' && verdict.by.kind === 'rule' ? 'yes' : 'no' };
    });
    if (dimension !== undefined) near.push({ name: rule.name, at: rule.at, dimension });
  }
  return best(near);
}

type Opened<Rule> = readonly (readonly [Dimension, Rule])[];

/** The one dimension whose opening makes the rule fit. */
function alone<Rule>(
  opened: Opened<Rule>,
  match: (rule: Rule) => { readonly kind: 'yes' | 'no' | 'unknown' },
): Dimension | undefined {
  return opened.find(([, rule]) => match(rule).kind === 'yes')?.[0];
}

function best(near: readonly NearRule[]): NearRule | undefined {
  return PREFERENCE.map((dimension) => near.find((one) => one.dimension === dimension)).find(
    (one) => one !== undefined,
  );
}

function any(at: Place): readonly AddressTerm[] {
  return [{ kind: 'any', text: '*', at }];
}

const ANY_PORT: NetworkRule['destinationPorts'] = ALL_PORTS;

function openNetworkRule(rule: NetworkRule): Opened<NetworkRule> {
  const everywhere = any(rule.at);
  return [
    [
      'source',
      { ...rule, sources: { addresses: everywhere, ipGroups: [], kubeSelectorGroups: [] } },
    ],
    ['destination', { ...rule, destinationAddresses: everywhere }],
    ['port', { ...rule, destinationPorts: ANY_PORT }],
    ['protocol', { ...rule, protocols: ['Any'] }],
  ];
}

function openApplicationRule(
  rule: ApplicationRule,
  { application, destinationPort }: Flow,
): Opened<ApplicationRule> {
  if (application.kind === 'none' || destinationPort === undefined) return [];
  const type = ({ http: 'Http', https: 'Https', mssql: 'Mssql' } as const)[application.kind];
  const isSpoken = rule.protocols.some((one) => one.type === type);
  return [
    [
      'source',
      {
        ...rule,
        sources: { addresses: any(rule.at), ipGroups: [], kubeSelectorGroups: [] },
      },
    ],
    [
      'name',
      {
        ...rule,
        targetFqdns: [{ kind: 'fqdn', text: '*', at: rule.at }],
        destinationAddresses: [],
      },
    ],
    [isSpoken ? 'port' : 'protocol', { ...rule, protocols: [{ type, port: destinationPort }] }],
  ];
}

function openSecurityRule(rule: SecurityRule): Opened<SecurityRule> {
  const everywhere = any(rule.at);
  return [
    ['source', { ...rule, sources: everywhere, sourceApplicationSecurityGroups: [] }],
    [
      'destination',
      { ...rule, destinations: everywhere, destinationApplicationSecurityGroups: [] },
    ],
    ['port', { ...rule, destinationPorts: ALL_PORTS }],
    ['protocol', { ...rule, protocol: '*' }],
  ];
}
