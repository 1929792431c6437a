import { through } from '../../diagnostics/index.ts';
import {
  isAbsent,
  member,
  type ObjectValue,
  path,
  stringOf,
  type Value,
} from '../../values/index.ts';
import { spend } from './budget.ts';
import { clip } from './call.ts';
import { evaluateValue } from './evaluate-value.ts';
import { contextIn, openFrame } from './frame.ts';
import { UNKNOWN_SUBSCRIPTION } from './options.ts';
import { type GivenParameter, parametersFromFiles } from './parameters.ts';
import { type DeploymentScope, scopeOfId } from './resource-id.ts';
import { type Context, type Declared, type Deployment, report } from './run.ts';
import { tokenOf } from './unknowns.ts';

/** Templates that deploy each other would go on for ever; real ones are four or five levels deep. */
const LEVELS_MAX = 40;
/** A namespace with its parameters and variables costs what some hundred values do. */
const OPEN_STEPS = 200;

/**
 * What a resource of type `Microsoft.Resources/deployments` deploys (iac-formats 2.5). `undefined` when its
 * template is not at hand: a diagnostic and a gap name the link.
 */
export function openNested(declared: Declared): Deployment | undefined {
  const { context, source, deployment } = declared;
  const { run } = context.frame;
  if (deployment.level >= LEVELS_MAX) {
    const message = `deployments are nested deeper than ${LEVELS_MAX} levels; do they deploy each other?`;
    report(run, 'arm/budget', 'error', message, declared.at);
    unfollowed(declared, 'nested too deep');
    return undefined;
  }
  const found = templateOf(declared);
  if (found === undefined || !spend(run, OPEN_STEPS, declared.at)) return undefined;
  const name = declared.identity.names.at(-1) ?? '';
  const via = through(context.via, `module ${name}`);
  const target = targetOf(source, context, deployment.target);
  const properties = member(source, 'properties');
  const scopeOption = stringOf(path(properties, 'expressionEvaluationOptions', 'scope'));
  // ARM-05. A linked template is always a world of its own.
  const isInner = found.isLinked || scopeOption?.toLowerCase() === 'inner';
  const inner = isInner
    ? openInner(declared, found.template, target, via, name, found.folder)
    : { ...context, via };
  return {
    context: inner,
    template: found.template,
    target,
    exists: declared.exists,
    groups: [],
    outputs: new Map(),
    folder: found.folder,
    level: deployment.level + 1,
  };
}

function openInner(
  declared: Declared,
  template: ObjectValue,
  scope: DeploymentScope,
  via: readonly string[],
  name: string,
  folder: string,
): Context {
  const { context } = declared;
  const { run } = context.frame;
  const properties = member(declared.source, 'properties');
  const frame = openFrame(
    {
      run,
      label: `module ${name} of ${context.frame.label}`,
      isRoot: false,
      scope,
      deploymentName: name,
      template,
      via,
    },
    (contextOf) => {
      const link = linkOf(member(properties, 'parametersLink'), context);
      const file =
        link?.path === undefined
          ? undefined
          : run.options.readLinked?.(joinPath(folder, link.path));
      const given = new Map(file === undefined ? [] : parametersFromFiles([file], contextOf));
      for (const [key, entry] of passedParameters(properties, context, via)) given.set(key, entry);
      return given;
    },
  );
  return contextIn(frame);
}

/** `parameters: {x: {value}}`: evaluated where the deployment is written, when the parameter is asked for. */
function passedParameters(
  properties: Value | undefined,
  context: Context,
  via: readonly string[],
): Map<string, GivenParameter> {
  const given = new Map<string, GivenParameter>();
  const written = member(properties, 'parameters');
  const entries = written?.kind === 'string' ? evaluateValue(written, context) : written;
  if (entries?.kind !== 'object') return given;
  for (const [key, entry] of entries.members) {
    const value = member(entry.value, 'value');
    const isSecret = !isAbsent(member(entry.value, 'reference'));
    if (value === undefined && !isSecret) continue;
    const inner = { ...context, via: through(via, `parameter ${entry.name}`) };
    given.set(key, {
      at: entry.at,
      isSecret,
      evaluate: () =>
        value === undefined ? { kind: 'null', at: entry.at } : evaluateValue(value, inner),
    });
  }
  return given;
}

interface FoundTemplate {
  readonly template: ObjectValue;
  readonly isLinked: boolean;
  readonly folder: string;
}

function templateOf(declared: Declared): FoundTemplate | undefined {
  const { context, deployment } = declared;
  const properties = member(declared.source, 'properties');
  const written = member(properties, 'template');
  const inline = written?.kind === 'string' ? evaluateValue(written, context) : written;
  if (inline?.kind === 'object') {
    return { template: inline, isLinked: false, folder: deployment.folder };
  }
  const link = linkOf(member(properties, 'templateLink'), context);
  if (link?.path === undefined) {
    unfollowed(declared, link?.text ?? 'no template');
    return undefined;
  }
  const fullPath = joinPath(deployment.folder, link.path);
  const template = context.frame.run.options.readLinked?.(fullPath);
  if (template?.kind !== 'object') {
    unfollowed(declared, link.text);
    return undefined;
  }
  return { template, isLinked: true, folder: fullPath.split('/').slice(0, -1).join('/') };
}

/** Where a link leads: a path beside the template, or only a text for the person. */
function linkOf(
  link: Value | undefined,
  context: Context,
): { readonly text: string; readonly path: string | undefined } | undefined {
  if (isAbsent(link)) return undefined;
  for (const name of ['relativePath', 'uri', 'id']) {
    const written = member(link, name);
    if (isAbsent(written)) continue;
    const value = evaluateValue(written, context);
    if (value.kind === 'unknown') return { text: value.text, path: undefined };
    if (value.kind !== 'string') continue;
    // What follows `?` may be an access signature, which is a secret.
    const text = value.value.replace(/\?.*$/s, '?…');
    const isLocal = name !== 'id' && !/^[a-z][a-z0-9+.-]+:/i.test(value.value);
    return { text, path: isLocal ? value.value : undefined };
  }
  return undefined;
}

function unfollowed(declared: Declared, link: string): void {
  const { run } = declared.context.frame;
  const name = declared.fullName;
  report(
    run,
    'arm/link-not-followed',
    'warning',
    `the deployment \`${clip(name)}\` was not followed: \`${clip(link)}\``,
    declared.at,
    'put the linked template beside this one, or compile the module into it',
  );
  const why = `what it deploys is not known (${clip(link)})${givenText(declared)}`;
  run.gaps.push({ what: `Microsoft.Resources/deployments ${clip(name)}`, why, at: declared.at });
}

/** What is known of it: the parameters it is given. */
function givenText({ source }: Declared): string {
  const parameters = path(source, 'properties', 'parameters');
  if (parameters?.kind !== 'object' || parameters.members.size === 0) return '';
  const names = [...parameters.members.values()].map((entry) => entry.name);
  const shown = names.slice(0, 12).join(', ');
  return `; it is given ${shown}${names.length > 12 ? ` and ${names.length - 12} more` : ''}`;
}

/** `subscriptionId`, `resourceGroup` and `scope` of a deployment move its target. */
function targetOf(source: ObjectValue, context: Context, own: DeploymentScope): DeploymentScope {
  const text = (name: string): string | undefined => {
    const written = member(source, name);
    if (isAbsent(written)) return undefined;
    const value = evaluateValue(written, context);
    return value.kind === 'unknown' ? tokenOf(value) : stringOf(value);
  };
  const scope = text('scope');
  if (scope !== undefined) return scopeOfId(scope) ?? own;
  const resourceGroup = text('resourceGroup');
  const subscriptionId =
    text('subscriptionId') ?? ('subscriptionId' in own ? own.subscriptionId : undefined);
  if (resourceGroup !== undefined) {
    const subscription = subscriptionId ?? UNKNOWN_SUBSCRIPTION;
    return { kind: 'resource-group', subscriptionId: subscription, resourceGroup };
  }
  if (member(source, 'subscriptionId') === undefined || subscriptionId === undefined) return own;
  return { kind: 'subscription', subscriptionId };
}

/** Resolves `..` without leaving the folder of the root template by accident: what is above it is not found. */
export function joinPath(folder: string, relative: string): string {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of relative.replaceAll('\\', '/').split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}
