import type { Diagnostic, Gap, Place } from '../../diagnostics/index.ts';
import type { ObjectValue, Unknown, Value } from '../../values/index.ts';
import type { ParsedExpression } from './expression-cache.ts';
import type { ArmTemplateOptions } from './options.ts';
import type { DeploymentScope, ResourceName } from './resource-id.ts';

export { report } from '../report-once.ts';

/**
 * One import: everything that is shared by the template and the deployments nested in it. The only mutable state
 * of the importer; it never leaves `importArmTemplate`.
 */
export interface Run {
  readonly options: ArmTemplateOptions;
  readonly expressions: Map<string, ParsedExpression>;
  /** Declared resources by key, in the order found; one key may be declared twice under opposite conditions. */
  readonly declared: Map<string, Declared[]>;
  /** Resources not looked at yet, from `nextWaiting` on. A `reference` that finds nothing asks for them first. */
  readonly waiting: (() => void)[];
  nextWaiting: number;
  /** Id of the scope the root template is deployed to. */
  readonly rootScope: string;
  /** Values that stand for what Azure knows about a resource, and where in it they stand. */
  readonly live: WeakMap<Value, Live>;
  readonly sizes: WeakMap<Value, Size>;
  readonly diagnostics: Diagnostic[];
  readonly reported: Set<string>;
  readonly gaps: Gap[];
  stepsLeft: number;
  /** How deep evaluation has gone; every level costs stack. */
  depth: number;
}

export interface Size {
  readonly nodes: number;
  readonly depth: number;
}

/** One value worked out on demand, once. */
export interface Slot {
  readonly evaluate: () => Value;
  state: 'waiting' | 'running' | 'done';
  value: Value | undefined;
}

/** A namespace of names: one template with inner scope. Nested templates with outer scope share their parent's. */
export interface Frame {
  readonly run: Run;
  /** Names the template in symbols: `main.json`, `module hub of main.json`. */
  readonly label: string;
  readonly isRoot: boolean;
  readonly scope: DeploymentScope;
  /** Unknown for the root: the person names it when they deploy. */
  readonly deploymentName: string | undefined;
  readonly template: ObjectValue;
  readonly parameters: Map<string, Parameter>;
  readonly variables: Map<string, Slot>;
  readonly functions: Map<string, UserFunction>;
  /** The resources whose expressions are evaluated here, by lower-cased full name and by symbolic name. */
  readonly byName: Map<string, Declared[]>;
  readonly bySymbol: Map<string, Declared[]>;
  /** Looks at the resource of a symbolic name that has not been looked at yet. */
  readonly waitingBySymbol: Map<string, () => void>;
  readonly via: readonly string[];
}

export interface Parameter {
  readonly name: string;
  readonly isSecure: boolean;
  /** `undefined` when there is neither a value nor a default. */
  readonly slot: Slot | undefined;
}

export interface UserFunction {
  readonly written: string;
  readonly parameters: readonly string[];
  readonly output: Value | undefined;
}

/** Where an expression is evaluated. */
export interface Context {
  readonly frame: Frame;
  /** Of the text that holds the expression. */
  readonly at: Place;
  /** Steps that lead here from the person's point of view, outermost first. */
  readonly via: readonly string[];
  readonly copy: CopyStep | undefined;
  readonly lambda: LambdaVariable | undefined;
  /** Inside a user function: its arguments take the place of parameters. */
  readonly functionArguments: ReadonlyMap<string, Value> | undefined;
  /** The parameter whose value is being worked out, for messages. */
  readonly parameter: string | undefined;
  /** Texts are taken as written: values of parameter files are never expressions. */
  readonly isLiteral?: boolean;
}

export interface CopyStep {
  readonly name: string;
  readonly kind: 'resource' | 'property' | 'variable' | 'output';
  /** A number, or unknown when the count is. */
  readonly index: Value;
  readonly outer: CopyStep | undefined;
}

export interface LambdaVariable {
  readonly name: string;
  readonly value: Value;
  readonly outer: LambdaVariable | undefined;
}

/** A template being deployed to a scope. */
export interface Deployment {
  readonly context: Context;
  readonly template: ObjectValue;
  /** Where its resources land. With outer scope not the same as `context.frame.scope`. */
  readonly target: DeploymentScope;
  readonly exists: Unknown | undefined;
  /** One group for each resource as written, in that order; loops put several into one. */
  readonly groups: Declared[][];
  readonly outputs: Map<string, Slot>;
  /** Folder of the template, relative to the root template: links start there. */
  readonly folder: string;
  /** How many deployments are around it. */
  readonly level: number;
}

/** One resource after loops and conditions: identified, its body not evaluated yet. */
export interface Declared {
  readonly deployment: Deployment;
  readonly source: ObjectValue;
  readonly context: Context;
  readonly symbolicName: string | undefined;
  readonly copyIndex: number | undefined;
  readonly identity: ResourceName;
  /** The whole name as written, slashes included. */
  readonly fullName: string;
  readonly isReference: boolean;
  /** The condition is false: it is not there. */
  readonly isAbsent: boolean;
  readonly exists: Unknown | undefined;
  readonly at: Place;
  readonly body: Slot;
  /** What this deployment resource deploys; `undefined` when it is another type or its link was not followed. */
  nested: Deployment | undefined;
  readonly childGroups: Declared[][];
}

/** A spot in what Azure knows about a resource. */
export interface Live {
  readonly key: string;
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly declared: Declared | undefined;
  /** From the properties, or from the whole resource when `isFull`. */
  readonly path: readonly (string | number)[];
  readonly isFull: boolean;
}

export function slotOf(evaluate: () => Value): Slot {
  return { evaluate, state: 'waiting', value: undefined };
}

/** The value of a slot; `onCycle` answers when the slot is already being worked out further up. */
export function settle(slot: Slot, onCycle: () => Value): Value {
  if (slot.state === 'running') return onCycle();
  if (slot.state === 'waiting') {
    slot.state = 'running';
    slot.value = slot.evaluate();
    slot.state = 'done';
  }
  return slot.value!;
}
