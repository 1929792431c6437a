import type { RequiredEgress } from '../../facts/index.ts';
import type { AzureResource } from '../../model/index.ts';
import type { DraftObject } from '../draft.ts';
import { placed } from '../draft.ts';
import type { FirewallPlan, Plan } from '../plan.ts';
import { azureResource, NETWORK_API } from './azure-resource.ts';
import { classicCollection, policyCollection } from './firewall-collections.ts';
import { firewallGroups } from './firewall-rules.ts';
import { firewallIp, publicIpId, subnetId } from './ids.ts';

const PATH = ['hub', 'firewall'] as const;

/** The firewall with its public addresses, and its rules as a policy or in the firewall itself. */
export function firewall(
  plan: Plan,
  required: readonly RequiredEgress[],
): readonly AzureResource[] {
  const { firewall: wanted } = plan.hub;
  if (wanted === undefined) return [];
  const groups = firewallGroups(plan, required);
  const policy = plan.names.of('afwp');
  const collections = groups.flatMap((group) => group.collections);
  const ofKind = (kind: string): readonly DraftObject[] =>
    collections.filter((one) => one.kind === kind).map(classicCollection);
  const policyId = plan.names.id('Microsoft.Network/firewallPolicies', policy);
  const own: DraftObject = wanted.isClassic
    ? {
        threatIntelMode: placed(
          plan.at([...PATH, 'threatIntelligence']),
          wanted.threatIntelligence,
        ),
        natRuleCollections: ofKind('dnat'),
        networkRuleCollections: ofKind('network'),
        applicationRuleCollections: ofKind('application'),
        additionalProperties: classicSettings(wanted),
      }
    : { firewallPolicy: { id: policyId } };
  return [
    ...publicIps(plan, wanted),
    azureResource(plan, {
      type: 'Microsoft.Network/azureFirewalls',
      names: [wanted.name],
      api: NETWORK_API,
      at: plan.at(PATH),
      body: {
        zones: placed(plan.at([...PATH, 'zones']), wanted.zones),
        properties: {
          sku: { name: 'AZFW_VNet', tier: placed(plan.at([...PATH, 'tier']), wanted.tier) },
          ...own,
          ipConfigurations: ipConfigurations(plan, wanted),
          managementIpConfiguration:
            wanted.tier === 'Basic' ? managementConfiguration(plan) : undefined,
        },
      },
    }),
    ...(wanted.isClassic ? [] : policyResources(plan, wanted, policy, groups)),
  ];
}

function policyResources(
  plan: Plan,
  wanted: FirewallPlan,
  policy: string,
  groups: ReturnType<typeof firewallGroups>,
): readonly AzureResource[] {
  const { dnsServers, privateRanges, threatAllowlist, idps, basePolicy } = wanted;
  const isNumeric = (text: string): boolean => /^[\d./-]+$/.test(text);
  return [
    azureResource(plan, {
      type: 'Microsoft.Network/firewallPolicies',
      names: [policy],
      api: NETWORK_API,
      at: plan.at(PATH),
      body: {
        properties: {
          sku: { tier: placed(plan.at([...PATH, 'tier']), wanted.tier) },
          basePolicy: basePolicy === undefined ? undefined : { id: basePolicy },
          threatIntelMode: placed(
            plan.at([...PATH, 'threatIntelligence']),
            wanted.threatIntelligence,
          ),
          threatIntelWhitelist:
            threatAllowlist.length === 0
              ? undefined
              : {
                  ipAddresses: threatAllowlist.filter(isNumeric),
                  fqdns: threatAllowlist.filter((one) => !isNumeric(one)),
                },
          // Basic has no DNS settings at all.
          dnsSettings:
            wanted.tier === 'Basic'
              ? undefined
              : {
                  enableProxy: placed(plan.at([...PATH, 'dnsProxy']), wanted.dnsProxy),
                  servers: dnsServers.length === 0 ? undefined : dnsServers,
                },
          snat: privateRanges.length === 0 ? undefined : { privateRanges },
          intrusionDetection:
            idps === 'Off' ? undefined : { mode: placed(plan.at([...PATH, 'idps']), idps) },
        },
      },
    }),
    ...groups.map(({ name, priority, collections }) =>
      azureResource(plan, {
        type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups',
        names: [policy, name],
        api: NETWORK_API,
        at: plan.at(PATH),
        isPart: true,
        body: { properties: { priority, ruleCollections: collections.map(policyCollection) } },
      }),
    ),
  ];
}

/** Classic settings are texts in a map (azure-firewall 1.5). */
function classicSettings(wanted: FirewallPlan): DraftObject {
  const { dnsProxy, dnsServers, privateRanges, threatAllowlist } = wanted;
  const isNumeric = (text: string): boolean => /^[\d./-]+$/.test(text);
  const list = (texts: readonly string[]): string | undefined =>
    texts.length === 0 ? undefined : texts.join(',');
  return {
    'Network.DNS.EnableProxy': dnsProxy ? 'true' : 'false',
    'Network.DNS.Servers': list(dnsServers),
    'Network.SNAT.PrivateRanges': list(privateRanges),
    'ThreatIntel.Whitelist.IpAddresses': list(threatAllowlist.filter(isNumeric)),
    'ThreatIntel.Whitelist.FQDNs': list(threatAllowlist.filter((one) => !isNumeric(one))),
  };
}

/** Only the first refers to the subnet (azure-firewall 1.2). */
function ipConfigurations(plan: Plan, { publicIps: count }: FirewallPlan): readonly DraftObject[] {
  return Array.from({ length: count }, (_, index) => ({
    name: firewallIp(index),
    properties: {
      subnet: index === 0 ? { id: subnetId(plan, plan.hub, 'AzureFirewallSubnet') } : undefined,
      publicIPAddress: { id: publicIpId(plan, firewallIp(index)) },
    },
  }));
}

function managementConfiguration(plan: Plan): DraftObject {
  return {
    name: 'management',
    properties: {
      subnet: { id: subnetId(plan, plan.hub, 'AzureFirewallManagementSubnet') },
      publicIPAddress: { id: publicIpId(plan, 'afw-management') },
    },
  };
}

function publicIps(plan: Plan, wanted: FirewallPlan): readonly AzureResource[] {
  const parts = Array.from({ length: wanted.publicIps }, (_, index) => firewallIp(index));
  if (wanted.tier === 'Basic') parts.push('afw-management');
  return parts.map((part) => publicIp(plan, part, [...PATH, 'publicIps'], wanted.zones));
}

export function publicIp(
  plan: Plan,
  part: string,
  path: Parameters<Plan['at']>[0],
  zones: readonly string[],
): AzureResource {
  return azureResource(plan, {
    type: 'Microsoft.Network/publicIPAddresses',
    names: [plan.names.of('pip', part)],
    api: NETWORK_API,
    at: plan.at(path),
    body: {
      sku: { name: 'Standard' },
      zones,
      properties: { publicIPAllocationMethod: 'Static', publicIPAddressVersion: 'IPv4' },
    },
  });
}
