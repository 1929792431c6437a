import type { Diagnostic, Gap } from '../../diagnostics/index.ts';
import type { ObjectValue, Value } from '../../values/index.ts';
import type { BicepFolder } from './bicep-folder.ts';

/** What is done with each Bicep file of a folder, beside the templates that are there as JSON. */
export interface BicepPlan {
  /** Evaluated on their own, by path. */
  readonly templates: ReadonlyMap<string, ObjectValue>;
  /** Compiled forms of modules: they are deployed by others, never on their own. */
  readonly deployedOnly: ReadonlySet<string>;
  /** What links lead to; `undefined` for a module that is not there. */
  readonly linked: ReadonlyMap<string, Value | undefined>;
  /** All that a template deploys, whether conditions hold or not. */
  readonly linksOf: (template: string) => readonly string[];
  readonly parameters: readonly {
    readonly template: string;
    readonly path: string;
    readonly root: ObjectValue;
  }[];
  /** Files that are not read, and why: their compiled form is, or they were not chosen. */
  readonly leftOut: ReadonlyMap<string, string>;
  readonly diagnostics: readonly Diagnostic[];
  readonly gaps: readonly Gap[];
}

/**
 * Compiled JSON beside a Bicep file wins over it (iac-formats 3), for what is deployed on its own and for modules
 * alike; parameter files of the source are then parameters of the compiled form.
 * @param compiled templates that the Bicep compiler wrote, by path
 * @param chosen parameter files the person named: for their templates no other is taken
 */
export function planBicep(
  folder: BicepFolder,
  compiled: ReadonlyMap<string, Value>,
  chosen: ReadonlySet<string>,
): BicepPlan {
  const isCompiled = (path: string) => compiled.has(compiledPath(path));
  const ownRoots = folder.roots.filter((path) => !isCompiled(path));
  const templates = new Map(ownRoots.map((path) => [path, folder.templates.get(path)!.root]));
  const modules = new Set(folder.roots.flatMap((path) => folder.modulesOf(path)));
  const deployed = ownRoots.flatMap((path) => folder.modulesOf(path));
  const used = new Set([...ownRoots, ...deployed, ...folder.shared]);
  const linked = new Map<string, Value | undefined>();
  for (const path of modules) {
    if (!/\.bicep$/i.test(path)) continue;
    linked.set(path, compiled.get(compiledPath(path)) ?? folder.templates.get(path)?.root);
  }
  const linksOf = (template: string): readonly string[] => {
    const source = folder.templates.has(template) ? template : sourceOf(template, folder);
    const links = source === undefined ? [] : folder.modulesOf(source);
    return [...links, ...links.map(compiledPath).filter((path) => compiled.has(path))];
  };
  const parameters: BicepPlan['parameters'][number][] = [];
  const chosenFor = new Set([...chosen].map((path) => folder.parameterFiles.get(path)?.using));
  for (const [template, path] of folder.parametersFor) {
    const { root } = folder.parameterFiles.get(path)!;
    const target = isCompiled(template) ? compiledPath(template) : template;
    if (!chosenFor.has(template)) parameters.push({ template: target, path, root });
  }
  const given = new Set(parameters.map(({ path }) => path));
  const isUsed = (path: string) => (used.has(path) && !isCompiled(path)) || given.has(path);
  const paths = [...folder.documents.keys()].filter(isUsed);
  return {
    templates,
    deployedOnly: new Set([...modules].map(compiledPath).filter((path) => compiled.has(path))),
    linked,
    linksOf,
    parameters,
    leftOut: leftOut(folder, given, (path) => (used.has(path) ? undefined : isCompiled(path))),
    diagnostics: [
      ...[...folder.ambiguous.keys()]
        .filter((template) => !chosenFor.has(template))
        .map((template) => severalFiles(folder, template)),
      ...paths.flatMap((path) => folder.documents.get(path)?.diagnostics ?? []),
      ...paths.flatMap((path) => folder.templates.get(path)?.diagnostics ?? []),
      ...paths.flatMap((path) => folder.parameterFiles.get(path)?.diagnostics ?? []),
    ],
    gaps: paths.flatMap((path) => folder.templates.get(path)?.gaps ?? []),
  };
}

function severalFiles(folder: BicepFolder, template: string): Diagnostic {
  const paths = (folder.ambiguous.get(template) ?? []).map((path) => `\`${path}\``).join(', ');
  return {
    code: 'bicep/parameters-ambiguous',
    severity: 'warning',
    message: `several parameter files are for \`${template}\`: ${paths}; none was used`,
    at: folder.templates.get(template)!.root.at,
    hint: 'choose one: --parameters FILE',
  };
}

/** @param isCompiled `undefined` for a file that is read after all */
function leftOut(
  folder: BicepFolder,
  given: ReadonlySet<string>,
  isCompiled: (path: string) => boolean | undefined,
): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>();
  for (const path of folder.templates.keys()) {
    const beside = isCompiled(path);
    if (beside === undefined) continue;
    const whole = 'compiled into the template that deploys it, which is read instead';
    reasons.set(path, beside ? 'its compiled form beside it is read instead' : whole);
  }
  for (const [path, { using }] of folder.parameterFiles) {
    if (given.has(path)) continue;
    const isKnown = using !== undefined && folder.templates.has(using);
    const none = 'the file it is for is not here; name it as a parameter file to use it';
    const other = 'another parameter file is used, or several could be; name it to use it';
    reasons.set(path, isKnown ? other : none);
  }
  return reasons;
}

function compiledPath(path: string): string {
  return path.replace(/\.bicep$/i, '.json');
}

function sourceOf(template: string, folder: BicepFolder): string | undefined {
  const path = template.replace(/\.json$/i, '.bicep');
  return folder.templates.has(path) ? path : undefined;
}
