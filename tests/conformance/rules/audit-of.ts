import { readPerimeter } from '../../../src/model/index.ts';
import { deriveNetwork } from '../../../src/network/index.ts';
import { auditPerimeter, type PerimeterAudit } from '../../../src/questions/rules/index.ts';
import { type Json, snapshotOf } from '../../support/snapshot-of.ts';

export function auditOf(resources: readonly Json[]): PerimeterAudit {
  return auditPerimeter(deriveNetwork(readPerimeter(snapshotOf(resources))));
}

/** Each finding in one line: `shadowed a < b, c`; `+` when the rule may go. */
export function said({ findings }: PerimeterAudit): readonly string[] {
  return findings.map(({ kind, rule, others, mayGo }) => {
    const behind = others.length === 0 ? '' : ` < ${others.map(shortName).join(', ')}`;
    return `${kind} ${shortName(rule)}${behind}${mayGo ? ' +' : ''}`;
  });
}

/** `policy/group/collection/rule` and `nsg: rule 100` to `rule`. */
function shortName({ name }: { readonly name: string }): string {
  return name.split('/').at(-1)!.replace(/^.*: /, '').replace(/ \d+$/, '');
}

const NETWORK = 'Microsoft.Network';

export function id(type: string, name: string): string {
  const group = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg';
  return `${group}/providers/${NETWORK}/${type}/${name}`;
}

/** `['web', 'Inbound', 'Allow', 'tcp', from, to, port]`; priorities are 100, 200, … as they stand. */
export type RuleWords = readonly [
  name: string,
  direction: 'Inbound' | 'Outbound',
  access: 'Allow' | 'Deny',
  from: string,
  to: string,
  port?: string,
];

export function securityGroup(name: string, rules: readonly RuleWords[]): Json {
  return {
    type: `${NETWORK}/networkSecurityGroups`,
    name,
    properties: {
      securityRules: rules.map(([rule, direction, access, from, to, port = '*'], index) => ({
        name: rule,
        properties: {
          priority: (index + 1) * 100,
          direction,
          access,
          protocol: port === '*' ? '*' : 'Tcp',
          sourceAddressPrefix: from,
          sourcePortRange: '*',
          destinationAddressPrefix: to,
          destinationPortRange: port,
        },
      })),
    },
  };
}

/** A virtual network 10.240.0.0/16 whose subnets all have the group. */
export function network(subnets: Readonly<Record<string, string>>, group: string): Json {
  return {
    type: `${NETWORK}/virtualNetworks`,
    name: 'spoke',
    properties: {
      addressSpace: { addressPrefixes: ['10.240.0.0/16'] },
      subnets: Object.entries(subnets).map(([name, addressPrefix]) => ({
        name,
        properties: {
          addressPrefix,
          networkSecurityGroup: { id: id('networkSecurityGroups', group) },
        },
      })),
    },
  };
}
