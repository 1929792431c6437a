import { lossesOf } from '../arm/emit-arm.ts';
import { terraformPage } from '../deploying/deploy-page.ts';
import { type EmittedFile, type Emitter, headerOf } from '../emitter.ts';
import type { DeploymentPlan, PlanResource, PlanScope } from '../plan/index.ts';
import { cutUnits } from './cut-units.ts';
import { dataBlocks } from './data-blocks.ts';
import { joined, printed } from './expression.ts';
import { argument, blockLines, type Entry, GAP, linedArgument } from './hcl-layout.ts';
import { hclComment, hclString, LocalNames } from './hcl-text.ts';
import { Marks } from './marks.ts';
import { type Ordered, orderUnits } from './order-units.ts';
import { scopeExpression } from './scope-expression.ts';
import { labelled, type Unit } from './unit.ts';
import { valueLines } from './value-lines.ts';
import {
  settingsFile,
  usedParameters,
  valuesFile,
  variableNames,
  variablesFile,
} from './variables.ts';
import { waitsOf } from './waits.ts';
import { unitEntries } from './write-unit.ts';
import { nothingUsed, partKey, type Writer } from './writer.ts';

/** `main.tf`, `variables.tf`, `terraform.tf` and `terraform.tfvars`, as `terraform fmt` lays them out, and how they are applied. */
export const TERRAFORM: Emitter = {
  target: 'terraform',
  describe: 'Terraform: azurerm, and AzAPI for what azurerm has no words for',
  emit: (plan) => {
    if (plan.modules.length === 0) return { files: [], losses: lossesOf(plan) };
    const { text, writer, hasAzapi } = mainFile(plan);
    const files: EmittedFile[] = [
      terraformPage(plan),
      { path: 'main.tf', text },
      { path: 'terraform.tf', text: settingsFile(plan, hasAzapi) },
      { path: 'terraform.tfvars', text: valuesFile(writer) },
      { path: 'variables.tf', text: variablesFile(writer) },
    ];
    return { files, losses: lossesOf(plan) };
  },
};

interface MainFile {
  readonly text: string;
  readonly writer: Writer;
  readonly hasAzapi: boolean;
}

function mainFile(plan: DeploymentPlan): MainFile {
  const marks = new Marks();
  const units = cutUnits(plan, marks);
  const writer = writerFor(plan, marks, units);
  const written = new Map<Unit, readonly Entry[]>();
  const standings = units.map((unit) => {
    const deps = new Set<string>();
    written.set(unit, unitEntries({ ...writer, current: unit, deps }, unit));
    return { unit, refers: deps, waits: waitsOf(writer, unit, deps, units) };
  });
  const resources = orderUnits(standings).map((one) => {
    // What others read of an answer is known when all of it was written once.
    const isAsked = writer.used.exports.has(labelled(one.unit));
    const entries = isAsked ? undefined : written.get(one.unit);
    return resourceText(writer, one, entries);
  });
  // First, for it may ask for the id of the group.
  const locals = localsBlock(writer);
  const { blocks, hasAzapi } = dataBlocks(writer);
  const texts = [hclComment(headerOf(plan)), ...locals, ...blocks, ...resources];
  return {
    text: texts.join('\n\n').concat('\n'),
    writer,
    hasAzapi: hasAzapi || units.some(({ form }) => form.kind === 'azapi'),
  };
}

function writerFor(plan: DeploymentPlan, marks: Marks, units: readonly Unit[]): Writer {
  const variables = variableNames(plan);
  const locals = new LocalNames();
  // Generated texts are locals under the names of their variables.
  for (const name of variables.values()) locals.take('local', name, 'local');
  return {
    plan,
    marks,
    byKey: new Map<string, PlanResource>(plan.resources.map((one) => [one.key, one])),
    units: new Map(
      units.flatMap((unit) => (unit.part === undefined ? [[unit.owner.key, unit] as const] : [])),
    ),
    parts: new Map(
      units.flatMap((unit) => {
        const path = unit.part?.path ?? '';
        return path === '' ? [] : [[partKey(unit.owner.key, path), unit] as const];
      }),
    ),
    parameters: new Map(plan.parameters.map((one) => [one.name, one])),
    variables,
    locals: new Map(plan.variables.map(({ name }) => [name, locals.take('local', name, 'local')])),
    used: nothingUsed(),
    current: undefined,
    deps: new Set(),
  };
}

function resourceText(
  writer: Writer,
  { unit, dependsOn }: Ordered,
  known: readonly Entry[] | undefined,
): string {
  const entries = known ?? unitEntries({ ...writer, current: unit, deps: new Set() }, unit);
  const waits =
    dependsOn.length === 0 ? [] : [GAP, linedArgument('depends_on', waitLines(dependsOn))];
  const head = `resource ${hclString(unit.terraform)} ${hclString(unit.label)}`;
  return blockLines(head, [...entries, ...waits]).join('\n');
}

function waitLines(labels: readonly string[]): readonly string[] {
  const [only] = labels;
  if (labels.length === 1) return [`[${only}]`];
  return ['[', ...labels.map((label) => `  ${label},`), ']'];
}

function localsBlock(writer: Writer): readonly string[] {
  const entries = writer.plan.variables
    .filter(({ name }) => writer.used.locals.has(name))
    .map(({ name, value }) =>
      linedArgument(writer.locals.get(name) ?? name, valueLines(writer, writer.marks.value(value))),
    );
  const all = [...generatedTexts(writer), ...entries];
  return all.length === 0 ? [] : [blockLines('locals', all).join('\n')];
}

/** Names that Azure makes of the id of the group, made of the same id here: 13 letters and digits. */
function generatedTexts(writer: Writer): readonly Entry[] {
  const { plan } = writer;
  return usedParameters(writer).flatMap((parameter) => {
    const { default: made } = parameter;
    if (made?.kind !== 'unique-text') return [];
    const name = writer.variables.get(parameter.name) ?? parameter.name;
    const group = [...plan.scopes.values()].find(
      ({ kind, name: given }) => kind === 'resource-group' && given === undefined,
    );
    const whole = scopeExpression(writer, group ?? homeSubscription(plan));
    const id = printed(made.seed === undefined ? whole : joined([whole, made.seed]));
    return argument(name, `coalesce(var.${name}, substr(sha1(${id}), 0, 13))`);
  });
}

function homeSubscription({ home }: DeploymentPlan): PlanScope {
  const key = `/subscriptions/${home.subscription}`;
  return { key, kind: 'subscription', title: key };
}
