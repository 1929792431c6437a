import type { Diagnostic, Gap, Place } from '../../diagnostics/index.ts';
import { itemsOf, member, stringOf, type Unknown, type Value } from '../../values/index.ts';
import { declareResources } from './declare-resources.ts';
import { evaluateValue } from './evaluate-value.ts';
import { openRoot, openRun, rootScope } from './import-arm-template.ts';
import { bodyOf } from './live-reference.ts';
import { declareWaiting, referredTo } from './lookup.ts';
import type { ArmTemplateOptions } from './options.ts';
import { outputValue } from './outputs.ts';
import { scopeId } from './resource-id.ts';
import type { Declared, Deployment } from './run.ts';

/** A template about to be carried out: what is to be deployed in which order, each part evaluated when it is asked for. */
export interface OpenTemplate {
  /** The subscription or group it goes to. */
  readonly scope: string;
  /** In the order written, children after their parents. */
  readonly steps: readonly TemplateStep[];
  /** Name and value of every output; evaluated now. */
  readonly outputs: () => readonly TemplateOutput[];
}

export interface TemplateStep {
  readonly id: string;
  readonly key: string;
  /** As written. */
  readonly type: string;
  readonly name: string;
  readonly apiVersion: string | undefined;
  readonly at: Place;
  /** `existing`: only read. */
  readonly isReference: boolean;
  /** Its condition is false. */
  readonly isAbsent: boolean;
  /** Whether it is deployed at all depends on this. */
  readonly exists: Unknown | undefined;
  /** Keys of the steps that `dependsOn` names, and of the parent when it is a step too. */
  readonly dependsOn: readonly string[];
  /** What `dependsOn` names and no step is. */
  readonly dangling: readonly string[];
  readonly body: () => Value;
  /** What a deployment resource deploys. */
  readonly nested: OpenTemplate | undefined;
}

export interface TemplateOutput {
  readonly name: string;
  readonly type: string;
  readonly value: Value;
}

export interface OpenedTemplate {
  readonly template: OpenTemplate | undefined;
  /** Grows while bodies and outputs are evaluated. */
  readonly diagnostics: readonly Diagnostic[];
  readonly gaps: readonly Gap[];
}

/** Opens a template to be carried out step by step. Never throws; bounded as reading one is. */
export function openTemplate(root: Value, options: ArmTemplateOptions): OpenedTemplate {
  const scope = rootScope(root, options);
  const run = openRun(options, scope);
  const { diagnostics, gaps } = run;
  if (root.kind !== 'object') return { template: undefined, diagnostics, gaps };
  const deployment = openRoot(root, run, scope);
  declareResources(deployment);
  declareWaiting(run);
  return { template: opened(deployment), diagnostics, gaps };
}

function opened(deployment: Deployment): OpenTemplate {
  const declared = all(deployment.groups);
  const keys = new Set(declared.map(({ identity }) => identity.key));
  const loops = loopsWritten(deployment);
  for (const each of declared) {
    const { copy } = each.context;
    if (copy?.kind !== 'resource') continue;
    for (const name of [copy.name, each.symbolicName ?? copy.name].map((n) => n.toLowerCase())) {
      const known = loops.get(name) ?? [];
      if (!known.includes(each.identity.key)) loops.set(name, [...known, each.identity.key]);
    }
  }
  return {
    scope: scopeId(deployment.target),
    steps: declared.map((each) => stepOf(each, keys, loops)),
    outputs: () => outputsOf(deployment),
  };
}

/** Names that `dependsOn` may use for loops, those that run zero times included. */
function loopsWritten({ template }: Deployment): Map<string, string[]> {
  const loops = new Map<string, string[]>();
  const resources = member(template, 'resources');
  const entries: readonly (readonly [string | undefined, Value])[] =
    resources?.kind === 'object'
      ? [...resources.members.values()].map(({ name, value }) => [name, value] as const)
      : itemsOf(resources).map((value) => [undefined, value] as const);
  for (const [symbolicName, value] of entries) {
    const copy = member(value, 'copy');
    if (copy === undefined) continue;
    for (const name of [symbolicName, stringOf(member(copy, 'name'))]) {
      if (name !== undefined) loops.set(name.toLowerCase(), []);
    }
  }
  return loops;
}

function all(groups: readonly (readonly Declared[])[]): Declared[] {
  return groups.flat().flatMap((each) => [each, ...all(each.childGroups)]);
}

function stepOf(
  declared: Declared,
  keys: ReadonlySet<string>,
  loops: ReadonlyMap<string, readonly string[]>,
): TemplateStep {
  const { identity, context, source } = declared;
  const found = new Set<string>();
  const dangling: string[] = [];
  const parent = identity.key.split('/').slice(0, -2).join('/');
  if (keys.has(parent)) found.add(parent);
  for (const item of itemsOf(member(source, 'dependsOn'))) {
    const text = stringOf(evaluateValue(item, context));
    // An empty text is what a condition leaves: it names nothing.
    if (text === undefined || text === '') continue;
    const loop = loops.get(text.toLowerCase());
    const target = loop === undefined ? referredTo(text, context, 'identity') : undefined;
    if (loop !== undefined) for (const key of loop) found.add(key);
    else if (target !== undefined && keys.has(target.key)) found.add(target.key);
    else dangling.push(text);
  }
  found.delete(identity.key);
  return {
    id: identity.id,
    key: identity.key,
    type: identity.type,
    name: declared.fullName,
    apiVersion: stringOf(member(source, 'apiVersion')),
    at: declared.at,
    isReference: declared.isReference,
    isAbsent: declared.isAbsent,
    exists: declared.exists,
    dependsOn: [...found],
    dangling,
    body: () => bodyOf(declared, context),
    nested: declared.nested === undefined ? undefined : opened(declared.nested),
  };
}

function outputsOf(deployment: Deployment): TemplateOutput[] {
  const written = member(deployment.template, 'outputs');
  if (written?.kind !== 'object') return [];
  return [...written.members.values()].flatMap(({ name, value }) => {
    const condition = member(value, 'condition');
    const truth =
      condition === undefined ? undefined : evaluateValue(condition, deployment.context);
    if (truth?.kind === 'boolean' && !truth.value) return [];
    const told = outputValue(deployment, name, name, deployment.context);
    const result = member(told, 'value');
    if (result === undefined) return [];
    return [{ name, type: stringOf(member(value, 'type')) ?? 'string', value: result }];
  });
}
