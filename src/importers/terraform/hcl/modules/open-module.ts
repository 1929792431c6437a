import { through } from '../../../../diagnostics/index.ts';
import type { Unknown } from '../../../../values/index.ts';
import { unknownAt } from '../../../arm-template/unknowns.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import {
  type Names,
  placeIn,
  type Run,
  report,
  type Scope,
  type Slot,
  settle,
  slotOf,
} from '../evaluate/run.ts';
import type { HclFile } from '../syntax/parse-hcl.ts';
import { type HclValue, type Mapping, mapping, sequence, textValue } from '../values/hcl-value.ts';
import { type Expansion, expansionOf, type Instance } from './expansion.ts';
import { LazyMembers } from './lazy-members.ts';
import { callModule, type ModuleLibrary } from './module-call.ts';
import {
  argumentsOf,
  type Declaration,
  type ModuleSource,
  type ResourceDeclaration,
} from './module-source.ts';
import { resourceValue } from './resource-body.ts';
import { type Input, variableValue } from './variables.ts';

/** A module with its variables given: what it is made of is worked out when somebody asks. */
export interface OpenModule {
  readonly source: ModuleSource;
  /** Empty for the root, `module.hub["weu"]` else. */
  readonly address: string;
  readonly exists: Unknown | undefined;
  readonly via: readonly string[];
  readonly resources: () => readonly OpenResource[];
  readonly modules: () => readonly OpenModule[];
  readonly outputs: Mapping;
  readonly scopeOf: (file: HclFile) => Scope;
}

export interface OpenResource {
  readonly declared: ResourceDeclaration;
  readonly address: string;
  readonly instance: Instance;
  readonly value: Mapping;
}

export interface ModuleInputs {
  readonly run: Run;
  readonly library: ModuleLibrary;
  readonly address: string;
  readonly exists: Unknown | undefined;
  readonly via: readonly string[];
  readonly inputs: ReadonlyMap<string, Input>;
  /** Folders of the modules around, the root first. */
  readonly around: readonly string[];
  /** `path.module`. */
  readonly path: string;
}

/** What `count` and `for_each` made of something, and the value that names it in expressions. */
interface Expanded<T> {
  readonly items: readonly T[];
  readonly value: HclValue;
}

export function openModule(source: ModuleSource, given: ModuleInputs): OpenModule {
  const { run, address, via } = given;
  const prefix = address === '' ? '' : `${address}.`;
  const variables = slotsOf(source.variables, (one) =>
    variableValue(one, address, given.inputs.get(one.name), run, via),
  );
  const locals = slotsOf(source.locals, ({ file, expression }, name) =>
    evaluate(expression, scopeOf(file, names, through(via, `local.${name}`))),
  );
  const outputs = slotsOf(source.outputs, (one) => outputValue(one));
  const resources = slotsOf(source.resources, (one) => expandResource(one));
  const calls = slotsOf(source.calls, (one) => expandCall(one));

  const cycle = (what: string, start: Declaration | undefined): HclValue => {
    const file = start?.file ?? [...source.locals.values()][0]?.file;
    const at =
      file === undefined
        ? { source: emptySource, offset: 0 }
        : placeIn(scopeOf(file), start?.start ?? 0);
    report(run, 'terraform/cycle', 'error', `\`${what}\` depends on itself`, at);
    run.failures += 1;
    return unknownAt(at, 'malformed', what, 'a value that does not need itself');
  };

  const names: Names = { folder: given.path, resolve };

  function scopeOf(file: HclFile, known: Names = names, way = via): Scope {
    return { run, file, names: known, local: undefined, via: way };
  }

  function resolve(root: string, name: string, kind: string | undefined): HclValue | string {
    if (kind !== undefined) return resourceNamed(`${kind}.${root}.${name}`);
    switch (root) {
      case 'var':
        return slotValue(variables, source.variables, root, name);
      case 'local': {
        const slot = locals.get(name);
        if (slot === undefined) return `there is no local \`${name}\``;
        const { file, expression } = source.locals.get(name)!;
        const start: Declaration = { name, parts: [], file, start: expression.start };
        return settle(run, slot, () => cycle(`local.${name}`, start));
      }
      case 'module': {
        const slot = calls.get(name);
        if (slot === undefined) return `there is no module \`${name}\``;
        const onCycle = () => ({
          items: [],
          value: cycle(`module.${name}`, source.calls.get(name)),
        });
        return settle(run, slot, onCycle).value;
      }
      case 'path':
        return pathValue(name);
      case 'terraform':
        return name === 'workspace'
          ? textValue('default', placeOfModule())
          : `\`terraform.${name}\` is not known`;
      case 'each':
      case 'count':
        return `\`${root}.${name}\` means nothing without \`${root === 'each' ? 'for_each' : 'count'}\``;
      case 'self':
        return '`self` means nothing here';
      default:
        return resourceNamed(`${root}.${name}`);
    }
  }

  function slotValue(
    slots: ReadonlyMap<string, Slot<HclValue>>,
    declared: ReadonlyMap<string, Declaration>,
    root: string,
    name: string,
  ): HclValue | string {
    const slot = slots.get(name);
    if (slot === undefined) return `there is no variable \`${name}\``;
    return settle(run, slot, () => cycle(`${root}.${name}`, declared.get(name)));
  }

  function resourceNamed(key: string): HclValue | string {
    const slot = resources.get(key);
    if (slot === undefined) return `there is no resource \`${key}\``;
    const onCycle = () => ({ items: [], value: cycle(key, source.resources.get(key)) });
    return settle(run, slot, onCycle).value;
  }

  function placeOfModule() {
    const [first] = [
      ...source.resources.values(),
      ...source.locals.values(),
      ...source.calls.values(),
    ];
    return first === undefined
      ? { source: emptySource, offset: 0 }
      : placeIn(scopeOf(first.file), 0);
  }

  function pathValue(name: string): HclValue | string {
    const at = placeOfModule();
    if (name === 'module') return textValue(given.path, at);
    if (name === 'root') return textValue('.', at);
    if (name !== 'cwd') return `\`path.${name}\` is not known`;
    const missing = 'the folder the configuration is applied from';
    return unknownAt(at, 'run-time', 'path.cwd', missing, 'terraform-path:cwd');
  }

  function outputValue(declared: Declaration): HclValue {
    const written = argumentsOf(declared);
    const value = written.get('value');
    const scope = scopeOf(declared.file, names, through(via, `output ${declared.name}`));
    const at = placeIn(scope, declared.start);
    const sensitive = written.get('sensitive');
    if (sensitive !== undefined) {
      const isSensitive = evaluate(sensitive.expression, scope);
      if (isSensitive.kind === 'boolean' && isSensitive.value) {
        return unknownAt(
          at,
          'secret',
          `output ${declared.name}`,
          `the sensitive output ${declared.name}`,
        );
      }
    }
    if (value === undefined) return { kind: 'null', at };
    return evaluate(value.expression, { ...scope, file: value.file });
  }

  function expandResource(declared: ResourceDeclaration): Expanded<OpenResource> {
    const kind = declared.mode === 'data' ? 'data.' : '';
    const base = `${prefix}${kind}${declared.type}.${declared.name}`;
    const expansion = expansionOf(declared, base, (file) => scopeOf(file));
    const items = expansion.instances.map((instance): OpenResource => {
      const own = namesOf(instance);
      const full = base + instance.suffix;
      const value = resourceValue(declared, full, (file) => scopeOf(file, own, instance.via));
      return { declared, address: full, instance, value };
    });
    const at = placeIn(scopeOf(declared.file), declared.start);
    return {
      items,
      value: namedValue(
        expansion,
        items.map(({ value }) => value),
        base,
        at,
      ),
    };
  }

  function expandCall(declared: Declaration): Expanded<OpenModule | undefined> {
    const base = `${prefix}module.${declared.name}`;
    const expansion = expansionOf(declared, base, (file) => scopeOf(file));
    const opened = expansion.instances.map((instance) =>
      callModule({
        declared,
        address: base + instance.suffix,
        exists: given.exists ?? instance.exists,
        scopeOf: (file) => scopeOf(file, namesOf(instance), instance.via),
        caller: given,
        folder: source.folder,
      }),
    );
    const at = placeIn(scopeOf(declared.file), declared.start);
    const values = opened.map(({ outputs: told }) => told);
    return {
      items: opened.map(({ module }) => module),
      value: namedValue(expansion, values, base, at),
    };
  }

  function namesOf({ each, count }: Instance): Names {
    if (each === undefined && count === undefined) return names;
    return {
      folder: names.folder,
      resolve: (root, name, kind) => {
        if (kind === undefined && root === 'each' && each !== undefined) {
          if (name === 'key' || name === 'value') return each[name];
        }
        if (kind === undefined && root === 'count' && name === 'index' && count !== undefined)
          return count;
        return names.resolve(root, name, kind);
      },
    };
  }

  const told = new Map(
    [...outputs].map(([name, slot]) => [
      name,
      () => settle(run, slot, () => cycle(`output.${name}`, source.outputs.get(name))),
    ]),
  );
  return {
    source,
    address,
    exists: given.exists,
    via,
    resources: () => [...resources.keys()].flatMap((key) => settledItems(resources, key)),
    modules: () =>
      [...calls.keys()].flatMap((key) =>
        settledItems(calls, key).filter((one): one is OpenModule => one !== undefined),
      ),
    outputs: {
      kind: 'mapping',
      type: 'object',
      members: new LazyMembers(told),
      open: { address, path: '', isComplete: true },
      at: placeOfModule(),
    },
    scopeOf: (file) => scopeOf(file),
  };

  function settledItems<T>(
    slots: ReadonlyMap<string, Slot<Expanded<T>>>,
    key: string,
  ): readonly T[] {
    const slot = slots.get(key)!;
    const nothing: Expanded<T> = { items: [], value: { kind: 'null', at: placeOfModule() } };
    return settle(run, slot, () => nothing).items;
  }
}

const emptySource = { file: 'terraform', lineStarts: [0] };

function slotsOf<D, T>(
  declared: ReadonlyMap<string, D>,
  evaluateOne: (one: D, name: string) => T,
): ReadonlyMap<string, Slot<T>> {
  return new Map([...declared].map(([name, one]) => [name, slotOf(() => evaluateOne(one, name))]));
}

/** What the name of something with instances is: one of them, a list, or an object by key. */
function namedValue(
  { kind, instances, rest }: Expansion,
  values: readonly HclValue[],
  address: string,
  at: HclValue['at'],
): HclValue {
  const certain = values.filter((_, index) => instances[index]?.suffix !== '[?]');
  const more = rest === undefined ? {} : { rest };
  switch (kind) {
    case 'single':
      return values[0] ?? unknownAt(at, 'malformed', address, 'how often it is there');
    case 'count':
      return { ...sequence('tuple', certain, at), ...more };
    case 'each': {
      const keys = instances.flatMap(({ key }) => (key === undefined ? [] : [String(key)]));
      return {
        ...mapping(
          'object',
          keys.map((key, index) => [key, certain[index]!]),
          at,
        ),
        ...more,
      };
    }
  }
}
