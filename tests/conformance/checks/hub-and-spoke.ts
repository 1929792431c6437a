import type { Json } from '../../support/snapshot-of.ts';
import { cluster, publicIp, routeTable, subnetId, vnet } from '../aks-fixture.ts';
import {
  firewallWith,
  nsg,
  nsgOf,
  type Rules,
  type SecurityRuleWords,
  tableOf,
} from '../trace/build.ts';

export interface HubAndSpoke {
  readonly rules?: Rules;
  /** False: the node subnet has no route table. */
  readonly isRouted?: boolean;
  readonly nodesNsg?: readonly SecurityRuleWords[];
  /** Properties of the managed cluster, over those of an overlay cluster with a public API server. */
  readonly cluster?: Json;
  readonly pool?: Json;
  readonly dns?: readonly string[];
}

/**
 * A hub with a firewall (10.0.0.4, public address 203.0.113.10) and a spoke whose nodes (10.1.0.0/24) send everything
 * to it: topology E4 of the networking reference.
 */
export function hubAndSpoke(words: HubAndSpoke = {}): readonly Json[] {
  const { rules, isRouted = true, nodesNsg, dns } = words;
  return [
    vnet(
      'hub',
      '10.0.0.0/16',
      { AzureFirewallSubnet: { addressPrefix: '10.0.0.0/26' } },
      { peers: ['spoke'] },
    ),
    vnet(
      'spoke',
      '10.1.0.0/16',
      {
        nodes: {
          addressPrefix: '10.1.0.0/24',
          ...(isRouted ? tableOf('rt') : {}),
          ...(nodesNsg === undefined ? {} : nsgOf('nsg-nodes')),
        },
      },
      { peers: ['hub'], ...(dns === undefined ? {} : { dns: [...dns] }) },
    ),
    routeTable('rt', { '0.0.0.0/0': '10.0.0.4' }),
    ...(nodesNsg === undefined ? [] : [nsg('nsg-nodes', nodesNsg)]),
    publicIp('pip-fw', '203.0.113.10'),
    firewallWith(
      'fw',
      { id: subnetId('hub', 'AzureFirewallSubnet') },
      '10.0.0.4',
      ['pip-fw'],
      rules,
    ),
    cluster(
      'aks',
      {
        networkProfile: {
          networkPlugin: 'azure',
          networkPluginMode: 'overlay',
          networkDataplane: 'cilium',
          networkPolicy: 'cilium',
          outboundType: 'userDefinedRouting',
          podCidr: '10.244.0.0/16',
          serviceCidr: '10.100.0.0/16',
        },
        ...words.cluster,
      },
      { name: 'system', ...words.pool },
    ),
  ];
}
