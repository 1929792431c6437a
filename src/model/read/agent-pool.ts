import { isUnknown } from '../../values/index.ts';
import type { AgentPool } from '../azure/cluster.ts';
import type { AzureResource } from '../snapshot.ts';
import { present } from './present.ts';
import { inside, type Reading, sourceOf, valueIn } from './reading.ts';
import { referenceIn, referencesIn } from './references.ts';
import {
  booleanIn,
  choiceIn,
  flagIn,
  noteUnknown,
  plainNumberIn,
  settingIn,
  textIn,
  textMapOf,
  textsIn,
} from './scalars.ts';

/** `managedClusters/agentPools` (aks 1.2). */
export function readAgentPool(reading: Reading, resource: AzureResource): AgentPool {
  const source = sourceOf(reading, 'node pool', resource);
  const osType = choiceIn(source, 'osType', ['Linux', 'Windows'] as const);
  if (isUnknown(osType)) noteUnknown(source, 'osType', osType, 'Linux');
  const subnet = referenceIn(source, 'vnetSubnetID');
  const podSubnet = referenceIn(source, 'podSubnetID');
  const maxSurge = textIn(inside(source, 'upgradeSettings'), 'maxSurge');
  const localDnsMode = textIn(inside(source, 'localDNSProfile'), 'mode');
  const optional = {
    mode: textIn(source, 'mode'),
    osSku: settingIn(source, 'osSKU'),
    nodeImageVersion: textIn(source, 'nodeImageVersion'),
    vmSize: textIn(source, 'vmSize'),
    podIpAllocationMode: textIn(source, 'podIPAllocationMode'),
    maxSurge,
    localDnsMode,
    count: plainNumberIn(source, 'count'),
    minCount: plainNumberIn(source, 'minCount'),
    maxCount: plainNumberIn(source, 'maxCount'),
    maxPods: plainNumberIn(source, 'maxPods'),
  };
  return {
    key: resource.key,
    name: resource.name,
    at: resource.at,
    ...present(optional),
    osType: osType === 'Windows' ? 'Windows' : 'Linux',
    autoscaling: flagIn(source, 'enableAutoScaling', false),
    ...present({ subnet, podSubnet }),
    enableNodePublicIp: booleanIn(source, 'enableNodePublicIP'),
    zones: textsIn(source, 'availabilityZones'),
    labels: textMapOf(valueIn(source, 'nodeLabels')),
    applicationSecurityGroups: referencesIn(
      inside(source, 'networkProfile'),
      'applicationSecurityGroups',
    ),
  };
}
