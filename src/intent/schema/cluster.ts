import { z } from 'zod';
import { CIDR, LABELS, NAME, ZONES } from './words.ts';

export const ADD_ONS = [
  'azure-policy',
  'container-insights',
  'cost-analysis',
  'defender',
  'flux',
  'key-vault',
  'managed-prometheus',
  'workload-identity',
] as const;

const POOL = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9]{0,11}$/, 'write 1 to 12 lower-case letters and digits')
      .describe('The name; 1 to 12 lower-case letters and digits.'),
    mode: z.enum(['System', 'User']).optional().describe('Who runs there.'),
    size: z.string().min(1).optional().describe('The size of its machines.'),
    nodes: z
      .number()
      .int()
      .min(0)
      .max(1000)
      .optional()
      .describe('How many nodes there are at least.'),
    maxNodes: z.number().int().min(1).max(1000).optional().describe('How many there may be.'),
    maxPods: z.number().int().min(10).max(250).optional().describe('Pods of one node.'),
    os: z
      .enum(['AzureLinux3', 'Ubuntu2404', 'Windows2025'])
      .optional()
      .describe('What its nodes run.'),
    zones: ZONES.optional(),
    labels: LABELS.optional().describe('Labels of its nodes.'),
  })
  .describe('A node pool.');

const NETWORK = z
  .strictObject({
    plugin: z
      .enum(['overlay', 'podSubnet', 'nodeSubnet'])
      .optional()
      .describe(
        'Where pod addresses come from: a range of their own (overlay), a subnet for pods, or the subnet of the nodes.',
      ),
    engine: z
      .enum(['cilium', 'calico', 'azure', 'none'])
      .optional()
      .describe('Who enforces network policies.'),
    namePolicies: z
      .boolean()
      .optional()
      .describe('Policies by name (Cilium with Advanced Container Networking Services).'),
    outbound: z
      .enum(['userDefinedRouting', 'none'])
      .optional()
      .describe('How the cluster leaves: by the route to the firewall, or not at all.'),
    podRange: CIDR.optional().describe('The range of pods in an overlay.'),
    serviceRange: CIDR.optional().describe('The range of Services.'),
  })
  .describe('The network of the cluster.');

const API_SERVER = z
  .strictObject({
    access: z
      .enum(['private', 'public'])
      .optional()
      .describe('A private endpoint, or the internet limited to ranges.'),
    authorizedRanges: z
      .array(CIDR)
      .optional()
      .describe('Ranges of people who call a public API server.'),
    vnetIntegration: z
      .boolean()
      .optional()
      .describe('The API server has a subnet of its own in the spoke.'),
  })
  .describe('Who reaches the API server.');

export const CLUSTER = z
  .strictObject({
    name: NAME.describe('The name.'),
    also: NAME.optional().describe(
      'A second cluster beside it under this suffix (blue/green): `also: green`.',
    ),
    active: NAME.optional().describe(
      'Which of the two gets the published traffic: the name of the cluster or what `also` says.',
    ),
    spoke: NAME.optional().describe('The spoke it stands in.'),
    version: z
      .string()
      .regex(/^\d+\.\d+(?:\.\d+)?$/, 'write a version as "1.34"')
      .optional()
      .describe('The version of Kubernetes.'),
    tier: z
      .enum(['Free', 'Standard', 'Premium'])
      .optional()
      .describe('The tier of the control plane.'),
    network: NETWORK.optional(),
    apiServer: API_SERVER.optional(),
    pools: z.array(POOL).min(1, 'name at least one pool').optional().describe('The node pools.'),
    addOns: z.array(z.enum(ADD_ONS)).optional().describe('What is switched on.'),
    imagesFrom: z
      .array(z.string().min(1))
      .optional()
      .describe('Registries that nodes pull images from, by host name: ["ghcr.io"].'),
  })
  .describe('An AKS cluster.');

export type WrittenCluster = z.infer<typeof CLUSTER>;
export type WrittenPool = z.infer<typeof POOL>;
export type AddOn = (typeof ADD_ONS)[number];
