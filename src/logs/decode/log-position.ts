/** How far a file has been read, behind a line end. */
export interface LogPosition {
  readonly bytes: number;
  readonly line: number;
}
