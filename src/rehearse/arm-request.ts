import type { ArmError } from './arm-error.ts';
import type { Json, JsonObject } from './json.ts';

/** One request, already off the wire. */
export interface ArmRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The body as it came: the CLI's deployments are not JSON (arm-endpoint 7). */
  readonly text: string;
}

export interface ArmAnswer {
  readonly status: number;
  readonly body?: Json;
  readonly headers?: Readonly<Record<string, string>>;
}

export function isArmError(answer: unknown): answer is ArmError {
  return (
    typeof answer === 'object' && answer !== null && 'kind' in answer && answer.kind === 'arm-error'
  );
}

export function answerOf(error: ArmError): ArmAnswer {
  const { status, code, message, target, details } = error;
  const told: JsonObject = {
    code,
    message,
    ...(target === undefined ? {} : { target }),
    ...(details === undefined ? {} : { details: details.map((detail) => ({ ...detail })) }),
  };
  return { status, body: { error: told } };
}
