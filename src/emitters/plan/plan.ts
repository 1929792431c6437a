import type { Diagnostic, Place } from '../../diagnostics/index.ts';
import type { KubernetesObject } from '../../model/index.ts';
import type { Unknown } from '../../values/index.ts';

/**
 * The deployment plan: what is to be deployed, in which order, and how the parts hang together. It lies between the
 * snapshot and the printers, so that every target says the same:
 *
 *     snapshot ──planDeployment──▶ DeploymentPlan ──▶ ARM JSON, Bicep, Terraform, az script, diagram…
 *
 * A snapshot knows ids and values; a plan knows *resources and references*. An id that names another resource of the
 * plan is a reference to it, an address that only Azure knows is an attribute of the resource that has it, and what
 * nobody knows is a parameter. No literal id is left in a plan.
 *
 * How a printer reads it: walk `resources` in their order (whatever one needs comes before it), name each by its
 * `symbol`, print `body` member by member, and write an explicit dependency for each of `after`; all other
 * dependencies follow from the references in the body. A target that can deploy several scopes at once ignores
 * `modules`; one that cannot prints one file per module.
 */
export interface DeploymentPlan {
  /** `sallyport 0.1.0`, and the checksum of what was read: the header of every file (no dates: same input, same bytes). */
  readonly tool: string;
  readonly inputHash: string;
  /** `resource-group` when all of it lies in one group; else `subscription`, with one module per group and stage. */
  readonly level: 'resource-group' | 'subscription';
  /** Where the snapshot has most of it: deployed there, everything gets the ids it has. Lower case. */
  readonly home: { readonly subscription: string; readonly resourceGroup?: string };
  /** By `key`. Every scope that a resource lies in. */
  readonly scopes: ReadonlyMap<string, PlanScope>;
  /** In deployment order: what a module needs comes before it. A single module at level `resource-group`. */
  readonly modules: readonly PlanModule[];
  /** In deployment order; among those that could come next, by type and then by name. Existing ones included, first. */
  readonly resources: readonly PlanResource[];
  /** By name, sorted: location and names first, then what nobody knows. */
  readonly parameters: readonly PlanParameter[];
  /** Values used several times (tags). */
  readonly variables: readonly PlanVariable[];
  readonly objects: readonly KubernetesObject[];
  /** Read-only properties that Azure writes and nobody can set. */
  readonly dropped: readonly DroppedProperty[];
  /** What the plan cannot say of the snapshot. Printers add their own. */
  readonly losses: readonly Loss[];
  /** What is wrong with the resources by the published types and by the rules beyond them. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Where resources are deployed. */
export interface PlanScope {
  /** Lower-cased id of the scope: `/subscriptions/s/resourcegroups/g`. */
  readonly key: string;
  readonly kind: 'resource-group' | 'subscription' | 'management-group' | 'tenant';
  /** Absent: the subscription the deployment goes to. A plan of several subscriptions names each. */
  readonly subscription?: PlanText;
  /** Absent: the resource group the deployment goes to. Also the name of a management group. */
  readonly name?: PlanText;
  /** As written, for people: `rg-hub`. */
  readonly title: string;
}

/**
 * What is deployed together: resources of one scope that need nothing of a later stage. Two groups that need each
 * other (a spoke routes to the hub's firewall, the hub peers with the spoke) make `hub`, `spoke`, `hub2`.
 */
export interface PlanModule {
  /** An identifier, unique in the plan; `main` for resources deployed by the root itself. */
  readonly name: string;
  readonly scope: string;
  /** Keys, in deployment order; existing resources are not listed. */
  readonly resources: readonly string[];
  /** Names of modules that must be deployed before; those that these wait for themselves are not repeated. */
  readonly after: readonly string[];
}

export interface PlanResource {
  /** Lower-cased id, as in the snapshot. */
  readonly key: string;
  /** Identifier by role, unique in the plan: `firewall`, `policy`, `rcgAks`, `routeTable`, `spoke`. */
  readonly symbol: string;
  /** With Azure's own capitals: `Microsoft.Network/firewallPolicies/ruleCollectionGroups`. */
  readonly type: string;
  readonly apiVersion: string;
  /** The last segment of the name. */
  readonly name: PlanText;
  /** As in the snapshot, for comments and messages. */
  readonly title: string;
  /** Key of the resource this is a child of; its name starts with the parent's. */
  readonly parent?: string;
  /** What an extension resource (a diagnostic setting, a role assignment) extends; absent: it lies in its scope. */
  readonly extends?: ResourceRef;
  /** Key of the scope. */
  readonly scope: string;
  /** Name of the module it is deployed by; existing resources have none. */
  readonly module?: string;
  /** Not deployed, only referred to. Has no body. */
  readonly isExisting: boolean;
  /** Deployed only where this comes out true: the snapshot has it in some worlds. */
  readonly condition?: PlanValue;
  /** Beside type, version, name and scope: location, tags, sku, identity, zones, properties, in this order. */
  readonly body: readonly PlanMember[];
  /** Keys of everything that must be there before, sorted: parent, references, attributes, order. */
  readonly needs: readonly string[];
  /** Of `needs`, what nothing in parent, scope or body implies: an explicit `dependsOn`. */
  readonly after: readonly string[];
  readonly at: Place;
}

/** A resource of the plan, or something inside it: a subnet, a front end of a gateway. */
export interface ResourceRef {
  readonly resource: string;
  /** `[{ type: 'subnets', name }]` for a subnet; empty for the resource itself. */
  readonly below: readonly { readonly type: string; readonly name: PlanText }[];
}

export interface PlanMember {
  readonly name: string;
  /** Stands for `name` where the name is no literal: identities are keyed by the id of the identity. */
  readonly computed?: PlanText;
  readonly value: PlanValue;
}

/** A value of a body. Leaves are literals or say where the value comes from; `at` is where the snapshot has it from. */
export type PlanValue =
  | {
      readonly kind: 'literal';
      readonly value: string | number | boolean | null;
      readonly at: Place;
    }
  | { readonly kind: 'object'; readonly members: readonly PlanMember[]; readonly at: Place }
  | { readonly kind: 'list'; readonly items: readonly PlanValue[]; readonly at: Place }
  /**
   * The id of a resource of the plan, existing ones included, or of a part of it. `isWeak`: it is worked out from the
   * names and waits for nothing: a resource speaks of a part of itself, or two resources speak of each other.
   */
  | {
      readonly kind: 'resource-id';
      readonly of: ResourceRef;
      readonly isWeak?: true;
      readonly at: Place;
    }
  /**
   * What only Azure knows of a resource: `['properties', 'ipConfigurations', 0, 'properties', 'privateIPAddress']` of
   * a firewall, `['properties', 'ipAddress']` of a public address, `['identity', 'principalId']` of a cluster.
   */
  | {
      readonly kind: 'attribute';
      readonly resource: string;
      readonly path: readonly (string | number)[];
      readonly at: Place;
    }
  | { readonly kind: 'parameter'; readonly name: string; readonly at: Place }
  | { readonly kind: 'variable'; readonly name: string; readonly at: Place }
  /** The id of the subscription or group itself: where a role is assigned, what an alert watches. */
  | { readonly kind: 'scope-id'; readonly scope: string; readonly at: Place }
  /** A text made of several: `${prefix}-fw`. Two parts at least. */
  | { readonly kind: 'text'; readonly parts: readonly PlanText[]; readonly at: Place };

/** A value that comes out as a text. */
export type PlanText = Extract<
  PlanValue,
  { kind: 'literal' | 'parameter' | 'attribute' | 'text' | 'resource-id' | 'scope-id' }
>;

export interface PlanParameter {
  readonly name: string;
  readonly type: 'string' | 'int' | 'bool' | 'object' | 'array';
  /** One sentence. */
  readonly description: string;
  /** Must not be shown or logged. Has no default and no value. */
  readonly isSecure: boolean;
  /** Taken when nobody gives a value. */
  readonly default?: PlanValue | DeploymentFact | GeneratedText;
  /** What the snapshot says it is, where `default` does not say it: goes into the parameter file. */
  readonly value?: string | number | boolean;
  /** Why it is there. `unknown` and `condition` have no default: somebody must say. */
  readonly role: 'location' | 'name' | 'scope' | 'choice' | 'unknown' | 'condition';
  /** What the snapshot does not know, for `unknown` and `condition`. */
  readonly unknown?: Unknown;
}

/** What is asked of the deployment itself: where the group (or the deployment) is, which subscription it goes to. */
export type DeploymentFact =
  | { readonly kind: 'deployment-location' }
  | { readonly kind: 'deployment-subscription' };

/** A text of 13 letters and digits made of the id of the resource group (ARM's `uniqueString`). */
export interface GeneratedText {
  readonly kind: 'unique-text';
  /** A second seed, for texts that were made of something else. */
  readonly seed?: string;
}

export interface PlanVariable {
  readonly name: string;
  readonly value: PlanValue;
}

export interface DroppedProperty {
  /** Key of the resource. */
  readonly resource: string;
  /** `properties.provisioningState`; list positions are written `[0]`. */
  readonly path: string;
  /** `read-only` by the published types; `noise` of exports and of the service itself (iac-formats 2.7). */
  readonly why: 'read-only' | 'noise';
}

/** Something that is in the snapshot and not in what is emitted, or that means less there. */
export interface Loss {
  /** Resource, object or value, as a person would name it. */
  readonly what: string;
  /** One sentence: what the target cannot say, and what to do about it. */
  readonly why: string;
  readonly at?: Place;
}
