import { compareText, folderOf } from '../file-paths.ts';
import { resolvePath } from '../import-templates.ts';
import { evaluateParametersFile, type ParametersFile } from './parameters-file.ts';
import { type BicepDocument, parseBicep } from './parse-bicep.ts';
import type { Statement } from './syntax.ts';
import { type TranslatedBicep, translateBicep } from './translate-bicep.ts';
import { isLocalModule } from './translate-module.ts';
import type { LoadedText } from './translation.ts';

/** The Bicep files of a folder as templates and parameter files, and how they belong together. */
export interface BicepFolder {
  /** As written, by path; what was loaded on the way included. */
  readonly documents: ReadonlyMap<string, BicepDocument>;
  /** Every `.bicep` file, translated. */
  readonly templates: ReadonlyMap<string, TranslatedBicep>;
  /** Files that no other one deploys, and that do not only exist to be imported. */
  readonly roots: readonly string[];
  /** What a file deploys as modules, and these in turn, whether their conditions hold or not. */
  readonly modulesOf: (path: string) => readonly string[];
  readonly parameterFiles: ReadonlyMap<string, ParametersFile>;
  /** The parameter file of a template, when exactly one is meant for it. */
  readonly parametersFor: ReadonlyMap<string, string>;
  /** Files of nothing but what others import: types, functions, variables. */
  readonly shared: ReadonlySet<string>;
  /** Templates with several parameter files, none of which is meant more than the others. */
  readonly ambiguous: ReadonlyMap<string, readonly string[]>;
  /** Files read only because another one names them. */
  readonly loaded: ReadonlySet<string>;
}

/** Modules of modules, imports of imports: real chains are three or four long. */
const ROUNDS_MAX = 20;

/**
 * Translates the Bicep files of a folder. Files they import, load or deploy are loaded as they are asked for, and
 * whatever asked for one is translated again.
 * @param load the text at a path, if it may be read and is there
 */
export async function readBicepFolder(
  documents: ReadonlyMap<string, BicepDocument>,
  load: (path: string) => Promise<LoadedText | undefined>,
): Promise<BicepFolder> {
  const work = new Map(documents);
  const texts = new Map<string, LoadedText | undefined>();
  const templates = new Map<string, TranslatedBicep>();
  const parameterFiles = new Map<string, ParametersFile>();
  let waiting = [...work.keys()];
  for (let round = 0; waiting.length > 0 && round < ROUNDS_MAX; round += 1) {
    const missing = new Set<string>();
    const wantedBy = new Map<string, Set<string>>();
    for (const path of waiting) {
      const want = (wanted: string) => {
        if (!texts.has(wanted)) missing.add(wanted);
        const askers = wantedBy.get(wanted) ?? new Set();
        wantedBy.set(wanted, askers.add(path));
      };
      const files = filesFor(work, texts, want);
      const document = work.get(path)!;
      if (isParameterFile(path)) {
        const file = evaluateParametersFile(document, path, files);
        parameterFiles.set(path, file);
        if (file.using !== undefined) files.document(file.using);
      } else {
        templates.set(path, translateBicep(document, path, files));
        for (const module of modulesIn(document, path))
          if (!work.has(module)) files.document(module);
      }
    }
    const next = new Set<string>();
    for (const path of [...missing].sort(compareText)) {
      const loaded = await load(path);
      texts.set(path, loaded);
      if (loaded === undefined) continue;
      for (const asker of wantedBy.get(path) ?? []) next.add(asker);
      if (/\.bicep$/i.test(path)) {
        work.set(path, parseBicep(loaded.text, loaded.source));
        next.add(path);
      }
    }
    waiting = [...next].sort(compareText);
  }
  const loadedPaths = [...work.keys()].filter((path) => !documents.has(path));
  const modulesOf = moduleGraph(work);
  const shared = sharedIn(work);
  // A parameter file named by itself brings the file it is for.
  const named = new Set([
    ...documents.keys(),
    ...[...parameterFiles].flatMap(([path, { using }]) => (documents.has(path) ? [using] : [])),
  ]);
  return {
    documents: work,
    templates,
    roots: rootsOf(
      [...templates.keys()].filter((path) => named.has(path) && !shared.has(path)),
      modulesOf,
    ),
    shared,
    modulesOf,
    parameterFiles,
    ...pairParameterFiles(parameterFiles, templates),
    loaded: new Set(loadedPaths),
  };
}

function isParameterFile(path: string): boolean {
  return /\.bicepparam$/i.test(path);
}

function filesFor(
  documents: ReadonlyMap<string, BicepDocument>,
  texts: ReadonlyMap<string, LoadedText | undefined>,
  want: (path: string) => void,
) {
  return {
    document: (path: string) => {
      const document = documents.get(path);
      if (document === undefined && /\.bicep(?:param)?$/i.test(path)) want(path);
      return document;
    },
    text: (path: string) => {
      want(path);
      return texts.get(path);
    },
  };
}

/** Imported by others, and deploying nothing. */
function sharedIn(documents: ReadonlyMap<string, BicepDocument>): ReadonlySet<string> {
  const imported = new Set<string>();
  for (const [path, { statements }] of documents) {
    for (const statement of statements) {
      if (statement.kind !== 'import') continue;
      imported.add(resolvePath(folderOf(path), statement.from.value));
    }
  }
  const deploys = ({ kind }: Statement) =>
    kind === 'resource' || kind === 'module' || kind === 'output' || kind === 'parameter';
  return new Set(
    [...imported].filter((path) => !(documents.get(path)?.statements ?? []).some(deploys)),
  );
}

/** The local modules a file names, Bicep and JSON, by whole path. */
function modulesIn(document: BicepDocument, path: string): readonly string[] {
  const found = new Set<string>();
  for (const statement of document.statements) {
    if (statement.kind !== 'module' || !isLocalModule(statement.path.value)) continue;
    found.add(resolvePath(folderOf(path), statement.path.value));
  }
  return [...found];
}

/** All that is deployed by a file, itself left out. */
function moduleGraph(
  documents: ReadonlyMap<string, BicepDocument>,
): (path: string) => readonly string[] {
  const direct = new Map<string, readonly string[]>();
  for (const [path, document] of documents) direct.set(path, modulesIn(document, path));
  return (path) => {
    const reached = new Set<string>();
    const stack = [...(direct.get(path) ?? [])];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (reached.has(next)) continue;
      reached.add(next);
      stack.push(...(direct.get(next) ?? []));
    }
    reached.delete(path);
    return [...reached].sort(compareText);
  };
}

/** Of files that deploy each other in a ring the first one stands on its own. */
function rootsOf(
  paths: readonly string[],
  modulesOf: (path: string) => readonly string[],
): readonly string[] {
  const sorted = [...paths].sort(compareText);
  const targets = new Set(sorted.flatMap(modulesOf));
  const roots = sorted.filter((path) => !targets.has(path));
  const reached = new Set(roots.flatMap((path) => [path, ...modulesOf(path)]));
  for (const path of sorted) {
    if (reached.has(path)) continue;
    roots.push(path);
    for (const each of [path, ...modulesOf(path)]) reached.add(each);
  }
  return roots.sort(compareText);
}

/** `using` says what a parameter file is for. Of several for one template that of its own name is meant, or none. */
function pairParameterFiles(
  parameterFiles: ReadonlyMap<string, ParametersFile>,
  templates: ReadonlyMap<string, TranslatedBicep>,
): Pick<BicepFolder, 'parametersFor' | 'ambiguous'> {
  const candidates = new Map<string, string[]>();
  for (const [path, { using }] of parameterFiles) {
    if (using === undefined || !templates.has(using)) continue;
    candidates.set(using, [...(candidates.get(using) ?? []), path].sort(compareText));
  }
  const parametersFor = new Map<string, string>();
  const ambiguous = new Map<string, readonly string[]>();
  for (const [template, paths] of candidates) {
    const ownName = `${template}param`;
    const chosen = paths.length === 1 ? paths[0] : paths.find((path) => path === ownName);
    if (chosen === undefined) ambiguous.set(template, paths);
    else parametersFor.set(template, chosen);
  }
  return { parametersFor, ambiguous };
}
