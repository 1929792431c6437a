import type { Behaviour } from '../behaviour.ts';
import { filled, kept } from './filled.ts';
import { danglingReference } from './references.ts';

/** Types of the network provider that are stored, checked for what they refer to, and given an identity; nothing else is computed. */
const TYPES = [
  'applicationSecurityGroups',
  'connections',
  'ddosProtectionPlans',
  'dnsForwardingRulesets',
  'localNetworkGateways',
  'networkWatchers',
  'networkWatchers/flowLogs',
  'privateLinkServices',
] as const;

export const NETWORK_PARTS: readonly Behaviour[] = TYPES.map((name) => ({
  type: `microsoft.network/${name.toLowerCase()}`,
  refuse: danglingReference,
  fill: (wanted, world) =>
    filled(wanted, `Microsoft.Network/${name}`, {
      computed: {
        resourceGuid: kept(
          wanted,
          () => world.guid('resource', wanted.id.toLowerCase()),
          'properties',
          'resourceGuid',
        ),
      },
    }),
}));
