import type { Diagnostic, Gap } from '../../../../diagnostics/index.ts';
import type { ObjectValue, Unknown } from '../../../../values/index.ts';
import type { TerraformResource } from '../../terraform-resource.ts';
import { STEPS_MAX } from '../evaluate/budget.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { newRun, type ProjectFiles, placeIn, type Run } from '../evaluate/run.ts';
import type { HclFile } from '../syntax/parse-hcl.ts';
import type { Expression } from '../syntax/syntax-tree.ts';
import { toValue } from '../values/to-value.ts';
import { givenInputs } from './given-inputs.ts';
import type { ModuleLibrary } from './module-call.ts';
import type { ModuleSource } from './module-source.ts';
import { type OpenModule, type OpenResource, openModule } from './open-module.ts';

export interface ConfigurationInputs {
  readonly library: ModuleLibrary;
  readonly files: ProjectFiles;
  /** `terraform.tfvars`, `*.auto.tfvars` and files the person named, the later counts. */
  readonly values: readonly HclFile[];
  /** By name, from the command line: they count before all files. */
  readonly parameters: Readonly<Record<string, string>>;
}

export interface EvaluatedConfiguration {
  readonly resources: readonly TerraformResource[];
  readonly diagnostics: readonly Diagnostic[];
  readonly gaps: readonly Gap[];
  /** Folders of the modules it is made of, its own first. */
  readonly folders: readonly string[];
  /** The text of an expression of the root module, where it is known. */
  readonly textOf: (expression: Expression, file: HclFile) => string | undefined;
}

/** A root module and all it calls, as resources (iac-formats 4.1). Never throws; its work is bounded. */
export function evaluateConfiguration(
  root: ModuleSource,
  given: ConfigurationInputs,
): EvaluatedConfiguration {
  const run = newRun(given.files, root.folder, STEPS_MAX);
  const module = openModule(root, {
    run,
    library: given.library,
    address: '',
    exists: undefined,
    via: [],
    inputs: givenInputs(root, given.values, given.parameters, run),
    around: [root.folder],
    path: '.',
  });
  const resources: TerraformResource[] = [];
  const sources = new Set<ModuleSource>();
  const folders = new Set<string>();
  const visit = (one: OpenModule) => {
    folders.add(one.source.folder);
    sources.add(one.source);
    for (const resource of one.resources()) resources.push(resourceOf(resource, one, run));
    for (const inner of one.modules()) visit(inner);
  };
  visit(module);
  const declared = [...sources].flatMap(({ diagnostics }) => diagnostics);
  return {
    resources,
    diagnostics: [...declared, ...run.diagnostics],
    gaps: run.gaps,
    folders: [...folders],
    textOf: (expression, file) => {
      const value = evaluate(expression, module.scopeOf(file));
      return value.kind === 'string' ? value.value : undefined;
    },
  };
}

/** A resource with every argument worked out. */
function resourceOf(
  { declared, address, instance, value }: OpenResource,
  module: OpenModule,
  run: Run,
): TerraformResource {
  const scope = { ...module.scopeOf(declared.file), via: instance.via };
  const at = placeIn(scope, declared.start);
  const broken = declared.parts.find(({ body }) => body.isBroken);
  if (broken !== undefined) {
    const why = 'a part of it cannot be read, so not all it says is known';
    run.gaps.push({ what: `Terraform resource ${address}`, why, at });
  }
  const exists: Unknown | undefined = module.exists ?? instance.exists;
  return {
    address,
    mode: declared.mode,
    type: declared.type,
    values: valuesOf(value, declared.type, at),
    ...(exists === undefined ? {} : { exists }),
    at,
  };
}

function valuesOf(value: OpenResource['value'], type: string, at: ObjectValue['at']): ObjectValue {
  const members = new Map<
    string,
    { name: string; value: ReturnType<typeof toValue>; at: typeof at }
  >();
  for (const [name, item] of value.members) {
    // `body = jsonencode({ … })`: an unknown part must not hide the others.
    const isBody = /^azapi_/.test(type) && item.kind === 'unknown' && item.encodes !== undefined;
    const told = toValue(isBody && item.kind === 'unknown' ? item.encodes! : item);
    members.set(name.toLowerCase(), { name, value: told, at: item.at });
  }
  return { kind: 'object', members, at };
}
