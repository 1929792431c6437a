export interface FoundAz {
  readonly path: string;
  readonly version: string;
  readonly extensions: readonly string[];
}

export function locateAz(options?: {
  readonly install?: boolean;
}): FoundAz | { readonly why: string };
