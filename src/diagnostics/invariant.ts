/** A broken promise of ours. Nobody catches it to carry on; the command line turns it into exit code 70. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

export function invariant(condition: unknown, why: string): asserts condition {
  if (!condition) throw new InvariantError(why);
}

/** Ends a `switch` over a closed union: a new kind does not compile until it is handled. */
export function assertNever(value: never): never {
  throw new InvariantError(
    `unhandled case: ${String((value as { kind?: unknown }).kind ?? value)}`,
  );
}
