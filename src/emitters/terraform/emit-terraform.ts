import { lossesOf } from '../arm/emit-arm.ts';
import { type EmittedFile, type Emitter, headerOf } from '../emitter.ts';
import type { DeploymentPlan, Loss, PlanResource } from '../plan/index.ts';
import { cutUnits } from './cut-units.ts';
import { dataBlocks } from './data-blocks.ts';
import { argument, blockLines, GAP } from './hcl-layout.ts';
import { hclComment, hclString, LocalNames } from './hcl-text.ts';
import { Marks } from './marks.ts';
import { type Ordered, orderUnits } from './order-units.ts';
import type { Unit } from './unit.ts';
import {
  settingsFile,
  usedParameters,
  valuesFile,
  variableNames,
  variablesFile,
} from './variables.ts';
import { waitsOf } from './waits.ts';
import { unitEntries } from './write-unit.ts';
import { nothingUsed, partKey, valueLines, type Writer } from './writer.ts';

/** `main.tf`, `variables.tf`, `terraform.tf` and `terraform.tfvars`, as `terraform fmt` lays them out. */
export const TERRAFORM: Emitter = {
  target: 'terraform',
  describe: 'Terraform: azurerm, and AzAPI for what azurerm has no words for',
  emit: (plan) => {
    if (plan.modules.length === 0) return { files: [], losses: lossesOf(plan) };
    const { text, writer, hasAzapi } = mainFile(plan);
    const files: EmittedFile[] = [
      { path: 'main.tf', text },
      { path: 'terraform.tf', text: settingsFile(plan, hasAzapi) },
      { path: 'terraform.tfvars', text: valuesFile(writer) },
      { path: 'variables.tf', text: variablesFile(writer) },
    ];
    return { files, losses: [...lossesOf(plan), ...generatedNames(writer)] };
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
  // What others read of an answer is known when all of it was written once.
  for (const unit of units) unitEntries({ ...writer, current: unit, deps: new Set() }, unit);
  const standings = units.map((unit) => {
    const deps = new Set<string>();
    unitEntries({ ...writer, current: unit, deps }, unit);
    return { unit, refers: deps, waits: waitsOf(writer, unit, deps, units) };
  });
  const resources = orderUnits(standings).map((one) => resourceText(writer, one));
  const { blocks, hasAzapi } = dataBlocks(writer);
  const texts = [hclComment(headerOf(plan)), ...localsBlock(writer), ...blocks, ...resources];
  return {
    text: texts.join('\n\n').concat('\n'),
    writer,
    hasAzapi: hasAzapi || units.some(({ form }) => form.kind === 'azapi'),
  };
}

function writerFor(plan: DeploymentPlan, marks: Marks, units: readonly Unit[]): Writer {
  const locals = new LocalNames();
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
    variables: variableNames(plan),
    locals: new Map(plan.variables.map(({ name }) => [name, locals.take('local', name, 'local')])),
    used: nothingUsed(),
    current: undefined,
    deps: new Set(),
  };
}

function resourceText(writer: Writer, { unit, dependsOn }: Ordered): string {
  const entries = unitEntries({ ...writer, current: unit, deps: new Set() }, unit);
  const waits =
    dependsOn.length === 0 ? [] : [GAP, argument('depends_on', ...waitLines(dependsOn))];
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
      argument(writer.locals.get(name) ?? name, ...valueLines(writer, writer.marks.value(value))),
    );
  return entries.length === 0 ? [] : [blockLines('locals', entries).join('\n')];
}

/** Terraform has no text that is made of the group's id alone. */
function generatedNames(writer: Writer): readonly Loss[] {
  return usedParameters(writer)
    .filter((parameter) => parameter.default?.kind === 'unique-text')
    .map(({ name }) => ({
      what: `variable ${writer.variables.get(name)}`,
      why: 'Azure made this text of the id of the group; give it 13 letters and digits of your own',
    }));
}
