import type { DeploymentPlan, PlanParameter, PlanResource } from '../plan/index.ts';
import { code, type Expression } from './expression.ts';
import { LocalNames, snakeCase } from './hcl-text.ts';
import type { Marks } from './marks.ts';
import { labelled, type Unit } from './unit.ts';

/** A configuration while it is written: who is called what, and what turned out to be needed. */
export interface Writer {
  readonly plan: DeploymentPlan;
  readonly marks: Marks;
  readonly byKey: ReadonlyMap<string, PlanResource>;
  /** The unit that a resource is. */
  readonly units: ReadonlyMap<string, Unit>;
  /** Units of parts by `key/subnets/nodes` in lower case. */
  readonly parts: ReadonlyMap<string, Unit>;
  readonly parameters: ReadonlyMap<string, PlanParameter>;
  /** Names of variables and locals by those of the plan. */
  readonly variables: ReadonlyMap<string, string>;
  readonly locals: ReadonlyMap<string, string>;
  readonly used: Used;
  /** The unit being written, and the labels of what it refers to. */
  readonly current: Unit | undefined;
  readonly deps: Set<string>;
}

export interface Used {
  readonly variables: Set<string>;
  readonly locals: Set<string>;
  /** Scope keys of groups that are looked up, with their labels. */
  readonly groups: Map<string, string>;
  /** Resources that are there already and looked up. */
  readonly existing: Set<string>;
  isSubscriptionAsked: boolean;
  /** What is read of an answer in ARM's own words: paths by the label of an azapi unit or by the key of a resource. */
  readonly exports: Map<string, Set<string>>;
  readonly reads: Map<string, Set<string>>;
  readonly names: LocalNames;
}

export function nothingUsed(): Used {
  return {
    variables: new Set(),
    locals: new Set(),
    groups: new Map(),
    existing: new Set(),
    isSubscriptionAsked: false,
    exports: new Map(),
    reads: new Map(),
    names: new LocalNames(),
  };
}

export function partKey(resource: string, path: string): string {
  return `${resource}${path}`.toLowerCase();
}

/** `azurerm_subnet.nodes.id`; of something that is there on a condition the one instance it may have. */
export function referenceTo(writer: Writer, unit: Unit, attribute: string): Expression {
  const label = labelled(unit);
  writer.deps.add(label);
  const index = unit.owner.condition === undefined ? '' : '[0]';
  return code(`${label}${index}.${attribute}`);
}

/** Symbols of a plan are unique, and so are labels made of them. */
export function readLabel(writer: Writer, key: string): string {
  return snakeCase(writer.byKey.get(key)?.symbol ?? 'it');
}

/** Something of an answer is asked for. */
export function noteRead(map: Map<string, Set<string>>, key: string, path: string): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([path]));
  else set.add(path);
}
