import {
  type Diagnostic,
  type Gap,
  placeless,
  sourceText,
  wholeFile,
} from '../diagnostics/index.ts';
import type { FileReport } from '../model/index.ts';
import { member, type Value } from '../values/index.ts';
import { parameterFileOf } from './arm-template/index.ts';
import {
  type BicepDocument,
  type BicepPlan,
  type LoadedText,
  parseBicep,
  planBicep,
  readBicepFolder,
} from './bicep/index.ts';
import { folderOf } from './file-paths.ts';
import type { ImportOptions } from './import-options.ts';
import {
  type ImportedTemplate,
  importTemplates,
  type LinkedFiles,
  resolvePath,
} from './import-templates.ts';
import { declaredVariables, importTerraform } from './import-terraform.ts';
import { parseJson } from './json/index.ts';
import { parameterFileNames, parametersOf, templateOf, withoutNulls } from './pair-parameters.ts';
import { counted, type ReadFile } from './read-file.ts';
import type { UnreadKind } from './recognise.ts';
import type { SnapshotPart } from './snapshot/index.ts';
import type { TerraformSource } from './terraform/hcl/index.ts';
import { gapOf, unreadReport } from './unread-files.ts';

type Json = { readonly value: Value | undefined; readonly diagnostics: readonly Diagnostic[] };

/** Files read one by one, and what may still be asked for. */
export interface FolderContent {
  readonly files: readonly ReadFile[];
  /** Parameter files the person named. */
  readonly given: readonly ({
    readonly path: string;
    readonly bicep?: BicepDocument;
    readonly terraform?: TerraformSource;
  } & Json)[];
  /** The JSON at a path a template refers to; `undefined` when it may not be read or is not there. */
  readonly load: (path: string) => Promise<Json | undefined>;
  /** The text at such a path. */
  readonly loadText: (path: string) => Promise<LoadedText | undefined>;
  /** Names of the files in such a folder. */
  readonly list: (folder: string) => Promise<readonly string[]>;
}

/** What the files say together: templates with their parameters and links, patches told from objects. */
export async function importContent(
  folder: FolderContent,
  options: ImportOptions,
): Promise<{ readonly parts: readonly SnapshotPart[]; readonly reports: readonly FileReport[] }> {
  const templates = new Templates(folder, options);
  await templates.import();
  const terraform = await importTerraform(folder, options);
  const patches = patchesOf(folder.files);
  const parts: SnapshotPart[] = [...templates.parts, ...terraform.parts];
  const reports: FileReport[] = [];
  for (const file of folder.files) {
    const { path, content } = file;
    const isPatch = patches.has(path) && content.kind === 'part';
    if (isPatch) reports.push(unreadReport(path, 'kustomize-patch', folderOf(path)));
    else reports.push(terraform.reportOf(file) ?? templates.reportOf(file));
    const kept = content.kind === 'part' && !isPatch ? [content.part] : [];
    parts.push(...kept, onlySaid(isPatch ? [] : file.diagnostics, isPatch ? [] : file.gaps));
  }
  reports.push(...templates.loadedReports());
  parts.push(onlySaid([], unreadGaps(folder.files)));
  return { parts, reports };
}

function onlySaid(diagnostics: readonly Diagnostic[], gaps: readonly Gap[]): SnapshotPart {
  return { resources: [], objects: [], diagnostics, gaps };
}

/** Files that kustomizations apply to other objects: read as objects they would contradict them. */
function patchesOf(files: readonly ReadFile[]): ReadonlySet<string> {
  const patches = new Set<string>();
  for (const { path, content } of files) {
    if (content.kind !== 'kustomization') continue;
    for (const patch of content.kustomization.patches) {
      patches.add(resolvePath(folderOf(path), patch));
    }
  }
  return patches;
}

/** One gap for a folder and kind of file: forty Terraform files are one thing not read. */
function unreadGaps(files: readonly ReadFile[]): readonly Gap[] {
  const groups = new Map<string, { kind: UnreadKind; files: ReadFile[] }>();
  for (const file of files) {
    if (file.content.kind !== 'unread' || file.report.outcome !== 'not-understood') continue;
    const kind = file.content.as;
    if (gapOf(kind) === undefined) continue;
    const key = `${kind} ${folderOf(file.path)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { kind, files: [file] });
    else group.files.push(file);
  }
  return [...groups.values()].map(({ kind, files: [first, ...others] }) => {
    const { path, report } = first!;
    const more = others.length === 0 ? '' : ` and ${others.length} more in ${folderOf(path)}`;
    const what = `${report.recognisedAs} ${path}${more}`;
    return { what, why: gapOf(kind)!, at: wholeFile(path) };
  });
}

/** The templates of a folder, the parameter files that are theirs, and what became of both. */
class Templates {
  parts: readonly SnapshotPart[] = [];
  private readonly folder: FolderContent;
  private readonly options: ImportOptions;
  private readonly templates = new Map<string, Value>();
  private readonly compiled = new Map<string, Value>();
  private readonly documents = new Map<string, BicepDocument>();
  private readonly givenBicep = new Map<string, Value>();
  /** Bicep files nobody named, read because another one needs them. */
  private readonly loadedBicep = new Set<string>();
  private bicep: BicepPlan | undefined;
  private readonly linked: LinkedFiles = new Map();
  /** Parameter files by the template they belong to. */
  private readonly parameters = new Map<string, { path: string; root: Value }[]>();
  /** Files nobody named, read because a template refers to them. */
  private readonly loaded = new Map<string, Json>();
  private imported: readonly ImportedTemplate[] = [];

  constructor(folder: FolderContent, options: ImportOptions) {
    this.folder = folder;
    this.options = options;
    for (const { path, content } of folder.files) {
      if (content.kind === 'template') {
        this.templates.set(path, content.root);
        if (content.compiler !== undefined) this.compiled.set(path, content.root);
      }
      if (content.kind === 'template' || content.kind === 'parameters') {
        this.linked.set(path, content.root);
      }
      if (content.kind === 'bicep') this.documents.set(path, content.document);
    }
  }

  async import(): Promise<void> {
    await this.addBicep();
    for (const { path, content } of this.folder.files) {
      if (content.kind !== 'parameters') continue;
      const template = templateOf(path, this.templates);
      if (template !== undefined) this.attach(template, path, content.root);
    }
    for (const template of this.templates.keys()) await this.lookBeside(template);
    const { subscriptionId, resourceGroup, location, assumptions } = this.options;
    const everywhere = this.givenParameters();
    this.imported = await importTemplates(
      this.templates,
      this.linked,
      {
        ...(subscriptionId === undefined ? {} : { subscriptionId }),
        ...(resourceGroup === undefined ? {} : { resourceGroup }),
        ...(location === undefined ? {} : { location }),
        ...(assumptions === undefined ? {} : { assumptions }),
        parametersOf: (template) => [
          ...(this.parameters.get(template) ?? []).map((file) => file.root),
          ...everywhere,
        ],
        linksOf: (template) => this.bicep?.linksOf(template) ?? [],
      },
      (path) => this.load(path),
    );
    this.parts = [
      ...this.imported.map((template) => template.part),
      onlySaid(
        [
          ...[...this.loaded.values(), ...this.folder.given].flatMap((file) => file.diagnostics),
          ...this.unusedParameters(),
          ...(this.bicep?.diagnostics ?? []),
        ],
        this.bicep?.gaps ?? [],
      ),
    ];
  }

  /** Bicep files become templates like those of JSON; what they deploy as modules is not read on its own. */
  private async addBicep(): Promise<void> {
    const documents = new Map(this.documents);
    for (const { path, bicep } of this.folder.given)
      if (bicep !== undefined) documents.set(path, bicep);
    if (documents.size === 0) return;
    await this.lookBesideBicep(documents);
    const folder = await readBicepFolder(documents, (path) => this.folder.loadText(path));
    const chosen = new Set(this.folder.given.map(({ path }) => path));
    const plan = planBicep(folder, this.compiled, chosen);
    this.bicep = plan;
    for (const path of folder.documents.keys()) {
      if (!this.documents.has(path) && !chosen.has(path)) this.loadedBicep.add(path);
    }
    for (const [path, root] of plan.templates) this.templates.set(path, root);
    for (const [path, root] of [...plan.templates, ...plan.linked]) this.linked.set(path, root);
    for (const path of plan.deployedOnly) this.templates.delete(path);
    for (const { template, path, root } of plan.parameters) {
      this.parameters.set(template, [{ path, root }]);
    }
    for (const { path, bicep } of this.folder.given) {
      const file = bicep === undefined ? undefined : folder.parameterFiles.get(path);
      if (file !== undefined) this.givenBicep.set(path, file.root);
    }
  }

  /** A Bicep file named by itself may have a parameter file beside it that was not named. */
  private async lookBesideBicep(documents: Map<string, BicepDocument>): Promise<void> {
    for (const path of [...documents.keys()]) {
      const beside = `${path}param`;
      if (!/\.bicep$/i.test(path) || documents.has(beside)) continue;
      const loaded = await this.folder.loadText(beside);
      if (loaded !== undefined) documents.set(beside, parseBicep(loaded.text, loaded.source));
    }
  }

  /** Given by name and declared by no template: misspelt, it would leave a default standing without a word. */
  private unusedParameters(): readonly Diagnostic[] {
    const variables = declaredVariables(this.folder.files).map((name) => name.toLowerCase());
    const declared = new Set<string>(variables);
    for (const root of this.templates.values()) {
      const parameters = member(root, 'parameters');
      if (parameters?.kind === 'object')
        for (const name of parameters.members.keys()) declared.add(name);
    }
    return Object.keys(this.options.parameters ?? {})
      .filter((name) => !declared.has(name.toLowerCase()))
      .map((name) => ({
        code: 'arm/parameter-unused',
        severity: 'warning',
        message: `no template declares parameter \`${name}\``,
        at: placeless(`parameter ${name}`),
      }));
  }

  /** Files that were read although they are not among those of the folder. */
  loadedReports(): readonly FileReport[] {
    const bicep = [...this.loadedBicep].map((path): FileReport => {
      const recognisedAs = /param$/i.test(path) ? 'Bicep parameter file' : 'Bicep source';
      return this.bicepReport(path, { file: path, outcome: 'read', recognisedAs, detail: '' });
    });
    const json = [...this.loaded].map(([path, { value }]) => {
      const isParameters = value !== undefined && parameterFileOf(value) !== undefined;
      const recognisedAs = isParameters ? 'parameter file' : 'ARM template';
      const report: FileReport = { file: path, outcome: 'read', recognisedAs, detail: '' };
      return isParameters
        ? this.parameterReport(path, report)
        : { ...report, detail: `deployed by ${this.deployerOf(path)}` };
    });
    return [...bicep, ...json];
  }

  /** The report of a file once it is known how it belongs to the others. */
  reportOf(file: ReadFile): FileReport {
    const { path, content, report } = file;
    if (content.kind === 'template') return { ...report, detail: this.templateDetail(path) };
    if (content.kind === 'parameters') return this.parameterReport(path, report);
    if (content.kind === 'bicep') return this.bicepReport(path, report);
    return report;
  }

  private bicepReport(path: string, report: FileReport): FileReport {
    if (this.parametersOwner(path) !== undefined) return this.parameterReport(path, report);
    const reason = this.bicep?.leftOut.get(path);
    if (reason !== undefined) return { ...report, outcome: 'skipped', detail: reason };
    const isImported = this.deployerOf(path) === '' && !this.templates.has(path);
    const detail = isImported
      ? 'read for what other files take from it'
      : this.templateDetail(path);
    return { ...report, detail };
  }

  private templateDetail(path: string): string {
    const template = this.imported.find((one) => one.path === path);
    if (template === undefined) return `deployed by ${this.deployerOf(path)}`;
    const count = counted(template.part.resources.length, 'resource');
    const files = (this.parameters.get(path) ?? []).map((file) => file.path);
    return files.length === 0 ? count : `${count}, with ${files.join(' and ')}`;
  }

  private parameterReport(path: string, report: FileReport): FileReport {
    const owner = this.parametersOwner(path);
    if (owner !== undefined) return { ...report, detail: `parameters of ${owner}` };
    if (this.folder.given.some((given) => given.path === path)) {
      return { ...report, detail: 'parameters of every template' };
    }
    const deployer = this.deployerOf(path);
    if (deployer !== '') return { ...report, detail: `parameters given by ${deployer}` };
    const detail =
      'no template of the same name is beside it; name it as a parameter file to use it';
    return { ...report, outcome: 'skipped', detail };
  }

  private parametersOwner(path: string): string | undefined {
    for (const [template, files] of this.parameters) {
      if (files.some((file) => file.path === path)) return template;
    }
    return undefined;
  }

  private deployerOf(path: string): string {
    return this.imported.find((one) => one.links.includes(path))?.path ?? '';
  }

  private attach(template: string, path: string, root: Value): void {
    const list = this.parameters.get(template) ?? [];
    list.push({ path, root: withoutNulls(root, this.templates.get(template)) });
    this.parameters.set(template, list);
  }

  /** A template named by itself may have its parameters beside it, in a file that was not named. */
  private async lookBeside(template: string): Promise<void> {
    if (this.parameters.has(template)) return;
    for (const path of parameterFileNames(template)) {
      if (this.linked.has(path)) continue;
      const root = await this.load(path);
      if (root !== undefined) this.attach(template, path, root);
    }
  }

  private async load(path: string): Promise<Value | undefined> {
    const loaded = await this.folder.load(path);
    if (loaded === undefined) return undefined;
    this.loaded.set(path, loaded);
    return loaded.value;
  }

  private givenParameters(): readonly Value[] {
    const roots: Value[] = [];
    for (const { path, value } of this.folder.given) {
      const root = this.givenBicep.get(path) ?? value;
      if (root !== undefined) roots.push(root);
    }
    const byName = this.options.parameters ?? {};
    if (Object.keys(byName).length > 0) roots.push(parametersOf(byName, jsonOrNothing));
    return roots;
  }
}

/** `443` is a number and `["a"]` a list; `10.0.0.0/8` is neither, and stays text. */
function jsonOrNothing(text: string): Value | undefined {
  const { value, diagnostics } = parseJson(text, sourceText('--param', text));
  return diagnostics.length === 0 ? value : undefined;
}
