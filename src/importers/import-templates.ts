import type { Value } from '../values/index.ts';
import { type ArmTemplateOptions, importArmTemplate } from './arm-template/index.ts';
import { below, compareText, folderOf } from './file-paths.ts';
import type { ImportedPart } from './imported-part.ts';

export interface TemplateOptions extends Omit<ArmTemplateOptions, 'parameters' | 'readLinked'> {
  /** Parameter files of a template, the later wins. */
  readonly parametersOf: (template: string) => readonly Value[];
  /** What a template deploys, as far as it says so: a condition that is false hides it from evaluation. */
  readonly linksOf?: (template: string) => readonly string[];
}

export interface ImportedTemplate {
  readonly path: string;
  readonly part: ImportedPart;
  /** Files its deployments link to, found or not, by their full path. */
  readonly links: readonly string[];
}

/** Files that templates may link to, loaded so far. `undefined` means looked for, and not there. */
export type LinkedFiles = Map<string, Value | undefined>;

/** Links of links: real chains are two or three long. */
const ROUNDS_MAX = 20;

/**
 * Evaluates templates that may link to each other. A link to a file not loaded yet is loaded, and the templates that
 * want it are evaluated again. Templates that another one deploys are not deployed by themselves: they are left out
 * of the result, and named in the `links` of the others.
 * @param load the JSON at a path, if it may be read and is there
 */
export async function importTemplates(
  templates: ReadonlyMap<string, Value>,
  linked: LinkedFiles,
  options: TemplateOptions,
  load: (path: string) => Promise<Value | undefined>,
): Promise<readonly ImportedTemplate[]> {
  const done = new Map<string, ImportedTemplate>();
  let waiting = [...templates.keys()].sort(compareText);
  for (let round = 0; waiting.length > 0 && round < ROUNDS_MAX; round += 1) {
    const missing = new Set<string>();
    for (const path of waiting) {
      done.set(path, importOne(path, templates.get(path)!, linked, options, missing));
    }
    for (const path of missing) linked.set(path, await load(path));
    waiting = [...done.values()]
      .filter((template) => template.links.some((link) => missing.has(link)))
      .filter((template) => template.links.some((link) => linked.get(link) !== undefined))
      .map((template) => template.path);
  }
  const roots = rootsOf(done);
  return [...done.values()].filter((template) => roots.has(template.path));
}

function importOne(
  path: string,
  root: Value,
  linked: LinkedFiles,
  options: TemplateOptions,
  missing: Set<string>,
): ImportedTemplate {
  const folder = folderOf(path);
  const { parametersOf, linksOf, ...rest } = options;
  const links = new Set<string>(linksOf?.(path));
  const part = importArmTemplate(root, {
    ...rest,
    parameters: parametersOf(path),
    readLinked: (relative) => {
      const target = resolvePath(folder, relative);
      links.add(target);
      if (!linked.has(target)) missing.add(target);
      return linked.get(target);
    },
  });
  return { path, part, links: [...links].sort(compareText) };
}

/** `..` goes up; a path that leaves the start of a relative one keeps its `..`. */
export function resolvePath(folder: string, relative: string): string {
  const full = below(folder, relative.replaceAll('\\', '/'));
  const isAbsolute = full.startsWith('/');
  const parts: string[] = [];
  for (const part of full.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '..' || !isAbsolute) parts.push(part);
  }
  return (isAbsolute ? '/' : '') + parts.join('/');
}

/** Templates that stand on their own. Of templates that deploy each other the first one does. */
function rootsOf(templates: ReadonlyMap<string, ImportedTemplate>): ReadonlySet<string> {
  const targets = new Set<string>();
  for (const template of templates.values()) {
    for (const link of template.links) if (link !== template.path) targets.add(link);
  }
  const roots = new Set<string>();
  const reached = new Set<string>();
  const enter = (path: string) => {
    roots.add(path);
    const stack = [path];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (reached.has(next)) continue;
      reached.add(next);
      stack.push(...(templates.get(next)?.links ?? []));
    }
  };
  for (const path of templates.keys()) if (!targets.has(path)) enter(path);
  for (const path of [...templates.keys()].sort(compareText)) if (!reached.has(path)) enter(path);
  return roots;
}
