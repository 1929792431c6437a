import type { AzurermType } from '../../azurerm/index.ts';
import type { ObjectValue, Value } from '../../values/index.ts';
import type { PlanResource } from '../plan/index.ts';

/**
 * One `resource` block. A resource of the plan becomes one or several of them: a network and its subnets, a subnet and
 * its associations, a load balancer and its rules.
 */
export interface Unit {
  /** The resource it is, or is a part of. */
  readonly owner: PlanResource;
  /** `azurerm_subnet`, `azapi_resource`. */
  readonly terraform: string;
  /** Unique among those of the same type. */
  readonly label: string;
  readonly form: AzurermForm | AzapiForm;
  /** Absent: it is the resource. */
  readonly part?: UnitPart;
}

export interface UnitPart {
  /** What it is called below the owner: `/subnets/nodes`; empty for an association, which has no id in ARM. */
  readonly path: string;
  /** The unit it is attached to: a network for its subnet, a subnet for its association. */
  readonly parent: Unit;
}

export interface AzurermForm {
  readonly kind: 'azurerm';
  readonly type: AzurermType;
  /** Arguments with marks in them. */
  readonly values: ObjectValue;
}

/** ARM's own words, for what azurerm has none for. */
export interface AzapiForm {
  readonly kind: 'azapi';
  readonly arm: string;
  readonly apiVersion: string;
  readonly name: Value;
  readonly body: ObjectValue;
}

export function labelled({ terraform, label }: Pick<Unit, 'terraform' | 'label'>): string {
  return `${terraform}.${label}`;
}
