import {
  isAbsent as isNothing,
  member,
  type ObjectValue,
  stringOf,
  type Unknown,
  type Value,
} from '../../values/index.ts';
import { spend } from './budget.ts';
import { clip } from './call.ts';
import { copyContext, copyCountOf, loopName, symbolicIndex } from './copy-loop.ts';
import { evaluateValue, placeThrough } from './evaluate-value.ts';
import { truthOf } from './functions/logic.ts';
import { identifyResource } from './identify-resource.ts';
import { loopVariables } from './loop-expression.ts';
import { openNested } from './nested-deployment.ts';
import { resourceBody } from './resource-body.ts';
import { type Context, type Declared, type Deployment, type Run, report, slotOf } from './run.ts';
import { unknownAt } from './unknowns.ts';

/** What looking at one resource may cost in stack, in units of `DEPTH_MAX`: a name may ask for other resources. */
const DECLARE_LEVELS = 8;
const DECLARE_STEPS = 20;

/** Puts the resources of a template on the waiting list: an array, or an object of symbolic names. */
export function declareResources(deployment: Deployment): void {
  const written = member(deployment.template, 'resources');
  queueAll(written, deployment, deployment.context, undefined, deployment.groups);
}

function queueAll(
  written: Value | undefined,
  deployment: Deployment,
  context: Context,
  parent: Declared | undefined,
  groups: Declared[][],
): void {
  const { run } = context.frame;
  const queue = (source: Value, symbolicName: string | undefined) => {
    const group: Declared[] = [];
    groups.push(group);
    let isTaken = false;
    const declare = () => {
      if (isTaken) return;
      isTaken = true;
      if (!spend(run, DECLARE_STEPS, source.at)) {
        leaveOut(run, source);
        return;
      }
      run.depth += DECLARE_LEVELS;
      declareWritten({ deployment, context, parent, group, symbolicName }, source);
      run.depth -= DECLARE_LEVELS;
    };
    run.waiting.push(declare);
    if (symbolicName !== undefined) {
      context.frame.waitingBySymbol.set(symbolicName.toLowerCase(), declare);
    }
  };
  if (isNothing(written)) return;
  if (written.kind === 'array') for (const source of written.items) queue(source, undefined);
  else if (written.kind === 'object') {
    for (const entry of written.members.values()) queue(entry.value, entry.name);
  } else refuse(run, written, 'the resources of a template are a list');
}

interface Surroundings {
  readonly deployment: Deployment;
  readonly context: Context;
  readonly parent: Declared | undefined;
  readonly group: Declared[];
  readonly symbolicName: string | undefined;
}

/** One resource as written: none, one or many by its loop. */
function declareWritten(around: Surroundings, source: Value): void {
  const { context } = around;
  const { run } = context.frame;
  if (source.kind !== 'object') {
    refuse(run, source, 'a resource is an object');
    return;
  }
  const copy = member(source, 'copy');
  if (copy?.kind !== 'object') {
    declareOne(around, source, context, undefined, undefined);
    return;
  }
  const name = loopName(copy, context, evaluateValue);
  const count = copyCountOf(copy, name, context, evaluateValue);
  if (count.kind === 'unknown') {
    // iac-formats 2.3: one resource stands for any number of them, none included.
    const { why } = count;
    const missing = `how many resources the loop ${name} makes: ${why.missing}`;
    const exists = unknownAt(why.at, why.reason, why.text, missing);
    const inner = copyContext(context, name, 'resource', symbolicIndex(name, why, context));
    declareOne(around, source, loopVariables(copy, inner)(inner), undefined, exists);
    return;
  }
  const withItem = loopVariables(copy, context);
  for (let index = 0; index < count.count; index += 1) {
    if (!spend(run, DECLARE_STEPS, source.at)) {
      leaveOut(run, source);
      return;
    }
    const inner = withItem(copyContext(context, name, 'resource', index));
    declareOne(around, source, inner, index, undefined);
  }
}

function declareOne(
  around: Surroundings,
  source: ObjectValue,
  context: Context,
  copyIndex: number | undefined,
  copyExists: Unknown | undefined,
): void {
  const { deployment, parent, symbolicName } = around;
  const { run } = context.frame;
  if (source.members.has('import') || source.members.has('extension')) {
    const what = stringOf(member(source, 'type')) ?? 'resource of an extension';
    run.gaps.push({
      what,
      why: 'it is not an Azure resource but one of a template extension',
      at: source.at,
    });
    return;
  }
  const condition = conditionOf(source, context);
  const isAbsent = condition === false;
  const identified = identifyResource(source, context, deployment.target, parent, isAbsent);
  if (identified === undefined) return;
  const declared: Declared = {
    deployment,
    source,
    context,
    symbolicName,
    copyIndex,
    identity: identified.identity,
    fullName: identified.fullName,
    isReference: truthOfMember(source, 'existing'),
    isAbsent,
    exists: both(
      both(deployment.exists, copyExists),
      typeof condition === 'object' ? condition : undefined,
    ),
    at: placeThrough(source.at, context),
    body: slotOf(() => resourceBody(source, identified.identity, context)),
    nested: undefined,
    childGroups: [],
  };
  around.group.push(declared);
  register(declared);
  if (!declared.isAbsent && isDeployment(declared)) {
    declared.nested = openNested(declared);
    if (declared.nested !== undefined) declareResources(declared.nested);
  }
  // ARM-06: children are deployed by their own conditions, not by their parent's.
  queueAll(member(source, 'resources'), deployment, context, declared, declared.childGroups);
}

function register(declared: Declared): void {
  const { frame } = declared.context;
  append(frame.run.declared, declared.identity.key, declared);
  append(frame.byName, declared.fullName.toLowerCase(), declared);
  if (declared.symbolicName !== undefined) {
    append(frame.bySymbol, declared.symbolicName.toLowerCase(), declared);
  }
}

function append(map: Map<string, Declared[]>, key: string, declared: Declared): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [declared]);
  else list.push(declared);
}

/** True, false, or the unknown that decides. A condition that is neither is unknown, not true. */
function conditionOf(source: ObjectValue, context: Context): boolean | Unknown {
  const written = member(source, 'condition');
  if (isNothing(written)) return true;
  const value = evaluateValue(written, context);
  if (value.kind === 'unknown') return value;
  const truth = truthOf(value);
  if (truth !== undefined) return truth;
  const message = 'the condition is neither true nor false';
  report(context.frame.run, 'arm/evaluation-failed', 'warning', message, written.at);
  return unknownAt(
    written.at,
    'malformed',
    stringOf(written) ?? '',
    'a condition that is true or false',
  );
}

/** The unknown of something that exists only if both do. */
function both(a: Unknown | undefined, b: Unknown | undefined): Unknown | undefined {
  if (a === undefined || b === undefined || a === b) return a ?? b;
  const text = `${a.text} and ${b.text}`;
  return unknownAt(b.at, b.reason, text, `${a.missing}, and ${b.missing}`);
}

function truthOfMember(source: ObjectValue, name: string): boolean {
  const value = member(source, name);
  return value !== undefined && truthOf(value) === true;
}

function isDeployment(declared: Declared): boolean {
  return declared.identity.type.toLowerCase() === 'microsoft.resources/deployments';
}

/** Said once: from here on nothing more is read. */
function leaveOut(run: Run, source: Value): void {
  const what = 'resources beyond the evaluation limit';
  if (run.gaps.some((gap) => gap.what === what)) return;
  run.gaps.push({
    what,
    why: 'they were not read, so nothing they allow or deny is known',
    at: source.at,
  });
}

function refuse(run: Run, source: Value, why: string): void {
  const what = source.kind === 'string' ? `\`${clip(source.value)}\`` : 'this';
  const message = `${what} is not read as a resource: ${why}`;
  // What cannot be read as JSON has been said already.
  if (source.kind !== 'unknown') report(run, 'arm/malformed-resource', 'error', message, source.at);
  run.gaps.push({
    what: 'resource',
    why: 'it could not be read, so nothing it allows or denies is known',
    at: source.at,
  });
}
