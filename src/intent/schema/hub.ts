import { z } from 'zod';
import { ADDRESS, CIDR, NAME, RESOURCE_ID, ZONES } from './words.ts';

export const FIREWALL = z
  .strictObject({
    tier: z.enum(['Basic', 'Standard', 'Premium']).optional().describe('The tier.'),
    zones: ZONES.optional(),
    publicIps: z.number().int().min(1).max(250).optional().describe('How many public addresses.'),
    privateRanges: z
      .array(CIDR)
      .optional()
      .describe('Destinations that keep their source address, instead of the private ranges.'),
    dnsProxy: z.boolean().optional().describe('Answer DNS for the spokes.'),
    dnsServers: z
      .array(ADDRESS)
      .optional()
      .describe('Servers the DNS proxy asks, instead of the one of Azure.'),
    threatIntelligence: z
      .enum(['Off', 'Alert', 'Deny'])
      .optional()
      .describe('What happens to flows with known bad addresses and names.'),
    threatAllowlist: z
      .array(z.string().min(1))
      .optional()
      .describe('Addresses and names that threat intelligence leaves alone.'),
    idps: z
      .enum(['Off', 'Alert', 'Deny'])
      .optional()
      .describe('Intrusion detection; needs Premium.'),
    rules: z
      .enum(['policy', 'classic'])
      .optional()
      .describe('A firewall policy, or classic rules in the firewall itself.'),
    basePolicy: RESOURCE_ID.optional().describe('The policy whose rules run before ours.'),
  })
  .describe('Azure Firewall.');

export const HUB = z
  .strictObject({
    addressSpace: CIDR.describe('The range of the hub network.'),
    subnets: z
      .record(z.string(), CIDR)
      .optional()
      .describe('Ranges of subnets, by name, instead of those carved out of the address space.'),
    firewall: FIREWALL.optional(),
    nva: z
      .strictObject({
        address: ADDRESS.optional().describe('Its private address in the subnet snet-nva.'),
      })
      .optional()
      .describe('An appliance of a third party, instead of Azure Firewall.'),
    bastion: z.boolean().optional().describe('Azure Bastion in the hub.'),
    gateway: z
      .strictObject({
        kind: z.enum(['vpn', 'expressRoute']).describe('What it connects by.'),
        onPremises: z
          .array(CIDR)
          .min(1, 'name at least one range')
          .describe('The ranges behind it.'),
      })
      .optional()
      .describe('A gateway to on-premises networks.'),
  })
  .describe('The hub network: what all spokes share.');

export const SPOKE = z
  .strictObject({
    name: NAME.describe('What the page calls it.'),
    addressSpace: CIDR.describe('The range of the network.'),
    subnets: z
      .record(z.string(), CIDR)
      .optional()
      .describe('Ranges of subnets, by name, instead of those carved out of the address space.'),
  })
  .describe('A network peered with the hub.');

export type WrittenHub = z.infer<typeof HUB>;
export type WrittenSpoke = z.infer<typeof SPOKE>;
