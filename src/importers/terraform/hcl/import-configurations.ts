import type { Diagnostic, Gap } from '../../../diagnostics/index.ts';
import { baseNameOf, compareText, folderOf } from '../../file-paths.ts';
import type { ImportOptions } from '../../import-options.ts';
import type { ImportedPart } from '../../imported-part.ts';
import { armResourcesOf } from '../azurerm/index.ts';
import { type Beside, ModuleFolders } from './module-folders.ts';
import {
  type EvaluatedConfiguration,
  evaluateConfiguration,
} from './modules/evaluate-configuration.ts';
import { providerSettings } from './provider-settings.ts';
import type { TerraformSource } from './read-source.ts';
import type { HclFile } from './syntax/parse-hcl.ts';

export interface ConfigurationFolder {
  readonly sources: ReadonlyMap<string, TerraformSource>;
  /** Files of values the person named, the later counts. */
  readonly given: readonly TerraformSource[];
  /** Paths of all files that were looked at, for `fileset`. */
  readonly paths: readonly string[];
  /** The plan or state that lies in a folder: it says more than the configuration beside it. */
  readonly planIn: (folder: string) => string | undefined;
  readonly beside: Beside;
}

export interface ImportedConfigurations {
  readonly parts: readonly ImportedPart[];
  /** What became of each file. */
  readonly details: ReadonlyMap<string, FileDetail>;
}

export interface FileDetail {
  readonly outcome: 'read' | 'skipped';
  readonly detail: string;
}

type Options = Pick<ImportOptions, 'subscriptionId' | 'resourceGroup' | 'parameters'>;

/** Files that expressions read are loaded between rounds; real chains are one or two long. */
const ROUNDS_MAX = 5;

/**
 * The Terraform configurations of a folder: every folder of `.tf` files that no other calls as a module is one. Each is
 * evaluated as far as it can be without Azure (iac-formats 4.1). 5,000 rules take half a second.
 */
export async function importConfigurations(
  folder: ConfigurationFolder,
  options: Options,
): Promise<ImportedConfigurations> {
  const written = [...folder.sources].filter(([, { role }]) => role === 'configuration');
  const folders = new ModuleFolders(written, folder.beside);
  const parts: ImportedPart[] = [];
  const details = new Map<string, FileDetail>();
  const used = new Set<string>();
  for (const root of folders.roots()) {
    const plan = folder.planIn(root);
    if (plan !== undefined) {
      skip(folder, root, `${baseNameOf(plan)} beside it says more, and is read instead`, details);
      continue;
    }
    await folders.complete(root);
    const values = valuesOf(folder, root);
    const evaluated = await settled(folders, root, values, folder, options);
    const lock = folder.sources.get(root === '.' ? LOCK : `${root}/${LOCK}`)?.file;
    const settings = providerSettings(filesIn(folder, root), lock, evaluated.textOf);
    const { subscriptionId, resourceGroup } = options;
    const part = armResourcesOf(evaluated.resources, {
      ...settings,
      ...(subscriptionId === undefined ? {} : { subscriptionId }),
      ...(resourceGroup === undefined ? {} : { resourceGroup }),
    });
    const gaps: readonly Gap[] = [...evaluated.gaps, ...part.gaps];
    parts.push({ ...part, diagnostics: [...evaluated.diagnostics, ...part.diagnostics], gaps });
    for (const [path] of values)
      details.set(path, { outcome: 'read', detail: `values for ${root}` });
    note(folder, evaluated, root, details);
    for (const one of evaluated.folders) used.add(one);
  }
  for (const [path, source] of [...folder.sources, ...folders.loaded]) {
    if (source.role === 'configuration' && !used.has(folderOf(path))) {
      // Modules of a configuration whose plan is read.
      if (!details.has(path)) {
        details.set(path, { outcome: 'skipped', detail: 'a module of what a plan or state says' });
      }
    } else if (source.role !== 'configuration' && !details.has(path)) {
      details.set(path, leftOver(source));
    }
  }
  parts.push(saidOnce(folder, folders, details));
  return { parts, details };
}

const LOCK = '.terraform.lock.hcl';

async function settled(
  folders: ModuleFolders,
  root: string,
  values: readonly (readonly [string, TerraformSource])[],
  folder: ConfigurationFolder,
  options: Options,
): Promise<EvaluatedConfiguration> {
  const texts = new Map<string, string | undefined>();
  const inputs = [...values.map(([, { file }]) => file), ...folder.given.map(({ file }) => file)];
  for (let round = 1; ; round += 1) {
    const missing = new Set<string>();
    const result = evaluateConfiguration(folders.at(root)!, {
      library: folders.libraryOf(root),
      files: {
        text: (path) => {
          if (!texts.has(path)) missing.add(path);
          return texts.get(path);
        },
        below: (base) => folder.paths.filter((path) => base === '.' || path.startsWith(`${base}/`)),
      },
      values: inputs,
      parameters: options.parameters ?? {},
    });
    if (missing.size === 0 || round >= ROUNDS_MAX) return result;
    for (const path of missing) texts.set(path, (await folder.beside.loadText(path))?.text);
  }
}

/** In the order Terraform reads them: `terraform.tfvars`, its JSON form, then `*.auto.tfvars` by name. */
function valuesOf(
  folder: ConfigurationFolder,
  root: string,
): readonly (readonly [string, TerraformSource])[] {
  const rank = (path: string) => {
    const name = baseNameOf(path);
    if (name === 'terraform.tfvars') return 0;
    if (name === 'terraform.tfvars.json') return 1;
    return /\.auto\.tfvars(?:\.json)?$/.test(name) ? 2 : 3;
  };
  return [...folder.sources]
    .filter(([path, { role }]) => role === 'values' && folderOf(path) === root && rank(path) < 3)
    .sort(([a], [b]) => rank(a) - rank(b) || compareText(a, b));
}

function filesIn(folder: ConfigurationFolder, root: string): readonly HclFile[] {
  return [...folder.sources]
    .filter(([path, { role }]) => role === 'configuration' && folderOf(path) === root)
    .map(([, { file }]) => file);
}

function skip(
  folder: ConfigurationFolder,
  root: string,
  detail: string,
  details: Map<string, FileDetail>,
): void {
  for (const path of folder.sources.keys()) {
    if (folderOf(path) === root) details.set(path, { outcome: 'skipped', detail });
  }
}

function note(
  folder: ConfigurationFolder,
  evaluated: EvaluatedConfiguration,
  root: string,
  details: Map<string, FileDetail>,
): void {
  const counts = new Map<string, number>();
  for (const { at } of evaluated.resources) {
    counts.set(at.source.file, (counts.get(at.source.file) ?? 0) + 1);
  }
  for (const [path, { role }] of folder.sources) {
    if (role !== 'configuration' || !evaluated.folders.includes(folderOf(path))) continue;
    const count = counts.get(path) ?? 0;
    const module = folderOf(path) === root ? '' : `, as a module of ${root}`;
    const detail = `${count} resource${count === 1 ? '' : 's'}${module}`;
    details.set(path, { outcome: 'read', detail });
  }
}

function leftOver({ role }: TerraformSource): FileDetail {
  if (role === 'lock') return { outcome: 'read', detail: 'versions of providers' };
  const detail = 'Terraform reads it only when it is named; name it with --parameters to use it';
  return { outcome: 'skipped', detail };
}

/** What is wrong with the texts, of the files that are read. */
function saidOnce(
  folder: ConfigurationFolder,
  folders: ModuleFolders,
  details: ReadonlyMap<string, FileDetail>,
): ImportedPart {
  const diagnostics: Diagnostic[] = folder.given.flatMap((source) => source.diagnostics);
  const gaps: Gap[] = [];
  for (const [path, source] of [...folder.sources, ...folders.loaded]) {
    if (details.get(path)?.outcome === 'skipped') continue;
    diagnostics.push(...source.diagnostics);
    if (source.role !== 'configuration' || !isBroken(source.file)) continue;
    const why = 'a part of it cannot be read, so nothing that part declares is known';
    const at = { source: source.file.source, offset: 0 };
    gaps.push({ what: `Terraform file ${path}`, why, at });
  }
  return { resources: [], objects: [], diagnostics, gaps };
}

/** Broken resources are gaps of their own. */
function isBroken({ body }: HclFile): boolean {
  return (
    body.isBroken ||
    body.blocks.some((block) => block.body.isBroken && !/^(?:resource|data)$/.test(block.type))
  );
}
