import type { ArmError } from './arm-error.ts';
import type { Json, JsonObject } from './json.ts';

/**
 * What the provider of one resource type does that storing a document does not: refuse, fill in, act. Types without one are stored as they are and
 * listed as not modelled.
 */
export interface Behaviour {
  /** Lower-case full type: `microsoft.network/azurefirewalls`. */
  readonly type: string;
  /** Children that are also members of the parent's properties: a PUT of either is seen in both (arm-endpoint 2.3). */
  readonly embeddedAs?: {
    /** Lower-case full type. */
    readonly parent: string;
    readonly property: string;
    /** What a PUT of the parent means for them that does not name the property at all; `emptied` unless told. */
    readonly whenAbsent?: 'kept' | 'emptied';
  };
  /** Why the provider would not take it. Called before anything is stored. */
  readonly refuse?: (wanted: Wanted, world: ProviderWorld) => ArmError | undefined;
  /** The resource as a GET tells it after the PUT: with everything the provider computes (arm-endpoint 2.4). */
  readonly fill?: (wanted: Wanted, world: ProviderWorld) => JsonObject;
  /**
   * What a GET adds that depends on other resources: back-links, the state of a peering. Asked each time; the world it sees
   * tells resources as they are stored, without what their own `tell` would add.
   */
  readonly tell?: (id: string, stored: JsonObject, world: ProviderWorld) => JsonObject;
  /** Resources of the type that nobody made, told at whatever scope is asked: built-in role definitions. */
  readonly builtIn?: (scope: string, world: ProviderWorld) => readonly JsonObject[];
  /** `POST …/{action}`, by lower-case action. */
  readonly actions?: Readonly<Record<string, Action>>;
  /** What else changes when it is deleted, or why it may not be. */
  readonly refuseDelete?: (id: string, world: ProviderWorld) => ArmError | undefined;
}

export interface Wanted {
  /** As the client spelled it. */
  readonly id: string;
  readonly name: string;
  /** What the client sent. */
  readonly body: JsonObject;
  /** What a GET said before; `undefined` when the PUT creates. */
  readonly before?: JsonObject;
  readonly location: string;
}

/** What a provider sees of everything else. Ids compare without case. */
export interface ProviderWorld {
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly get: (id: string) => JsonObject | undefined;
  /** All of a lower-case type, in the order made. */
  readonly list: (type: string) => readonly JsonObject[];
  /** The same arguments give the same identifier (a GUID): nothing depends on chance. */
  readonly guid: (...of: readonly string[]) => string;
  /** A public address from a routable block kept for labels (arm-endpoint 9.1), unique per id. */
  readonly publicAddress: (id: string) => string;
}

export type Action = (
  id: string,
  body: Json,
  world: ProviderWorld,
) => { readonly status: number; readonly body?: Json } | ArmError;
