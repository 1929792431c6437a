import type { Diagnostic, Place } from '../../diagnostics/index.ts';
import type { AzureResource, Snapshot } from '../../model/index.ts';
import type { ObjectValue } from '../../values/index.ts';
import type { ResourceTypes } from '../resource-types/resource-types.ts';
import type { AzureId } from './azure-id.ts';
import type { Identifiers } from './identifier.ts';
import type { Parameters } from './parameters.ts';
import type {
  DroppedProperty,
  Loss,
  PlanMember,
  PlanScope,
  PlanText,
  PlanValue,
  ResourceRef,
} from './plan.ts';

/** A resource while the plan is made. */
export interface Draft {
  readonly key: string;
  readonly symbol: string;
  readonly type: string;
  readonly apiVersion: string;
  readonly title: string;
  readonly id: AzureId;
  readonly name: PlanText;
  readonly parent: string | undefined;
  readonly extends: ResourceRef | undefined;
  readonly scope: string;
  readonly resource: AzureResource | undefined;
  readonly isExisting: boolean;
  /** With its inline children; read when the body is made. */
  readonly source: ObjectValue | undefined;
  body: readonly PlanMember[];
  condition: PlanValue | undefined;
  /** What must come before although nothing refers to it. */
  readonly order: Set<string>;
  readonly at: Place;
}

/** Everything at hand while a plan is made. */
export interface Planning {
  readonly snapshot: Snapshot;
  readonly types: ResourceTypes;
  readonly identifiers: Identifiers;
  readonly parameters: Parameters;
  readonly drafts: Map<string, Draft>;
  /** Key of a child that stands inside its parent, to the key of the parent. */
  readonly inlined: Map<string, string>;
  readonly scopes: Map<string, PlanScope>;
  /** Lower-cased id of the group or subscription that needs no name: the one deployed to. */
  readonly home: {
    readonly subscription: string;
    readonly group: string | undefined;
    /** Several subscriptions are deployed to: what is home at the root is not home in a module of another. */
    readonly isSpread: boolean;
  };
  readonly hasNameParameters: boolean;
  /** Most frequent region, normalised; undefined when no resource has one. */
  readonly mainRegion: string | undefined;
  readonly dropped: DroppedProperty[];
  readonly losses: Loss[];
  readonly diagnostics: Diagnostic[];
}
