import { lossesOf } from '../arm/emit-arm.ts';
import { type Emitter, headerOf } from '../emitter.ts';
import type { DeploymentPlan, PlanParameter, PlanResource, PlanScope } from '../plan/index.ts';
import { asDefault, comment, inDoubleQuotes, singleQuoted } from './shell-text.ts';
import { idOf, idVariable, jsonOf, type Script, textOf } from './shell-value.ts';

/**
 * `deploy.sh` states each resource by a PUT of its whole body (`az rest`): nothing is lost on the way through options of commands, no
 * extension is needed, and a second run changes nothing. `teardown.sh` takes away what the first one made, last one first.
 */
export const AZCLI: Emitter = {
  target: 'az',
  describe:
    'a script for the Azure CLI that may be run again and again, and one that takes all away',
  emit: (plan) => {
    if (plan.modules.length === 0) return { files: [], losses: lossesOf(plan) };
    const script = openScript(plan);
    return {
      files: [
        { path: 'deploy.sh', text: deployText(script) },
        { path: 'teardown.sh', text: teardownText(openScript(plan)) },
      ],
      losses: lossesOf(plan),
    };
  },
};

function openScript(plan: DeploymentPlan): Script {
  const groups = [...plan.scopes.values()].filter(({ kind }) => kind === 'resource-group');
  const scopes = new Map<string, string>();
  for (const { key, kind } of plan.scopes.values()) {
    const index = groups.findIndex((group) => group.key === key);
    if (kind === 'resource-group')
      scopes.set(key, index === 0 ? 'group_id' : `group${index + 1}_id`);
    else
      scopes.set(key, kind === 'subscription' ? 'subscription_id' : `${kind.replace('-', '')}_id`);
  }
  return {
    plan,
    byKey: new Map(plan.resources.map((one) => [one.key, one])),
    parameters: new Map(plan.parameters.map((one) => [one.name, one])),
    scopes,
    reads: new Map(),
  };
}

const PUT = `# put ID API-VERSION < BODY: what should be there. Waits until it is.
put() {
  local id="$1" version="$2" state
  echo "\${id##*/providers/}" >&2
  state="$(az rest --method put --url "\${id}?api-version=\${version}" --body @- \\
    --query properties.provisioningState --output tsv)"
  for _ in $(seq 360); do
    case "\${state}" in
      Succeeded | '') return 0 ;;
      Failed | Canceled)
        echo "\${id}: \${state}" >&2
        return 1
        ;;
    esac
    sleep 10
    state="$(get "\${id}" "\${version}" properties.provisioningState)"
  done
  echo "\${id}: still \${state} after an hour" >&2
  return 1
}

# get ID API-VERSION QUERY: what only Azure knows.
get() {
  az rest --method get --url "$1?api-version=$2" --query "$3" --output tsv
}`;

function deployText(script: Script): string {
  const { plan } = script;
  const deployed = plan.resources.filter(({ isExisting }) => !isExisting);
  const lines = [
    '#!/usr/bin/env bash',
    comment(headerOf(plan)),
    '# Run it as often as you like: every step says what should be there, and changes nothing where it is.',
    '#   ./deploy.sh                      in the subscription that az is signed in to',
    '#   location=westeurope ./deploy.sh  any value below may be given by its name',
    'set -euo pipefail',
    '',
    ...parameterLines(script),
    ...scopeLines(script),
    '',
    PUT,
    '',
    ...groupLines(script),
    ...plan.resources
      .filter(({ isExisting }) => isExisting)
      .map((one) => `${idVariable(one)}="${ownId(script, one)}"`),
  ];
  const read = new Set<string>();
  for (const resource of deployed) lines.push('', ...resourceLines(script, resource, read));
  return `${lines.join('\n')}\n`;
}

function parameterLines({ plan }: Script): readonly string[] {
  return plan.parameters.flatMap((parameter) => [
    comment(parameter.description),
    `${parameter.name}="\${${parameter.name}:${givenOr(parameter)}}"`,
  ]);
}

/** What follows the colon of `${name:…}`: a default, or what to say when nobody gave a value. */
function givenOr({ name, value, default: preset, description }: PlanParameter): string {
  if (value !== undefined) return `-${asDefault(String(value))}`;
  if (preset?.kind === 'literal') return `-${asDefault(String(preset.value))}`;
  if (preset?.kind === 'unique-text') {
    return `-$(printf '%s' "$(az account show --query id --output tsv)${inDoubleQuotes(preset.seed ?? '')}" | sha256sum | cut -c1-13)`;
  }
  return `?say ${inDoubleQuotes(`${name}: ${description}`.replace(/[{}]/g, ''))}`;
}

function scopeLines(script: Script): readonly string[] {
  const lines = [
    '',
    '# Where.',
    `subscription="\${subscription:-$(az account show --query id --output tsv)}"`,
    `subscription_id="/subscriptions/\${subscription}"`,
  ];
  for (const scope of script.plan.scopes.values()) {
    const variable = script.scopes.get(scope.key);
    if (scope.kind === 'resource-group') {
      if (scope.name === undefined) {
        lines.push(`resourceGroup="\${resourceGroup:?say resourceGroup: the group to deploy to}"`);
      }
      lines.push(
        `${variable}="${subscriptionOf(script, scope)}/resourceGroups/${groupName(script, scope)}"`,
      );
    } else if (scope.kind === 'management-group' && scope.name !== undefined) {
      const name = textOf(script, scope.name);
      lines.push(`${variable}="/providers/Microsoft.Management/managementGroups/${name}"`);
    } else if (scope.kind === 'tenant') lines.push(`${variable}=""`);
  }
  return lines;
}

function subscriptionOf(script: Script, { subscription }: PlanScope): string {
  return subscription === undefined
    ? `\${subscription_id}`
    : `/subscriptions/${textOf(script, subscription)}`;
}

function groupName(script: Script, { name }: PlanScope): string {
  return name === undefined ? `\${resourceGroup}` : textOf(script, name);
}

/** Groups that something is deployed to. A group that is there stays where it is. */
function groupLines(script: Script): readonly string[] {
  const { plan } = script;
  const used = new Set(plan.modules.map(({ scope }) => scope));
  const location = plan.parameters.find(({ role }) => role === 'location')?.name;
  if (location === undefined) return [];
  return [...plan.scopes.values()]
    .filter(({ key, kind }) => kind === 'resource-group' && used.has(key))
    .flatMap((scope) => {
      const name = `"${groupName(script, scope)}"`;
      const where =
        scope.subscription === undefined
          ? `"\${subscription}"`
          : `"${textOf(script, scope.subscription)}"`;
      return [
        `if [ "$(az group exists --name ${name} --subscription ${where})" = false ]; then`,
        `  az group create --name ${name} --subscription ${where} --location "\${${location}}" --output none`,
        'fi',
      ];
    });
}

function resourceLines(
  script: Script,
  resource: PlanResource,
  read: Set<string>,
): readonly string[] {
  const body = jsonOf(script, { kind: 'object', members: resource.body, at: resource.at });
  const id = `${idVariable(resource)}="${ownId(script, resource)}"`;
  const condition = conditionText(resource);
  const put = [
    `put "\${${idVariable(resource)}}" ${singleQuoted(resource.apiVersion)} <<JSON`,
    body,
    'JSON',
  ];
  return [
    comment(`${resource.type} ${resource.title}`),
    id,
    ...readLines(script, read),
    ...(condition === undefined ? put : [`if [ "${condition}" = true ]; then`, ...put, 'fi']),
  ];
}

function conditionText({ condition }: PlanResource): string | undefined {
  return condition?.kind === 'parameter' ? `\${${condition.name}}` : undefined;
}

/** What this resource needs to know of others, which are there by now. */
function readLines(script: Script, read: Set<string>): readonly string[] {
  const lines: string[] = [];
  for (const [name, { resource, query }] of script.reads) {
    if (read.has(name)) continue;
    read.add(name);
    const owner = script.byKey.get(resource);
    const condition = owner === undefined ? undefined : conditionText(owner);
    const id = idOf(script, { resource, below: [] });
    const version = singleQuoted(owner?.apiVersion ?? '');
    const asked = `${name}="$(get "${id}" ${version} ${singleQuoted(query)})"`;
    if (condition === undefined) lines.push(asked);
    // Nothing to ask where it is left out; whoever speaks of it is left out with it.
    else lines.push(`${name}=''`, `if [ "${condition}" = true ]; then ${asked}; fi`);
  }
  return lines;
}

/** A resource's own id from its scope, its parent or what it extends. */
function ownId(script: Script, resource: PlanResource): string {
  const name = textOf(script, resource.name);
  if (resource.parent !== undefined) {
    const type = resource.type.slice(resource.type.lastIndexOf('/') + 1);
    return `${idOf(script, { resource: resource.parent, below: [] })}/${type}/${name}`;
  }
  const base =
    resource.extends === undefined
      ? `\${${script.scopes.get(resource.scope) ?? 'subscription_id'}}`
      : idOf(script, resource.extends);
  return `${base}/providers/${resource.type}/${name}`;
}

function teardownText(script: Script): string {
  const { plan } = script;
  const deployed = plan.resources.filter(({ isExisting }) => !isExisting);
  return `${[
    '#!/usr/bin/env bash',
    comment(headerOf(plan)),
    '# Takes away what deploy.sh made, last one first. Groups stay: others may have put something into them.',
    'set -euo pipefail',
    '',
    ...parameterLines(script),
    ...scopeLines(script),
    '',
    '# gone ID API-VERSION: deletes it and waits; what is not there is gone already.',
    'gone() {',
    '  local id="$1" version="$2"',
    `  echo "\${id##*/providers/}" >&2`,
    `  if ! az rest --method delete --url "\${id}?api-version=\${version}" --output none; then`,
    `    ! az rest --method get --url "\${id}?api-version=\${version}" --output none 2>/dev/null`,
    '    return',
    '  fi',
    '  for _ in $(seq 360); do',
    `    if ! az rest --method get --url "\${id}?api-version=\${version}" --output none 2>/dev/null; then`,
    '      return 0',
    '    fi',
    '    sleep 10',
    '  done',
    `  echo "\${id}: still there after an hour" >&2`,
    '  return 1',
    '}',
    '',
    ...plan.resources.map((one) => `${idVariable(one)}="${ownId(script, one)}"`),
    '',
    ...[...deployed]
      .reverse()
      .map((one) => `gone "\${${idVariable(one)}}" ${singleQuoted(one.apiVersion)}`),
  ].join('\n')}\n`;
}
