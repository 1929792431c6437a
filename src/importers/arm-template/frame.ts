import { through } from '../../diagnostics/index.ts';
import type { ObjectValue } from '../../values/index.ts';
import { declareParameters, type GivenParameter } from './parameters.ts';
import type { DeploymentScope } from './resource-id.ts';
import type { Context, Frame, Run } from './run.ts';
import { declareFunctions } from './user-function.ts';
import { declareVariables } from './variables.ts';

export interface FrameParts {
  readonly run: Run;
  readonly label: string;
  readonly isRoot: boolean;
  readonly scope: DeploymentScope;
  readonly deploymentName: string | undefined;
  readonly template: ObjectValue;
  readonly via: readonly string[];
}

/** Opens the namespace of one template and declares its functions, parameters and variables. */
export function openFrame(
  parts: FrameParts,
  givenOf: (contextOf: (parameter: string) => Context) => ReadonlyMap<string, GivenParameter>,
): Frame {
  const frame: Frame = {
    ...parts,
    parameters: new Map(),
    variables: new Map(),
    functions: new Map(),
    byName: new Map(),
    bySymbol: new Map(),
    waitingBySymbol: new Map(),
  };
  const contextOf = (parameter: string): Context => ({
    ...contextIn(frame),
    via: through(frame.via, `parameter ${parameter}`),
    parameter,
  });
  declareFunctions(frame);
  declareParameters(frame, givenOf(contextOf), contextOf);
  declareVariables(frame, (variable) => ({
    ...contextIn(frame),
    via: through(frame.via, `variable ${variable}`),
  }));
  return frame;
}

/** The context of the template's own level. */
export function contextIn(frame: Frame): Context {
  return {
    frame,
    at: frame.template.at,
    via: frame.via,
    copy: undefined,
    lambda: undefined,
    functionArguments: undefined,
    parameter: undefined,
  };
}
