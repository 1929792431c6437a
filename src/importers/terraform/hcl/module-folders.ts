import { itemsOf, member, stringOf } from '../../../values/index.ts';
import type { LoadedText } from '../../bicep/index.ts';
import { below, compareText, folderOf } from '../../file-paths.ts';
import { resolvePath } from '../../import-templates.ts';
import { parseJson } from '../../json/index.ts';
import { isLocalSource, type ModuleLibrary, sourceOf } from './modules/module-call.ts';
import { type ModuleSource, moduleSourceOf } from './modules/module-source.ts';
import { readTerraformSource, roleOf, type TerraformSource } from './read-source.ts';

/** What may be asked for besides the files given; nothing outside of what the person named answers. */
export interface Beside {
  readonly loadText: (path: string) => Promise<LoadedText | undefined>;
  /** Names of the files in a folder. */
  readonly list: (folder: string) => Promise<readonly string[]>;
}

/** Installed modules of one configuration that are looked at. */
const INSTALLED_MAX = 200;
const FILES_MAX = 200;

/** Folders that hold configurations, each a module; those outside the files given are loaded when they are called. */
export class ModuleFolders {
  /** Files nobody named, read because a module call leads to them. */
  readonly loaded = new Map<string, TerraformSource>();
  private readonly files = new Map<string, TerraformSource[]>();
  private readonly modules = new Map<string, ModuleSource>();
  private readonly installed = new Map<string, ReadonlyMap<string, string>>();
  private readonly beside: Beside;

  constructor(files: readonly (readonly [string, TerraformSource])[], beside: Beside) {
    this.beside = beside;
    for (const [path, source] of files) this.add(folderOf(path), source);
  }

  /** Folders no other folder calls as a local module. Of folders that call each other the first one stands for all. */
  roots(): readonly string[] {
    const folders = [...this.files.keys()].sort(compareText);
    const called = new Map(folders.map((folder) => [folder, new Set(this.localCalls(folder))]));
    const targets = new Set<string>();
    for (const [folder, calls] of called) {
      for (const target of calls) if (target !== folder) targets.add(target);
    }
    const roots: string[] = [];
    const reached = new Set<string>();
    const enter = (root: string) => {
      roots.push(root);
      const stack = [root];
      for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
        if (reached.has(next)) continue;
        reached.add(next);
        stack.push(...(called.get(next) ?? []));
      }
    };
    for (const folder of folders) if (!targets.has(folder)) enter(folder);
    for (const folder of folders) if (!reached.has(folder)) enter(folder);
    return roots;
  }

  /** Loads what the modules of a root lead to. */
  async complete(root: string): Promise<void> {
    const dirs = await this.installedBy(root);
    this.installed.set(root, dirs);
    const seen = new Set<string>();
    const waiting = [root, ...dirs.values()];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      if (!this.files.has(next)) await this.load(next);
      waiting.push(...this.localCalls(next));
    }
  }

  at(folder: string): ModuleSource | undefined {
    const known = this.modules.get(folder);
    if (known !== undefined) return known;
    const files = this.files.get(folder);
    if (files === undefined) return undefined;
    const module = moduleSourceOf(
      folder,
      files.map(({ file }) => file),
    );
    this.modules.set(folder, module);
    return module;
  }

  libraryOf(root: string): ModuleLibrary {
    return {
      at: (folder) => this.at(normal(folder)),
      installed: (calls) => this.installed.get(root)?.get(calls),
    };
  }

  private add(folder: string, source: TerraformSource): void {
    const files = this.files.get(folder);
    if (files === undefined) this.files.set(folder, [source]);
    else files.push(source);
  }

  private localCalls(folder: string): readonly string[] {
    const calls = this.at(folder)?.calls.values() ?? [];
    return [...calls]
      .map(sourceOf)
      .filter(isLocalSource)
      .map((source) => normal(resolvePath(folder, source)));
  }

  private async load(folder: string): Promise<void> {
    const names = (await this.beside.list(folder)).filter(
      (name) => roleOf(name) === 'configuration',
    );
    for (const name of [...names].sort(compareText).slice(0, FILES_MAX)) {
      const path = below(folder, name);
      const loaded = await this.beside.loadText(path);
      const source =
        loaded === undefined ? undefined : readTerraformSource(path, loaded.text, loaded.source);
      if (source === undefined) continue;
      this.loaded.set(path, source);
      this.add(folder, source);
    }
  }

  /** `.terraform/modules/modules.json`, which `terraform init` writes. */
  private async installedBy(root: string): Promise<ReadonlyMap<string, string>> {
    const dirs = new Map<string, string>();
    const loaded = await this.beside.loadText(below(root, '.terraform/modules/modules.json'));
    if (loaded === undefined) return dirs;
    const { value } = parseJson(loaded.text, loaded.source);
    for (const entry of itemsOf(member(value, 'Modules')).slice(0, INSTALLED_MAX)) {
      const key = stringOf(member(entry, 'Key'));
      const dir = stringOf(member(entry, 'Dir'));
      if (key === undefined || key === '' || dir === undefined || dir.startsWith('/')) continue;
      dirs.set(key, normal(resolvePath(root, dir)));
    }
    return dirs;
  }
}

/** The folder files without one lie in is `.`. */
function normal(folder: string): string {
  return folder === '' ? '.' : folder;
}
