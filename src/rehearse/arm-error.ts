/** An answer in the shape every client of ARM understands. `kind` tells it from a result. */
export interface ArmError {
  readonly kind: 'arm-error';
  /** HTTP status. */
  readonly status: number;
  /** `ResourceNotFound`, `InvalidRequestFormat`… */
  readonly code: string;
  readonly message: string;
  readonly target?: string;
  readonly details?: readonly { readonly code: string; readonly message: string }[];
}

export function armError(
  status: number,
  code: string,
  message: string,
  more: Pick<ArmError, 'target' | 'details'> = {},
): ArmError {
  return { kind: 'arm-error', status, code, message, ...more };
}
