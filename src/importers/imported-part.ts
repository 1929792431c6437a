import type { Diagnostic, Gap } from '../diagnostics/index.ts';
import type { AzureResource, KubernetesObject } from '../model/index.ts';

/** What one file gave. Parts are merged into a snapshot afterwards; order of files must not matter. */
export interface ImportedPart {
  readonly resources: readonly AzureResource[];
  readonly objects: readonly KubernetesObject[];
  readonly diagnostics: readonly Diagnostic[];
  readonly gaps: readonly Gap[];
  /** It says which cluster runs which objects: those that name no cluster run in each. */
  readonly isTold?: true;
}
