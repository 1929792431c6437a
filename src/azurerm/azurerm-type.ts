import type { Value } from '../values/index.ts';

/**
 * What one resource type of the azurerm provider is in ARM's words, written so that it is read in both directions: a
 * plan, state or configuration becomes ARM resources (`read-attributes.ts`), and a snapshot becomes arguments
 * (`write-attributes.ts`). Names of arguments and blocks are those of provider 5.2; older ones stand beside them.
 */
export interface AzurermType {
  /** `azurerm_subnet`. */
  readonly terraform: string;
  /** `Microsoft.Network/virtualNetworks/subnets`: of a part the type of what it is part of. */
  readonly arm: string;
  readonly identity: Identity;
  readonly attributes: readonly Attribute[];
  /** ARM members that every such resource has, by path, and that no argument says: `kind`. */
  readonly always?: Literals;
  /** ARM child resources the provider makes of arguments of this one, under names of its own. */
  readonly parts?: readonly MadePart[];
  /** Arguments that change no flow and no view of ours; they are not read, and said to be so without alarm. */
  readonly harmless?: readonly string[];
  /** Only the arguments above matter of this type: the others are many, and change nothing of ours. */
  readonly isNarrow?: true;
  /** Attributes only an apply tells, with the ARM path they have there: `private_ip_address`. */
  readonly told?: Readonly<Record<string, string>>;
}

export interface MadePart {
  readonly type: string;
  readonly name: string;
  readonly attributes: readonly Attribute[];
}

/** How the ARM id follows from arguments, and what is not a resource of its own in ARM. */
export type Identity =
  /** A resource of a resource group; `name` unless told otherwise. */
  | { readonly kind: 'group' }
  | { readonly kind: 'resource-group' }
  /** A child: its parents by name, the nearest last. */
  | { readonly kind: 'named-parent'; readonly parents: readonly string[] }
  /** A child of what an id names; before provider 5 of what a name and a group do, where `formerly` says so. */
  | {
      readonly kind: 'parent-id';
      readonly parent: string;
      readonly formerly?: readonly string[];
      /** Children that have no name of their own to choose. */
      readonly name?: string;
    }
  /** An extension resource, of the thing `scope` names. */
  | { readonly kind: 'extension'; readonly scope: string }
  /** No resource of ARM: its attributes are those of the resource `target` names by id. */
  | { readonly kind: 'association'; readonly target: string }
  /** No resource of ARM: one more element of a list of the resource `target` names. */
  | {
      readonly kind: 'element';
      readonly target: string;
      readonly isTargetName?: true;
      readonly list: string;
    };

export type Attribute = ValueAttribute | BlockAttribute;

interface Versions {
  /** First major version of the provider that has it. */
  readonly since?: number;
  /** First major version of the provider that does not have it any more. */
  readonly until?: number;
}

/** One argument and one ARM property. */
export interface ValueAttribute extends Versions {
  readonly kind: 'value';
  readonly name: string;
  /** Path from the owner: `properties.addressSpace.addressPrefixes`, `x["Key.With.Dots"]`; empty for the element itself. */
  readonly arm: string;
  readonly as: Conversion;
  /** What the provider sends when the argument is not written. */
  readonly fallback?: Literal | ((provider: number) => Literal | undefined);
  /** Only the service tells it: left out when not known, for the reader of the resource names it better. */
  readonly isTold?: true;
  /** The list belongs to several arguments, each with items of its own. */
  readonly isItem?: true;
  /** An empty list says something else than none. */
  readonly keepsEmpty?: true;
}

/** A nested block and the ARM object, or list of objects, it stands for. */
export interface BlockAttribute extends Versions {
  readonly kind: 'block';
  readonly name: string;
  /** Path from the owner; empty when its attributes are the owner's. */
  readonly arm: string;
  readonly holds: 'one' | 'many';
  readonly attributes: readonly Attribute[];
  /** ARM members that the kind of block says; several blocks may share one ARM list and are told apart by them. */
  readonly always?: Literals;
  /** ARM members the provider sends with every such block, and that no argument says. */
  readonly implies?: Literals;
  /** The block goes here only if this switch of it, which has no property of its own, is set so. */
  readonly onlyIf?: { readonly name: string; readonly is: boolean };
  /** Only the service tells it. */
  readonly isTold?: true;
  /** The block is an ARM child resource of this type segment, not a member of the body. */
  readonly child?: string;
  /** The provider fills the block from resources written separately. */
  readonly isAlsoSeparate?: string;
}

export type Literal = string | number | boolean;
export type Literals = Readonly<Record<string, Literal>>;

/** What a value is expected to be, so that a reference to a resource as a whole can be settled. */
export type Expectation =
  | { readonly kind: 'id'; readonly type?: string }
  | { readonly kind: 'address' }
  | { readonly kind: 'any' };

/** A change of form between an argument and its property. Both sides get known values only; unknowns pass through. */
export interface Conversion {
  readonly expects: Expectation;
  /** @returns `undefined` when the value says nothing in ARM. */
  readonly read: (value: Value, self: Self) => Value | undefined;
  readonly write: (value: Value, self: Self) => Value | undefined;
  /** One value becomes a list of it, known or not. */
  readonly wraps?: true;
  /** Does an unknown keep its identity? Not through a negation. */
  readonly keepsSymbol: boolean;
}

/** The resource a value belongs to. */
export interface Self {
  /** Its ARM id: parts refer to each other below it. */
  readonly id: string;
}
