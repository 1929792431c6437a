import { through } from '../../../../diagnostics/index.ts';
import type { Unknown } from '../../../../values/index.ts';
import { resolvePath } from '../../../import-templates.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { placeIn, report, type Scope, settle, slotOf } from '../evaluate/run.ts';
import type { HclFile } from '../syntax/parse-hcl.ts';
import type { HclValue, Mapping } from '../values/hcl-value.ts';
import { LazyMembers } from './lazy-members.ts';
import { argumentsOf, type Declaration, type ModuleSource } from './module-source.ts';
import { type ModuleInputs, type OpenModule, openModule } from './open-module.ts';
import type { Input } from './variables.ts';

/** Folders of modules that are at hand. */
export interface ModuleLibrary {
  /** The module in a folder; `undefined` when none of its files is among those given. */
  readonly at: (folder: string) => ModuleSource | undefined;
  /** Where `terraform init` put a module of a registry or repository, by its calls: `hub.subnets`. */
  readonly installed: (calls: string) => string | undefined;
}

interface ModuleCall {
  readonly declared: Declaration;
  readonly address: string;
  readonly exists: Unknown | undefined;
  readonly scopeOf: (file: HclFile) => Scope;
  readonly caller: ModuleInputs;
  /** Of the module that calls. */
  readonly folder: string;
}

const META: ReadonlySet<string> = new Set([
  'source',
  'version',
  'count',
  'for_each',
  'providers',
  'depends_on',
]);
/** Modules inside each other: real ones are three or four deep. */
const LEVELS_MAX = 20;

/** The module a call opens, or only what is known of it where its files are not at hand. */
export function callModule(call: ModuleCall): {
  readonly module: OpenModule | undefined;
  readonly outputs: HclValue;
} {
  const { declared, address, caller, scopeOf } = call;
  const { run } = caller;
  const scope = scopeOf(declared.file);
  const at = placeIn(scope, declared.start);
  const written = sourceOf(declared);
  const found = findSource(call, written);
  if (typeof found === 'string') {
    const given = [...argumentsOf(declared).keys()].filter((name) => !META.has(name));
    const list = given.length === 0 ? '' : `; it is given ${given.join(', ')}`;
    run.gaps.push({
      what: `Terraform module ${address} (${written ?? 'no source'})`,
      why: `${found}, so what it deploys is not known${list}`,
      at,
    });
    return { module: undefined, outputs: closed(address, at) };
  }
  if (caller.around.includes(found.folder) || caller.around.length >= LEVELS_MAX) {
    const message = `\`${address}\` is a module inside itself, or too deep inside others`;
    report(run, 'terraform/cycle', 'error', message, at);
    return { module: undefined, outputs: closed(address, at) };
  }
  const module = openModule(found, {
    run,
    library: caller.library,
    address,
    exists: call.exists,
    via: through(scope.via, `module ${declared.name}`),
    inputs: inputsOf(call),
    around: [...caller.around, found.folder],
    path: relativeFolder(run.rootFolder, found.folder),
  });
  return { module, outputs: module.outputs };
}

/** The literal `source` of a module call. */
export function sourceOf(declared: Declaration): string | undefined {
  const value = argumentsOf(declared).get('source')?.expression;
  return value?.kind === 'literal' && typeof value.value === 'string' ? value.value : undefined;
}

export function isLocalSource(source: string | undefined): source is string {
  return source !== undefined && /^\.\.?(?:\/|$)/.test(source);
}

/** The module, or why it is not at hand. */
function findSource(call: ModuleCall, written: string | undefined): ModuleSource | string {
  const { caller, folder, address } = call;
  if (isLocalSource(written)) {
    const target = resolvePath(folder, written) || '.';
    return caller.library.at(target) ?? `${target} is not among the files given`;
  }
  if (written === undefined) return 'its `source` is not a plain text';
  const calls = address.replace(/\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\]/g, '').replaceAll('module.', '');
  const installed = caller.library.installed(calls);
  const source = installed === undefined ? undefined : caller.library.at(installed);
  return source ?? 'it comes from elsewhere and is not installed (terraform init)';
}

function inputsOf({ declared, scopeOf, caller }: ModuleCall): ReadonlyMap<string, Input> {
  const inputs = new Map<string, Input>();
  for (const [name, { file, expression }] of argumentsOf(declared)) {
    if (META.has(name)) continue;
    const slot = slotOf(() => evaluate(expression, scopeOf(file)));
    inputs.set(name, () =>
      settle(caller.run, slot, () =>
        evaluate({ ...expression, kind: 'malformed', why: 'cycle' }, scopeOf(file)),
      ),
    );
  }
  return inputs;
}

/** Every output is unknown, each with an identity. */
function closed(address: string, at: HclValue['at']): Mapping {
  const members = new LazyMembers(new Map());
  return { kind: 'mapping', type: 'object', members, open: { address, path: '' }, at };
}

/** `path.module`: from the root module, as Terraform shows it. */
export function relativeFolder(root: string, folder: string): string {
  const from = partsOf(root);
  const to = partsOf(folder);
  let shared = 0;
  while (shared < from.length && from[shared] === to[shared]) shared += 1;
  const up = from.slice(shared).map(() => '..');
  return [...up, ...to.slice(shared)].join('/') || '.';
}

function partsOf(folder: string): readonly string[] {
  return folder.split('/').filter((part) => part !== '' && part !== '.');
}
