import type { Place } from '../../diagnostics/index.ts';
import type { ObjectValue, Unknown } from '../../values/index.ts';

/**
 * One resource as Terraform says it, whatever said it: a plan, a state, or the configuration evaluated here. Readers end in these; what they
 * mean in ARM's words is told once (`azurerm/`).
 */
export interface TerraformResource {
  /** With module and index: `module.hub["weu"].azurerm_subnet.nodes[0]`. Unique within one configuration. */
  readonly address: string;
  readonly mode: 'managed' | 'data';
  /** `azurerm_subnet`, `azapi_resource`. */
  readonly type: string;
  /**
   * Arguments by the provider's names; a nested block is an array of objects, whatever its nesting mode, as plans have it. What is known only
   * after the apply is unknown with the symbol `terraformAttribute(address, path)` of the resource that will say it: never absent, never empty.
   */
  readonly values: ObjectValue;
  /** `count` or `for_each` that could not be evaluated: the resource exists in some worlds. */
  readonly exists?: Unknown;
  readonly at: Place;
}

/**
 * The identity of an attribute that only an apply tells: `azurerm_subnet.nodes` and `id`. The mapping to ARM replaces the symbol of an `id` by
 * the resource id, and the symbols of addresses by those of `values/symbols.ts`.
 */
export const terraformAttribute = (address: string, path: string): string =>
  `terraform:${address}#${path}`;
