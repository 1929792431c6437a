import { lossesOf } from '../arm/emit-arm.ts';
import { stackPage } from '../deploying/deploy-page.ts';
import { type EmittedFile, type Emitter, headerOf } from '../emitter.ts';
import type { DeploymentPlan, PlanModule, PlanResource } from '../plan/index.ts';
import {
  existingLines,
  moduleLines,
  parameterLines,
  partLines,
  resourceLines,
} from './bicep-declarations.ts';
import { bicepLines } from './bicep-expression.ts';
import { type BicepFile, openFile } from './bicep-file.ts';
import { bicepComment, bicepString } from './bicep-text.ts';
import { bicepModules } from './themes.ts';

/** `main.bicep`, modules per resource group or per theme unless there is little to say, `main.bicepparam`, and how it is deployed. */
export const BICEP: Emitter = {
  target: 'bicep',
  describe: 'Bicep: main.bicep, modules per group or theme, main.bicepparam',
  emit: (plan) => {
    if (plan.modules.length === 0) return { files: [], losses: lossesOf(plan) };
    const files = [
      ...bicepFiles(plan),
      parameterFile(plan),
      stackPage(plan, 'main.bicep', 'main.bicepparam'),
    ];
    files.sort((a, b) => (a.path < b.path ? -1 : 1));
    return { files, losses: lossesOf(plan) };
  },
};

type Block = readonly string[];

function bicepFiles(plan: DeploymentPlan): readonly EmittedFile[] {
  const byKey = new Map(plan.resources.map((resource) => [resource.key, resource]));
  const modules = bicepModules(plan);
  const [only] = plan.modules;
  if (modules === undefined && only !== undefined) {
    const { file, blocks } = moduleBlocks(plan, byKey, only);
    return [{ path: 'main.bicep', text: printed(file, 'resource-group', blocks, true) }];
  }
  const home = plan.level === 'resource-group' ? only?.scope : undefined;
  const root = openFile(plan, byKey, home ?? homeScope(plan), new Set());
  const files: EmittedFile[] = [];
  const calls: Block[] = [];
  for (const module of modules ?? []) {
    const { file, blocks } = moduleBlocks(plan, byKey, module);
    const level = plan.scopes.get(module.scope)?.kind ?? 'resource-group';
    const text = printed(file, level, blocks, false);
    files.push({ path: `modules/${module.name}.bicep`, text });
    const parameters = plan.parameters.flatMap(({ name }) =>
      file.parameters.has(name) ? [name] : [],
    );
    calls.push(moduleLines(root, module, parameters));
  }
  return [{ path: 'main.bicep', text: printed(root, plan.level, calls, true) }, ...files];
}

function homeScope(plan: DeploymentPlan): string {
  const own = [...plan.scopes.values()].find(
    ({ kind, subscription }) => kind === 'subscription' && subscription === undefined,
  );
  return own?.key ?? '/subscriptions/';
}

function moduleBlocks(
  plan: DeploymentPlan,
  byKey: ReadonlyMap<string, PlanResource>,
  module: PlanModule,
): { readonly file: BicepFile; readonly blocks: readonly Block[] } {
  const own = new Set(module.resources);
  const file = openFile(plan, byKey, module.scope, own);
  const deployed = module.resources.flatMap((key) => byKey.get(key) ?? []);
  const blocks = deployed.flatMap((resource) => [
    partLines(file, resource),
    resourceLines(file, resource),
  ]);
  const existing = plan.resources
    .filter(({ key }) => file.existing.has(key))
    .map((resource) => existingLines(file, resource));
  return { file, blocks: [...existing, ...blocks] };
}

/** The blocks were made first: only then it is known what they use. */
function printed(
  file: BicepFile,
  level: string,
  blocks: readonly Block[],
  isRoot: boolean,
): string {
  const { plan } = file;
  const used = plan.parameters.filter(({ name }) => file.parameters.has(name));
  const parameters = used.map((parameter) => parameterLines(file, parameter, isRoot));
  const variables = plan.variables
    .filter(({ name }) => file.variables.has(name))
    .map(({ name, value }) => {
      const [first = '', ...rest] = bicepLines(file, value);
      return [`var ${name} = ${first}`, ...rest];
    });
  const head = level === 'subscription' ? ["targetScope = 'subscription'"] : [];
  const all = [[bicepComment(headerOf(plan))], head, ...parameters, ...variables, ...blocks];
  return `${all
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** What the input knows, and as comments what somebody must say. */
function parameterFile(plan: DeploymentPlan): EmittedFile {
  const given = plan.parameters.flatMap(({ name, value }) =>
    value === undefined
      ? []
      : [`param ${name} = ${typeof value === 'string' ? bicepString(value) : String(value)}`],
  );
  const missing = plan.parameters.filter(
    (parameter) => parameter.default === undefined && parameter.value === undefined,
  );
  const open = missing.flatMap(({ name, type, description, isSecure }) => [
    bicepComment(description),
    isSecure
      ? `// param ${name} = readEnvironmentVariable('${name.toUpperCase()}')`
      : `// param ${name} = ${EXAMPLES[type]}`,
  ]);
  const blocks = [
    [bicepComment(headerOf(plan))],
    ["using 'main.bicep'"],
    given,
    missing.length === 0 ? [] : ['// The input does not say these. Give each a value.', ...open],
  ];
  const text = blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
  return { path: 'main.bicepparam', text: `${text}\n` };
}

const EXAMPLES = { string: "''", int: '0', bool: 'true', object: '{}', array: '[]' } as const;
