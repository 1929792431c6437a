import { assertNever } from '../../diagnostics/index.ts';
import type {
  DeploymentPlan,
  PlanParameter,
  PlanResource,
  PlanText,
  PlanValue,
  ResourceRef,
} from '../plan/index.ts';
import { inDoubleQuotes, inHeredoc } from './shell-text.ts';

/** How names of the plan are written in the script. */
export interface Script {
  readonly plan: DeploymentPlan;
  readonly byKey: ReadonlyMap<string, PlanResource>;
  readonly parameters: ReadonlyMap<string, PlanParameter>;
  /** Variables of groups and subscriptions by scope key. */
  readonly scopes: ReadonlyMap<string, string>;
  /** Attributes to be read, by variable, in the order of their first use. */
  readonly reads: Map<string, AttributeRead>;
}

export interface AttributeRead {
  readonly resource: string;
  /** As `--query` takes it (JMESPath). */
  readonly query: string;
}

/** The id of a resource, or of a part of it, as it stands between double quotes. */
export function idOf(script: Script, { resource, below }: ResourceRef): string {
  const found = script.byKey.get(resource);
  const whole = found === undefined ? inDoubleQuotes(resource) : `\${${idVariable(found)}}`;
  const parts = below.map(({ type, name }) => `/${inDoubleQuotes(type)}/${textOf(script, name)}`);
  return `${whole}${parts.join('')}`;
}

/** Symbols and parameters have no underscore, so that these are no other's names. */
export function idVariable({ symbol }: PlanResource): string {
  return `${symbol}_id`;
}

/** A text as it stands between double quotes. */
export function textOf(script: Script, value: PlanText): string {
  return written(script, value, inDoubleQuotes);
}

function written(script: Script, value: PlanText, protect: (text: string) => string): string {
  switch (value.kind) {
    case 'literal':
      return protect(String(value.value));
    case 'parameter':
      return `\${${value.name}}`;
    case 'attribute':
      return `\${${attributeVariable(script, value.resource, value.path)}}`;
    case 'text':
      return value.parts.map((part) => written(script, part, protect)).join('');
    case 'resource-id':
      return idOf(script, value.of);
    case 'scope-id':
      return `\${${script.scopes.get(value.scope) ?? 'subscription_id'}}`;
    default:
      return assertNever(value);
  }
}

/** JSON for a heredoc, indented. */
export function jsonOf(script: Script, value: PlanValue, indent = ''): string {
  const inner = `${indent}  `;
  switch (value.kind) {
    case 'literal':
      return inHeredoc(JSON.stringify(value.value));
    case 'list': {
      if (value.items.length === 0) return '[]';
      const items = value.items.map((item) => jsonOf(script, item, inner));
      const line = `[${items.join(', ')}]`;
      const isShort = line.length <= 80 && !line.includes('\n');
      return isShort
        ? line
        : `[\n${items.map((item) => `${inner}${item}`).join(',\n')}\n${indent}]`;
    }
    case 'object': {
      if (value.members.length === 0) return '{}';
      const members = value.members.map(({ name, computed, value: one }) => {
        const key =
          computed === undefined
            ? inHeredoc(JSON.stringify(name))
            : `"${written(script, computed, jsonText)}"`;
        return `${inner}${key}: ${jsonOf(script, one, inner)}`;
      });
      return `{\n${members.join(',\n')}\n${indent}}`;
    }
    case 'variable': {
      const found = script.plan.variables.find(({ name }) => name === value.name);
      return found === undefined ? 'null' : jsonOf(script, found.value, indent);
    }
    case 'parameter': {
      const isText = script.parameters.get(value.name)?.type === 'string';
      return isText ? `"\${${value.name}}"` : `\${${value.name}}`;
    }
    default:
      return `"${written(script, value, jsonText)}"`;
  }
}

/** A part of a JSON text in a heredoc. */
function jsonText(text: string): string {
  return inHeredoc(JSON.stringify(text).slice(1, -1));
}

function attributeVariable(
  script: Script,
  resource: string,
  path: readonly (string | number)[],
): string {
  const symbol = script.byKey.get(resource)?.symbol ?? 'unknown';
  const words = path.filter((step) => step !== 'properties' && typeof step === 'string');
  const name = `${symbol}_${[...words].join('_').replace(/\W/g, '_')}`;
  const query = path
    .map((step, index) =>
      typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${queryName(step)}`,
    )
    .join('');
  if (!script.reads.has(name)) script.reads.set(name, { resource, query });
  return name;
}

/** JMESPath writes other names in quotes. */
function queryName(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
}
