import { describe, expect, it } from 'vitest';
import { pinCheck } from '../../support/check-cases.ts';
import { asking, resourcesOf as of, without } from '../../support/outcome-words.ts';
import type { Json } from '../../support/snapshot-of.ts';
import {
  changed,
  type Perimeter,
  rule,
  soundPerimeter,
  unknown,
} from '../../support/sound-perimeter.ts';

/** Expected values: aks.md 2.2 (NSG with overlay), 5.2.9, 8.5 (rule set for the node subnet), 11.1 P3. */
const sound = soundPerimeter();
const SUBNET = 'spoke/properties/subnets/0/properties';
const NODES = '10.1.0.0/22';
const PODS = '10.244.0.0/16';
const rules = (...list: readonly Json[]): Perimeter =>
  changed(sound, 'nsg/properties/securityRules', list);
const nodes = rule('nodes', 110, 'Allow', NODES, NODES, '*', '*');
const toPods = rule('to-pods', 120, 'Allow', NODES, PODS, '*', '*');
const pods = rule('pods', 121, 'Allow', PODS, PODS, '*', '*');
const rest = rule('rest', 4096, 'Deny', '*', '*', '*', '*');

describe('P3: a security group on every cluster subnet', () => {
  const id = 'nsg/none-on-cluster-subnet';
  const ask = asking(id);
  const attached = (value: unknown) => changed(sound, `${SUBNET}/networkSecurityGroup`, value);
  pinCheck('nsg/none-on-cluster-subnet', {
    pass: of(sound),
    fail: of(attached(undefined), { says: 'nodes has no network security group' }),
    unknown: of(attached(unknown('which group')), { says: 'which group' }),
  });

  it(`${id}: a group that is not in the input is attached all the same`, () => {
    expect(ask.kind(without(sound, 'nsg'))).toBe('pass');
    expect(ask.kind(attached(undefined), { profile: 'dev' })).toBe('not-applicable');
  });
});

describe('P3: traffic of the cluster itself', () => {
  const id = 'nsg/cluster-traffic-denied';
  const ask = asking(id);
  pinCheck('nsg/cluster-traffic-denied', {
    pass: of(rules(nodes, toPods, pods, rest)),
    fail: of(rules(nodes, rest), {
      says: 'The security group of nodes denies node to pod traffic of aks inbound: nsg: rest 4096',
    }),
    unknown: of(
      rules(nodes, toPods, pods, rule('odd', 105, 'Deny', unknown('whom') as never, '*', '*', '*')),
      {
        says: 'node to node traffic of aks',
      },
    ),
  });

  it(`${id}: each of the three is asked (AKS-59)`, () => {
    const messages = (list: readonly Json[]) => ask.messages(rules(...list, rest)).join('\n');
    expect(messages([toPods, pods])).toContain('denies node to node traffic');
    expect(messages([nodes, pods])).toContain('denies node to pod traffic');
    expect(messages([nodes, toPods])).toContain('denies pod to pod traffic');
  });

  it(`${id}: without a deny the default rules do (AZN-31), as far as the tag VirtualNetwork goes`, () => {
    expect(ask.kind(rules())).toBe('pass');
    expect(ask.kind(changed(sound, `${SUBNET}/networkSecurityGroup`, undefined))).toBe('pass');
    expect(ask.kind(without(sound, 'nsg'))).toBe('unknown');
  });

  it(`${id}: outbound counts as well, and one port is not enough`, () => {
    const out = (access: string, priority: number, to: string, ports: string): Json => {
      const written = rule(`out-${priority}`, priority, access, '*', to, ports, '*');
      return {
        ...written,
        properties: { ...(written['properties'] as Json), direction: 'Outbound' },
      };
    };
    const inbound = [nodes, toPods, pods, rest];
    expect(ask.messages(rules(...inbound, out('Deny', 1000, '*', '*')))).toContain(
      'The security group of nodes denies node to node traffic of aks outbound: nsg: out-1000 1000.',
    );
    expect(
      ask.kind(
        rules(...inbound, out('Allow', 900, NODES, '*'), out('Deny', 1000, '10.9.0.0/16', '*')),
      ),
    ).toBe('pass');
    const web = rule('nodes', 110, 'Allow', NODES, NODES, '443', '*');
    expect(ask.kind(rules(web, toPods, pods, rest))).toBe('fail');
  });

  it(`${id}: every flow is asked, not one as an example (AKS-59)`, () => {
    const found = (odd: Json) => ask.messages(rules(odd, nodes, toPods, pods, rest)).join('\n');
    // Nodes of a part of the subnet are nodes.
    expect(found(rule('odd', 105, 'Deny', '10.1.0.0/24', '*', '*', '*'))).toContain(
      'denies some node to node traffic of aks inbound: nsg: odd 105',
    );
    // One port among all.
    expect(found(rule('ssh', 105, 'Deny', '*', '*', '22', 'Tcp'))).toContain(
      'denies some pod to pod traffic of aks inbound: nsg: ssh 105',
    );
    expect(found(rule('other', 105, 'Deny', '10.9.0.0/16', '*', '*', '*'))).toBe('pass');
  });

  it(`${id}: in flat modes pods are in subnets, so the pod range is not asked`, () => {
    const flat = changed(
      rules(nodes, rest),
      'aks/properties/networkProfile/networkPluginMode',
      undefined,
    );
    expect(ask.kind(flat)).toBe('pass');
  });
});
