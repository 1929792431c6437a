import { itemsOf, member, stringOf, type Value } from '../../../values/index.ts';
import { stepsOfAddress } from './address.ts';
import type { ShownResource } from './module-resources.ts';

/** The configuration part of a plan: what refers to what, as written (iac-formats 4.1). */
export class Configuration {
  private readonly root: Value | undefined;
  private readonly modules = new Map<string, Value | undefined>();
  private readonly resources = new WeakMap<Value, ReadonlyMap<string, Value>>();
  private readonly instances = new Map<string, ShownResource[]>();
  private readonly addresses = new Set<string>();

  constructor(root: Value | undefined, resources: readonly ShownResource[]) {
    this.root = root;
    for (const resource of resources) {
      this.addresses.add(resource.module);
      const key = `${resource.module}|${writtenAs(resource)}`;
      const known = this.instances.get(key);
      if (known === undefined) this.instances.set(key, [resource]);
      else known.push(resource);
    }
  }

  /** The module at an address like `module.hub["weu"].module.inner`: keys of instances do not matter. */
  module(address: string): Value | undefined {
    if (this.modules.has(address)) return this.modules.get(address);
    let here = member(this.root, 'root_module');
    for (const { name } of stepsOfAddress(address)) {
      if (name === 'module') continue;
      here = member(member(member(here, 'module_calls'), name), 'module');
    }
    this.modules.set(address, here);
    return here;
  }

  /** Is there a module instance of exactly that address? */
  hasModule(address: string): boolean {
    return this.addresses.has(address);
  }

  /** What a resource is written like, in its module. */
  resource(resource: ShownResource): Value | undefined {
    const module = this.module(resource.module);
    if (module === undefined) return undefined;
    let known = this.resources.get(module);
    if (known === undefined) {
      const entries = itemsOf(member(module, 'resources')).flatMap((entry) => {
        const address = stringOf(member(entry, 'address'));
        return address === undefined ? [] : [[address, entry] as const];
      });
      known = new Map(entries);
      this.resources.set(module, known);
    }
    return known.get(writtenAs(resource));
  }

  /** The instances a resource of a module has. */
  instancesOf(module: string, written: string): readonly ShownResource[] {
    return this.instances.get(`${module}|${written}`) ?? [];
  }

  /** The expressions a module is called with. */
  call(module: string): Value | undefined {
    const steps = stepsOfAddress(module);
    const name = steps.at(-1)?.name;
    if (name === undefined) return undefined;
    return member(
      member(member(this.module(parentOf(module)), 'module_calls'), name),
      'expressions',
    );
  }
}

/** `module.hub["weu"].module.inner` lies in `module.hub["weu"]`. */
export function parentOf(module: string): string {
  const steps = stepsOfAddress(module).slice(0, -2);
  return steps
    .map(({ name, key }) => (key === undefined ? name : `${name}[${JSON.stringify(key)}]`))
    .join('.');
}

function writtenAs({ mode, type, name }: ShownResource): string {
  return `${mode === 'data' ? 'data.' : ''}${type}.${name}`;
}
