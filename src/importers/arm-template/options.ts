import type { Value } from '../../values/index.ts';

/** What a deployment would be told besides its template. Everything may be absent. */
export interface ArmTemplateOptions {
  readonly subscriptionId?: string;
  readonly resourceGroup?: string;
  /** Location of the resource group, or of the deployment above resource groups. */
  readonly location?: string;
  readonly tenantId?: string;
  readonly managementGroup?: string;
  /** Roots of parameter files; a later file wins. */
  readonly parameters?: readonly Value[];
  /** The template or parameter file at a path relative to the template; `undefined` when there is none. */
  readonly readLinked?: (relativePath: string) => Value | undefined;
  /**
   * Values people assume for run-time attributes, by symbol (`private-address:<resource key>`) or by
   * `<resource name>.privateIp`, `<resource name>.publicIp`, `<resource name>.<property path>`; without case.
   */
  readonly assumptions?: Readonly<Record<string, string>>;
  /** Present when the template is carried out, not read: what only Azure knows then has answers. */
  readonly runtime?: TemplateRuntime;
}

/** Who answers what a template asks at run time. */
export interface TemplateRuntime {
  /** A resource, resource group or subscription as a GET tells it; asking may deploy it first. `undefined` when it is not there. */
  readonly resource: (id: string) => Value | undefined;
  /** `uniqueString`, `guid`, `newGuid`, `utcNow`, by lower-case name. */
  readonly generate: (name: string, list: readonly string[]) => string | undefined;
  readonly deploymentName: string;
}

/** Ids need a subscription and a group. Zeros are nobody's subscription, so no id made from them is a real one. */
export const UNKNOWN_SUBSCRIPTION = '00000000-0000-0000-0000-000000000000';
export const UNKNOWN_RESOURCE_GROUP = 'rg';
export const UNKNOWN_MANAGEMENT_GROUP = 'mg';
