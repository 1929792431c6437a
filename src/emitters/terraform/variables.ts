import { headerOf } from '../emitter.ts';
import type { DeploymentPlan, PlanParameter } from '../plan/index.ts';
import { argument, block, blockLines, bodyLines, type Entry } from './hcl-layout.ts';
import { hclComment, hclString, LocalNames } from './hcl-text.ts';
import { HOME_GROUP } from './scope-expression.ts';
import type { Writer } from './writer.ts';

/** The variable of the subscription deployed to; the environment says it where it is left out. */
export const SUBSCRIPTION = 'subscription_id';

/** Names of variables by those of the parameters. */
export function variableNames({ parameters }: DeploymentPlan): ReadonlyMap<string, string> {
  const names = new LocalNames();
  for (const own of [HOME_GROUP, SUBSCRIPTION]) names.take('var', own, 'variable');
  // Words that a variable cannot have, for Terraform reads them itself.
  for (const word of TAKEN) names.take('var', word, 'variable');
  return new Map(parameters.map(({ name }) => [name, names.take('var', name, 'variable')]));
}

const TAKEN = 'source version providers count for_each lifecycle depends_on locals'.split(' ');

/** Of the parameters that turned out to be used. */
export function usedParameters({ plan, used }: Writer): readonly PlanParameter[] {
  return plan.parameters.filter(({ name }) => used.variables.has(name));
}

export function variablesFile(writer: Writer): string {
  const blocks = [
    variableBlock(SUBSCRIPTION, [
      argument(
        'description',
        hclString('Subscription to deploy to; by default that of ARM_SUBSCRIPTION_ID.'),
      ),
      argument('type', 'string'),
      argument('default', 'null'),
    ]),
    ...(writer.used.variables.has(HOME_GROUP)
      ? [
          variableBlock(HOME_GROUP, [
            argument('description', hclString('Resource group to deploy to. It must be there.')),
            argument('type', 'string'),
          ]),
        ]
      : []),
    ...usedParameters(writer).map((parameter) =>
      variableBlock(writer.variables.get(parameter.name) ?? parameter.name, [
        argument('description', hclString(parameter.description)),
        argument('type', TYPES[parameter.type]),
        ...(parameter.default?.kind === 'literal'
          ? [argument('default', literal(parameter.default.value))]
          : []),
        ...(parameter.default?.kind === 'unique-text' ? [argument('default', 'null')] : []),
        ...(parameter.isSecure ? [argument('sensitive', 'true')] : []),
      ]),
    ),
  ];
  return [hclComment(headerOf(writer.plan)), ...blocks].join('\n\n').concat('\n');
}

function variableBlock(name: string, entries: readonly Entry[]): string {
  return blockLines(`variable ${hclString(name)}`, entries).join('\n');
}

const TYPES = { string: 'string', int: 'number', bool: 'bool', object: 'any', array: 'list(any)' };

function literal(value: string | number | boolean | null): string {
  return typeof value === 'string' ? hclString(value) : String(value);
}

/** What the input knows, and as comments what somebody must say. */
export function valuesFile(writer: Writer): string {
  const { plan, used } = writer;
  const group = [...plan.scopes.values()].find(
    ({ kind, name }) => kind === 'resource-group' && name === undefined,
  );
  const isGroupUsed = used.variables.has(HOME_GROUP);
  const isGroupKnown = group !== undefined && !group.title.includes('«');
  const given: Entry[] =
    isGroupUsed && isGroupKnown ? [argument(HOME_GROUP, hclString(group.title))] : [];
  const missing: Entry[] = [];
  const nameOf = ({ name }: PlanParameter) => writer.variables.get(name) ?? name;
  if (isGroupUsed && !isGroupKnown) missing.push(comment(`${HOME_GROUP} = ""`));
  for (const parameter of usedParameters(writer)) {
    const { value, type, description, isSecure } = parameter;
    if (value !== undefined) given.push(argument(nameOf(parameter), literal(value)));
    else if (parameter.default?.kind !== 'literal' && parameter.default?.kind !== 'unique-text') {
      missing.push(comment(description));
      const name = nameOf(parameter);
      missing.push(
        comment(isSecure ? `set TF_VAR_${name} in the environment` : `${name} = ${EXAMPLES[type]}`),
      );
    }
  }
  const parts = [
    [hclComment(headerOf(plan))],
    bodyLines(given),
    missing.length === 0
      ? []
      : ['# The input does not say these. Give each a value.', ...bodyLines(missing)],
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
    .concat('\n');
}

function comment(text: string): Entry {
  return { kind: 'comment', line: hclComment(text) };
}

const EXAMPLES = { string: '""', int: '0', bool: 'true', object: '{}', array: '[]' } as const;

export function settingsFile(plan: DeploymentPlan, hasAzapi: boolean): string {
  const provider = (name: string, source: string, version: string): Entry =>
    argument(
      name,
      '{',
      `  source  = ${hclString(source)}`,
      `  version = ${hclString(version)}`,
      '}',
    );
  const blocks = [
    block('terraform', [
      argument('required_version', '">= 1.5.0"'),
      block('required_providers', [
        ...(hasAzapi ? [provider('azapi', 'Azure/azapi', '~> 2.0')] : []),
        provider('azurerm', 'hashicorp/azurerm', '~> 4.0'),
      ]),
    ]),
    block('provider "azurerm"', [
      argument('subscription_id', `var.${SUBSCRIPTION}`),
      block('features', []),
    ]),
    ...(hasAzapi
      ? [block('provider "azapi"', [argument('subscription_id', `var.${SUBSCRIPTION}`)])]
      : []),
  ];
  const texts = blocks.map((one) => bodyLines([one]).join('\n'));
  return [hclComment(headerOf(plan)), ...texts].join('\n\n').concat('\n');
}
