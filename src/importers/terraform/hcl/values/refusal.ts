import type { HclUnknown } from './hcl-value.ts';

/** Terraform would refuse this too. Thrown by operators and functions, caught where the expression is evaluated. */
export class Refusal extends Error {}

/** The result hangs on something unknown. Thrown and caught likewise. */
export class Undecided extends Error {
  readonly cause_: HclUnknown;
  constructor(cause: HclUnknown) {
    super('undecided');
    this.cause_ = cause;
  }
}
