import { describe, expect, it } from 'vitest';
import { formatIp } from '../../../src/net/index.ts';
import type { Network } from '../../../src/network/index.ts';
import { answerTrace } from '../../../src/trace/index.ts';
import { cluster, networkOf, subnetId } from '../aks-fixture.ts';
import { type Json, nsg, nsgOf, vnet } from '../trace/build.ts';
import { reachOf } from './ask-both.ts';

// Real packets found that a pod's call to its own node was told as if it left the node: translated, and judged by security groups.

const OWN = '10.42.4.7';
const OTHER = '10.42.4.8';

interface Shape {
  readonly mode?: Json;
  readonly rules?: readonly Parameters<typeof nsg>[1][number][];
  readonly isLive?: boolean;
}

/** A cluster of overlay pods, with two live nodes where asked for; the pod runs on the first. */
function perimeter({ mode = { networkPluginMode: 'overlay' }, rules = [], isLive = false }: Shape) {
  const node = (name: string, address: string) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    status: { addresses: [{ type: 'InternalIP', address }] },
  });
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { containers: [{ name: 'c' }], ...(isLive ? { nodeName: 'n1' } : {}) },
    ...(isLive ? { status: { podIP: '10.244.0.9' } } : {}),
  };
  return networkOf(
    [
      vnet('net', '10.42.0.0/16', { nodes: { addressPrefix: '10.42.4.0/22', ...nsgOf('nsg') } }),
      nsg('nsg', [...rules]),
      cluster(
        'aks',
        { networkProfile: { networkPlugin: 'azure', podCidr: '10.244.0.0/16', ...mode } },
        { vnetSubnetID: subnetId('net', 'nodes') },
      ),
    ],
    [pod, ...(isLive ? [node('n1', OWN), node('n2', OTHER)] : [])],
  );
}

/** What each way says, with the address that the node sees. */
function told(network: Network, to: string) {
  const { traces } = answerTrace(network, { from: 'pod:shop/web', to: `${to}:10250` });
  return traces.map(({ answer, forward }) => {
    const seen = forward.hops.at(-1)!.flow.source;
    const text = seen.kind === 'exact' ? formatIp(seen.ip) : seen.label;
    return [answer, text, forward.hops.some(({ kind }) => kind === 'subnet')];
  });
}
const sets = (network: Network, to: string) => reachOf(network, 'pod:shop/web', `${to}:10250`);
/** Overlay keeps nodes from each other, say; the packet that stays on a node never meets it. */
const CLOSED: Shape['rules'] = [['In', 100, 'Deny', '*', '*', '10250', 'Tcp']];

describe('AKS-99: a pod that calls a node', () => {
  it('shows its own address to its own node, and that of the node to another', () => {
    const network = perimeter({ isLive: true });
    expect(told(network, OWN)).toEqual([['allowed', '10.244.0.9', false]]);
    expect(told(network, OTHER)).toEqual([['allowed', OWN, true]]);
    expect(sets(network, OWN)).toEqual(['allowed']);
    expect(sets(network, OTHER)).toEqual(['allowed']);
  });

  it('meets no security group on its own node', () => {
    const network = perimeter({ isLive: true, rules: CLOSED });
    expect(told(network, OWN)).toEqual([['allowed', '10.244.0.9', false]]);
    expect(told(network, OTHER)).toEqual([['denied', OWN, true]]);
    expect(sets(network, OWN)).toEqual(['allowed']);
    expect(sets(network, OTHER)).toEqual(['denied']);
  });

  it('shows either where nobody knows which node it runs on, and the answer stays certain when both agree', () => {
    const network = perimeter({});
    expect(told(network, 'node:nodes')).toEqual([
      ['allowed', 'a pod of shop/web', false],
      ['allowed', 'a node of nodes', true],
    ]);
    expect(sets(network, 'node:nodes')).toEqual(['allowed']);
    expect(sets(network, OWN)).toEqual(['allowed']);
  });

  it('is open where the two differ', () => {
    const network = perimeter({ rules: CLOSED });
    expect(told(network, 'node:nodes').map(([answer]) => answer)).toEqual(['denied', 'allowed']);
    expect(sets(network, 'node:nodes')).toEqual(['open']);
    expect(sets(network, OWN)).toEqual(['open']);
  });

  it('keeps its address in flat modes as well, and still meets no group at home', () => {
    const network = perimeter({ mode: {}, rules: CLOSED });
    expect(told(network, 'node:nodes')).toEqual([
      ['denied', 'a pod of shop/web', true],
      ['allowed', 'a pod of shop/web', false],
    ]);
    expect(sets(network, 'node:nodes')).toEqual(['open']);
  });

  it('leaves addresses outside the subnet of its nodes to the network', () => {
    const network = perimeter({ rules: CLOSED });
    expect(told(network, '10.42.9.9')).toHaveLength(1);
  });
});
