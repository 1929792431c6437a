import type { Diagnostic, Gap, Place } from '../../../../diagnostics/index.ts';
import type { HclText } from '../syntax/syntax-tree.ts';
import type { HclValue } from '../values/hcl-value.ts';

export { report } from '../../../report-once.ts';

/** What is beside a configuration on disk. Importers open no file: whoever calls loads what is asked for. */
export interface ProjectFiles {
  /** The text at a path, links and `..` resolved; `undefined` when it may not be read or is not there. */
  readonly text: (path: string) => string | undefined;
  /** Paths of the files below a folder. */
  readonly below: (folder: string) => readonly string[];
}

/**
 * One configuration being evaluated: its root module and all that it calls. The only mutable state; it never leaves
 * `evaluateConfiguration`.
 */
export interface Run {
  readonly files: ProjectFiles;
  /** Folder of the root module: where relative paths of functions start. */
  readonly rootFolder: string;
  readonly diagnostics: Diagnostic[];
  readonly gaps: Gap[];
  readonly reported: Set<string>;
  readonly sizes: WeakMap<object, Size>;
  stepsLeft: number;
  depth: number;
  /** How many `try` and `can` are around: what fails inside is not a mistake. */
  trying: number;
  /** Expressions that could not be evaluated so far: how `try` sees one fail. */
  failures: number;
}

export interface Size {
  readonly nodes: number;
  readonly depth: number;
}

export function newRun(files: ProjectFiles, rootFolder: string, stepsMax: number): Run {
  return {
    files,
    rootFolder,
    diagnostics: [],
    gaps: [],
    reported: new Set(),
    sizes: new WeakMap(),
    stepsLeft: stepsMax,
    depth: 0,
    trying: 0,
    failures: 0,
  };
}

/** Where an expression is evaluated. */
export interface Scope {
  readonly run: Run;
  /** The text that holds the expression. */
  readonly file: HclText;
  /** Named values of the module; none in `terraform.tfvars` and in the file of `templatefile`. */
  readonly names: Names | undefined;
  /** Variables of `for` and of `dynamic`, the innermost first. */
  readonly local: LocalName | undefined;
  /** The item of the splat around. */
  readonly item?: HclValue;
  /** Steps that lead here from the person's point of view, outermost first. */
  readonly via: readonly string[];
}

export interface LocalName {
  readonly name: string;
  readonly value: HclValue;
  readonly outer: LocalName | undefined;
}

/** What a module answers when an expression names something of it. */
export interface Names {
  /** Folder of the module as `path.module` tells it: from the root module. */
  readonly folder: string;
  /**
   * `var.x`, `local.x`, `module.x`, `each.value`, `azurerm_subnet.x`, `data.azurerm_subnet.x`. A string says what is
   * wrong with the name.
   */
  readonly resolve: (root: string, name: string, kind: string | undefined) => HclValue | string;
}

export function withLocal(scope: Scope, name: string, value: HclValue): Scope {
  return { ...scope, local: { name, value, outer: scope.local } };
}

export function placeIn(scope: Scope, offset: number): Place {
  const { source } = scope.file;
  return scope.via.length === 0 ? { source, offset } : { source, offset, via: scope.via };
}

/** One value worked out on demand, once. */
export interface Slot<T> {
  readonly evaluate: () => T;
  state: 'waiting' | 'running' | 'done';
  value: T | undefined;
  hasFailed: boolean;
}

export function slotOf<T>(evaluate: () => T): Slot<T> {
  return { evaluate, state: 'waiting', value: undefined, hasFailed: false };
}

/**
 * The value of a slot; `onCycle` answers when it is already being worked out further up. A mistake inside is one
 * wherever the value is first asked for, be it from within a `try`.
 */
export function settle<T>(run: Run, slot: Slot<T>, onCycle: () => T): T {
  if (slot.state === 'running') return onCycle();
  if (slot.state === 'waiting') {
    slot.state = 'running';
    const { trying, failures } = run;
    run.trying = 0;
    slot.value = slot.evaluate();
    slot.hasFailed = run.failures > failures;
    run.trying = trying;
    slot.state = 'done';
  } else if (slot.hasFailed) run.failures += 1;
  return slot.value as T;
}
