import { member, path as pathIn, stringOf } from '../../values/index.ts';
import type { DeploymentPlan, PlanResource } from '../plan/index.ts';
import { isThere, itemsAt, literalAt, ofType } from './plan-reading.ts';

/** A policy that keeps what holds now: assigned only where every resource of the plan complies, so that it breaks nothing. */
export interface Guardrail {
  /** Of the assignment, and of the definition where it is our own. */
  readonly name: string;
  readonly displayName: string;
  readonly definition:
    | { readonly kind: 'built-in'; readonly id: string }
    | { readonly kind: 'custom'; readonly mode: 'All' | 'Indexed'; readonly condition: object };
  /** Deny where the definition knows it; else the strongest it has. */
  readonly effect: 'Deny' | 'Audit' | 'AuditIfNotExists';
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** What it is about: its resource groups get the assignment. */
  readonly resources: readonly PlanResource[];
  /** Whether an alias of it was seen in public definitions. */
  readonly isUnseen?: true;
}

interface Rule extends Omit<Guardrail, 'resources'> {
  readonly type: string;
  readonly holds: (resource: PlanResource, plan: DeploymentPlan) => boolean;
}

const CLUSTER = 'Microsoft.ContainerService/managedClusters';
const properties = (name: string, ...more: readonly string[]) => ['properties', name, ...more];

/** AKS-96: no built-in tests networkPolicy, outboundType or node public addresses; ids and effects of the others are the built-ins' own. */
const RULES: readonly Rule[] = [
  {
    name: 'aks-private-cluster',
    displayName: 'The API server of a cluster has no public address',
    definition: { kind: 'built-in', id: '040732e8-d947-40b8-95d6-854c95024bf8' },
    effect: 'Deny',
    type: CLUSTER,
    holds: ({ body }) =>
      literalAt(body, ...properties('apiServerAccessProfile', 'enablePrivateCluster')) === true,
  },
  {
    name: 'aks-authorized-ranges',
    displayName: 'A public API server has authorized IP ranges',
    definition: { kind: 'built-in', id: '0e246bcf-5f6f-4f87-bc6f-775d4712c7ea' },
    effect: 'Audit',
    type: CLUSTER,
    holds: ({ body }) =>
      literalAt(body, ...properties('apiServerAccessProfile', 'enablePrivateCluster')) === true ||
      (itemsAt(body, ...properties('apiServerAccessProfile', 'authorizedIPRanges')) ?? []).length >
        0,
  },
  {
    name: 'aks-no-local-accounts',
    displayName: 'Nobody signs in to a cluster with a local account',
    definition: { kind: 'built-in', id: '993c2fcd-2b29-49d2-9eb0-df2c3a730c32' },
    effect: 'Deny',
    type: CLUSTER,
    holds: ({ body }) => literalAt(body, ...properties('disableLocalAccounts')) === true,
  },
  {
    name: 'aks-policy-add-on',
    displayName: 'Azure Policy watches the cluster',
    definition: { kind: 'built-in', id: '0a15ec92-a229-4763-bb14-0ea34a568f8d' },
    effect: 'Audit',
    type: CLUSTER,
    holds: watchedByPolicy,
  },
  {
    name: 'aks-outbound-through-firewall',
    displayName: 'A cluster leaves by its own routes only',
    definition: {
      kind: 'custom',
      mode: 'Indexed',
      condition: {
        allOf: [
          { field: 'type', equals: CLUSTER },
          {
            field: `${CLUSTER}/networkProfile.outboundType`,
            notIn: ['userDefinedRouting', 'none', 'block'],
          },
        ],
      },
    },
    effect: 'Deny',
    isUnseen: true,
    type: CLUSTER,
    holds: ({ body }) =>
      ['userdefinedrouting', 'none', 'block'].includes(
        String(literalAt(body, ...properties('networkProfile', 'outboundType'))).toLowerCase(),
      ),
  },
  {
    name: 'aks-network-policy',
    displayName: 'A cluster has an engine for network policies',
    definition: {
      kind: 'custom',
      mode: 'Indexed',
      condition: {
        allOf: [
          { field: 'type', equals: CLUSTER },
          {
            anyOf: [
              { field: `${CLUSTER}/networkProfile.networkPolicy`, exists: false },
              { field: `${CLUSTER}/networkProfile.networkPolicy`, equals: 'none' },
            ],
          },
        ],
      },
    },
    effect: 'Deny',
    type: CLUSTER,
    holds: ({ body }) => {
      const engine = literalAt(body, ...properties('networkProfile', 'networkPolicy'));
      return typeof engine === 'string' && !/^(?:none)?$/i.test(engine);
    },
  },
  {
    name: 'aks-no-node-public-ip',
    displayName: 'Nodes of a cluster have no public addresses',
    definition: {
      kind: 'custom',
      mode: 'Indexed',
      condition: {
        allOf: [
          { field: 'type', equals: CLUSTER },
          {
            count: {
              field: `${CLUSTER}/agentPoolProfiles[*]`,
              where: { field: `${CLUSTER}/agentPoolProfiles[*].enableNodePublicIP`, equals: true },
            },
            greater: 0,
          },
        ],
      },
    },
    effect: 'Deny',
    type: CLUSTER,
    holds: ({ body }) =>
      (itemsAt(body, ...properties('agentPoolProfiles')) ?? []).every(
        (pool) => pool.kind !== 'object' || !isTrue(pool.members, 'enableNodePublicIP'),
      ),
  },
  {
    name: 'aks-internal-load-balancers',
    displayName:
      'Services are published through the firewall or a gateway, not by public load balancers',
    definition: { kind: 'built-in', id: '3fc4dc25-5baf-40d8-9b05-7fe74c1bc64e' },
    effect: 'Deny',
    type: CLUSTER,
    // The add-on is what enforces it at admission.
    holds: (cluster, plan) =>
      watchedByPolicy(cluster) && plan.objects.length > 0 && hasInternalOnly(plan),
  },
  {
    name: 'firewall-threat-intelligence',
    displayName: 'Firewall policies deny what threat intelligence knows',
    definition: { kind: 'built-in', id: 'da79a7e2-8aa1-45ed-af81-ba050c153564' },
    effect: 'Deny',
    type: 'Microsoft.Network/firewallPolicies',
    holds: ({ body }) =>
      /^(?:deny|alert)$/i.test(String(literalAt(body, ...properties('threatIntelMode')))),
  },
  {
    name: 'firewall-dns-proxy',
    displayName: 'Firewall policies answer DNS, so that names in rules mean what clients see',
    definition: { kind: 'built-in', id: '3f84c9b0-8b64-4208-98d4-6ada96bb49c3' },
    effect: 'Audit',
    type: 'Microsoft.Network/firewallPolicies',
    holds: ({ body }) => literalAt(body, ...properties('dnsSettings', 'enableProxy')) === true,
  },
  {
    name: 'firewall-zones',
    displayName: 'Firewalls span availability zones',
    definition: { kind: 'built-in', id: '3e1f521a-d037-4709-bdd6-1f532f271a75' },
    effect: 'Deny',
    type: 'Microsoft.Network/azureFirewalls',
    holds: ({ body }) => (itemsAt(body, 'zones') ?? []).length > 1,
  },
  {
    name: 'firewall-no-classic-rules',
    displayName: 'Firewalls are governed by policies, not by classic rules',
    definition: { kind: 'built-in', id: '794d77cc-fe65-4801-8514-230c0be387a8' },
    effect: 'Deny',
    type: 'Microsoft.Network/azureFirewalls',
    holds: ({ body }) => isThere(body, ...properties('firewallPolicy')),
  },
  {
    name: 'waf-prevents',
    displayName: 'Web application firewalls prevent, not only detect',
    definition: { kind: 'built-in', id: '12430be1-6cc8-4527-a9a8-e3d38f250096' },
    effect: 'Deny',
    parameters: { modeRequirement: 'Prevention' },
    type: 'Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies',
    holds: ({ body }) => literalAt(body, ...properties('policySettings', 'mode')) === 'Prevention',
  },
  {
    name: 'gateway-has-waf',
    displayName: 'Application gateways have a web application firewall',
    definition: { kind: 'built-in', id: '564feb30-bf6a-4854-b4bb-0d2d2d1e6c66' },
    effect: 'Deny',
    type: 'Microsoft.Network/applicationGateways',
    holds: ({ body }) => isThere(body, ...properties('firewallPolicy')),
  },
  {
    name: 'registry-private',
    displayName: 'Container registries are closed to the internet',
    definition: { kind: 'built-in', id: '0fdf0491-d080-4575-b627-ad0e843cba0f' },
    effect: 'Deny',
    type: 'Microsoft.ContainerRegistry/registries',
    holds: isClosed,
  },
  {
    name: 'key-vault-private',
    displayName: 'Key vaults are closed to the internet',
    definition: { kind: 'built-in', id: '405c5871-3e91-4644-8a63-58e19d68ff5b' },
    effect: 'Deny',
    type: 'Microsoft.KeyVault/vaults',
    holds: isClosed,
  },
  {
    name: 'sql-private',
    displayName: 'SQL servers are closed to the internet',
    definition: { kind: 'built-in', id: '1b8ca024-1d5c-4dec-8995-b1a932b41780' },
    effect: 'Deny',
    type: 'Microsoft.Sql/servers',
    holds: isClosed,
  },
];

/** What of the plan can be kept by policy: rules that every resource they are about complies with, and that are about one at all. */
export function guardrailsOf(plan: DeploymentPlan): readonly Guardrail[] {
  return RULES.flatMap(({ type, holds, ...guardrail }) => {
    const resources = ofType(plan, type);
    const complies = resources.length > 0 && resources.every((one) => holds(one, plan));
    return complies ? [{ ...guardrail, resources }] : [];
  });
}

function isTrue(members: PlanResource['body'], name: string): boolean {
  return literalAt(members, name) === true;
}

function isClosed({ body }: PlanResource): boolean {
  return /^disabled$/i.test(String(literalAt(body, ...properties('publicNetworkAccess'))));
}

function watchedByPolicy({ body }: PlanResource): boolean {
  return literalAt(body, ...properties('addonProfiles', 'azurepolicy', 'enabled')) === true;
}

const INTERNAL = 'service.beta.kubernetes.io/azure-load-balancer-internal';

/** K8P-84: only the text `true` makes a load balancer internal. */
function hasInternalOnly({ objects }: DeploymentPlan): boolean {
  return objects
    .filter(
      ({ kind, body }) =>
        kind === 'Service' && stringOf(pathIn(body, 'spec', 'type')) === 'LoadBalancer',
    )
    .every(
      ({ body }) => stringOf(member(pathIn(body, 'metadata', 'annotations'), INTERNAL)) === 'true',
    );
}
