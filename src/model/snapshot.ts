import type { Diagnostic, Gap, Place } from '../diagnostics/index.ts';
import type { Datasets } from '../facts/index.ts';
import type { ObjectValue, Unknown } from '../values/index.ts';

/**
 * Everything known about one perimeter at one moment, in the vendors' own words: Azure resources in the shape of
 * ARM's JSON, Kubernetes objects in the shape of the Kubernetes API. Typed views are read from it (`readPerimeter`).
 */
export interface Snapshot {
  /** By lower-cased resource id. Child resources (subnets, rule collection groups…) are separate entries. */
  readonly resources: ReadonlyMap<string, AzureResource>;
  /** By `objectKey`, with `@` and the cluster for an object of one of several. */
  readonly objects: ReadonlyMap<string, KubernetesObject>;
  /** The input says which cluster runs what: objects that name no cluster run in each of them. */
  readonly isTold?: true;
  /** Set in the view of one of several clusters (`viewOfCluster`): `objects` are those of this one. By lower-cased id. */
  readonly home?: string;
  /** In such a view: Services of the other clusters, by the lower-cased id of the cluster. */
  readonly elsewhere?: ReadonlyMap<string, readonly KubernetesObject[]>;
  readonly datasets: Datasets;
  readonly diagnostics: readonly Diagnostic[];
  readonly gaps: readonly Gap[];
  /** What became of every file looked at, in the order read. */
  readonly files: readonly FileReport[];
}

export interface AzureResource {
  /** Original spelling, for output. */
  readonly id: string;
  /** `id` in lower case: the identity. */
  readonly key: string;
  /** Full type in lower case, e.g. `microsoft.network/virtualnetworks/subnets`. */
  readonly type: string;
  /** Last name segment as written. */
  readonly name: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly location?: string;
  readonly apiVersion?: string;
  /** The whole resource in ARM shape: `properties` nested, `sku` where ARM has it. */
  readonly body: ObjectValue;
  readonly at: Place;
  /** Declared only to be read (`existing`): nothing is known beyond what is written. */
  readonly isReference?: boolean;
  /** A condition we could not evaluate: the resource exists in some worlds. */
  readonly exists?: Unknown;
  /** It is there, and whoever deploys it may choose to leave it out: all of one name together. */
  readonly choice?: Choice;
}

export interface Choice {
  /** Of the parameter: `deployGreen`. */
  readonly name: string;
  /** One sentence about what is left out. */
  readonly what: string;
}

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty for cluster-scoped kinds. */
  readonly namespace: string;
  readonly name: string;
  readonly body: ObjectValue;
  readonly at: Place;
  /** The one cluster it runs in, by lower-cased id or name. Absent: nobody says, or each of them. */
  readonly cluster?: string;
}

/** `group/Kind/namespace/name`; the version is not part of the identity. */
export function objectKey(object: {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}): string {
  const slash = object.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : object.apiVersion.slice(0, slash);
  return `${group}/${object.kind}/${object.namespace}/${object.name}`;
}

export interface FileReport {
  readonly file: string;
  readonly outcome: 'read' | 'skipped' | 'not-understood';
  /** What it was taken for: `ARM template`, `Kubernetes manifest`, `kustomization`, `shell script`… */
  readonly recognisedAs: string;
  /** Why it was skipped or not understood; for a read file what it gave: `14 resources`. */
  readonly detail: string;
}
