import type { FileLimits } from './file-paths.ts';

/** What a person says about a folder besides where it is. Everything may be left out. */
export interface ImportOptions {
  /** Where templates are deployed, and where exports without ids come from. */
  readonly subscriptionId?: string;
  readonly resourceGroup?: string;
  readonly location?: string;
  /** Parameter files for every template, besides those beside them; later ones win. */
  readonly parameterFiles?: readonly string[];
  /** Parameters by name, for every template; they win over files. A value may be JSON. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Values assumed for run-time attributes, as `importArmTemplate` takes them. */
  readonly assumptions?: Readonly<Record<string, string>>;
  /** Today, as `2026-11-21`: a page of intent says what is past its last day. */
  readonly today?: string;
  /** Namespace of Kubernetes objects that name none; `default` unless told. */
  readonly namespace?: string;
  /** Paths below which objects run in one cluster (by its name or id); the others run in each. */
  readonly objectsOf?: Readonly<Record<string, readonly string[]>>;
  readonly limits?: Partial<FileLimits>;
  /** Called before each file is read, and once at the end with `done === total`. */
  readonly onProgress?: (progress: ImportProgress) => void;
}

export interface ImportProgress {
  readonly done: number;
  readonly total: number;
  /** The file about to be read; empty at the end. */
  readonly file: string;
}
