/** What is done to one set in a transaction. Lists of one length: an address, and the seconds it stays from now. */
export interface SetChange {
  readonly set: string;
  readonly addresses: readonly string[];
  readonly seconds: readonly number[];
  /**
   * Those among them that may be there: taken out and put in again in the same transaction, since older kernels do not extend a life
   * otherwise (lab-design 4.4).
   */
  readonly held: readonly string[];
}

/** Writes changes to the kernel, each call a transaction of its own, one after the other. */
export interface SetWriter {
  /** @param done gets `undefined` once all of it is committed, else why none of it is; never before this returns */
  readonly write: (
    table: string,
    changes: readonly SetChange[],
    done: (why: string | undefined) => void,
  ) => void;
}
