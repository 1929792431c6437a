import type { ArmError } from './arm-error.ts';
import type { ArmAnswer } from './arm-request.ts';
import type { ProviderWorld } from './behaviour.ts';
import type { Json, JsonObject } from './json.ts';

/** Who carries out template deployments; the router only knows which requests are about them (arm-endpoint 7). */
export interface DeploymentDoor {
  readonly handle: (request: DeploymentRequest, world: DeploymentWorld) => ArmAnswer | ArmError;
}

export interface DeploymentRequest {
  readonly method: string;
  /** `` (tenant), `/subscriptions/{s}` or `/subscriptions/{s}/resourceGroups/{g}`. */
  readonly scope: string;
  /** Absent when all deployments of the scope are asked for. */
  readonly name?: string;
  /** What follows the name, in lower case: `validate`, `whatif`, `operations`, `cancel`, `exporttemplate`, `operationstatuses`. */
  readonly action?: string;
  /** What follows the action: the id of an operation. */
  readonly rest?: string;
  readonly query: URLSearchParams;
  /** As it came: the CLI pastes the template's own text into an object with an unquoted key. */
  readonly text: string;
  /** `https://localhost:PORT`, for links in headers. */
  readonly origin: string;
}

/** All that happens through one is in the transaction of the request: an `ArmError` as the answer undoes it. */
export interface DeploymentWorld extends ProviderWorld {
  /** A PUT as a client would send it: refused or filled in by the provider, children and all. All or nothing by itself. */
  readonly put: (id: string, body: JsonObject) => JsonObject | ArmError;
  /** What a PUT would say and leave behind, without doing it. */
  readonly tryPut: (id: string, body: JsonObject) => JsonObject | ArmError;
  readonly remove: (id: string) => ArmError | undefined;
  /** Carries out any number of puts, removals and actions and then takes all of them back: `validate` and `whatIf` do the work to tell what it does. */
  readonly trial: <T>(work: () => T) => T;
  /** As a GET tells it: with what depends on other resources. */
  readonly tell: (id: string) => JsonObject | undefined;
  /** Stores a document as it stands, without any provider: a deployment, an operation. */
  readonly keep: (id: string, type: string, body: JsonObject) => void;
  /** Directly within a group, a parent or a resource: `{ id, type, … }` as stored. */
  readonly within: (id: string) => readonly JsonObject[];
  /** `POST …/{action}`, for `list*` functions. */
  readonly act: (id: string, action: string, body: Json) => Json | ArmError;
  /** A moment in ISO form, for `timestamp`. */
  readonly now: () => string;
}
