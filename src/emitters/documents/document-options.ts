/** What a document is told besides the network. */
export interface DocumentOptions {
  /** Where the perimeter lies, as a person writes it after `sallyport check`; the current folder when absent. */
  readonly paths?: readonly string[];
  /** `sallyport 0.1.0`: stands in the header. */
  readonly tool?: string;
  /** ISO day that ends are compared with; absent: nothing is called expired. */
  readonly today?: string;
  /** What `check` found, in its own words; absent: it was not asked. */
  readonly findings?: readonly DocumentFinding[];
}

export interface DocumentFinding {
  readonly check: string;
  readonly severity: 'error' | 'warning' | 'note';
  readonly message: string;
}

export interface TeamDocument {
  /** Relative, to be written beside the other files. */
  readonly path: string;
  readonly text: string;
}
