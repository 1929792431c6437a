/** Something that logs are read from: a file, a blob. */
export interface LogInput {
  /** As people and the store call it: the same thing has the same name each time. */
  readonly name: string;
  readonly size: number;
  /** Changes whenever the content does: time of change, etag. */
  readonly version: string;
  /** Its bytes from an offset to the size that was found; what is appended meanwhile is for the next time. */
  open(from: number, to: number): AsyncIterable<Uint8Array>;
}
