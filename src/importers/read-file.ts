import {
  type Diagnostic,
  type Gap,
  type Parsed,
  type SourceText,
  wholeFile,
} from '../diagnostics/index.ts';
import type { RequiredEgress } from '../facts/index.ts';
import type { FileReport } from '../model/index.ts';
import type { Value } from '../values/index.ts';
import { type BicepDocument, parseBicep } from './bicep/index.ts';
import { decodeText } from './encoding.ts';
import { importExport } from './exports/index.ts';
import { baseNameOf, folderOf } from './file-paths.ts';
import { parseJson } from './json/index.ts';
import {
  importKubernetes,
  isKustomization,
  isKustomizationName,
  type Kustomization,
  looksLikeTemplate,
  parseYaml,
  readKustomization,
} from './kubernetes-yaml/index.ts';
import { importPerimeter } from './perimeter-yaml/index.ts';
import { liveReadFile } from './read-live-file.ts';
import { terraformFile, terraformSource } from './read-terraform-file.ts';
import {
  approachOf,
  isAzScript,
  mayBeExport,
  mayBeKubernetes,
  recogniseJson,
  sniff,
  type UnreadKind,
} from './recognise.ts';
import type { SnapshotPart } from './snapshot/index.ts';
import { compilerOf } from './template-compiler.ts';
import type { TerraformSource } from './terraform/hcl/index.ts';
import { unreadReport } from './unread-files.ts';

export interface ReadOptions {
  readonly subscriptionId?: string;
  readonly resourceGroup?: string;
  /** Namespace of Kubernetes objects that name none. */
  readonly namespace?: string;
  /** Today, as `2026-11-21`. */
  readonly today?: string;
  /** What AKS needs: pages of intent open it. */
  readonly requiredEgress?: readonly RequiredEgress[];
}

/** One file, understood as far as it can be without the others. */
export type FileContent =
  | { readonly kind: 'template'; readonly root: Value; readonly compiler: string | undefined }
  | { readonly kind: 'parameters'; readonly root: Value }
  | { readonly kind: 'bicep'; readonly document: BicepDocument }
  | { readonly kind: 'terraform'; readonly source: TerraformSource }
  | { readonly kind: 'part'; readonly part: SnapshotPart }
  | { readonly kind: 'kustomization'; readonly kustomization: Kustomization }
  | { readonly kind: 'unread'; readonly as: UnreadKind };

export interface ReadFile {
  readonly path: string;
  readonly report: FileReport;
  readonly content: FileContent;
  readonly diagnostics: readonly Diagnostic[];
  readonly gaps: readonly Gap[];
}

/**
 * Bytes of one file to what it says. Pure; never throws, whatever the bytes are.
 * @param isGiven the person named this very file: its content is looked at under any name
 */
export function readFile(
  path: string,
  bytes: Uint8Array,
  isGiven: boolean,
  options: ReadOptions,
): ReadFile {
  const approach = approachOf(path);
  if (approach.kind === 'known') return unread(path, approach.as);
  if (approach.kind === 'other' && !isGiven) return unread(path, 'text');
  const decoded = decodeText(path, bytes);
  if (decoded.kind === 'binary') return binary(path, approach.kind);
  const { text, source } = decoded;
  const guessed = approach.kind === 'other' || approach.kind === 'sniff';
  const way = guessed ? sniff(text) : approach.kind;
  switch (way) {
    case 'json': {
      const parsed = parseJson(text, source);
      const read = readParsed(path, text, parsed, options, !guessed);
      return withDiagnostics(read, decoded.diagnostics);
    }
    case 'yaml': {
      const read = /^\s*[{[]/.test(text) ? readJsonOrYaml : readYaml;
      return withDiagnostics(read(path, text, source, options), decoded.diagnostics);
    }
    case 'bicep':
      return withDiagnostics(bicepFile(path, text, source), decoded.diagnostics);
    case 'terraform':
      return withDiagnostics(terraformSource(path, text, source), decoded.diagnostics);
    case 'perimeter':
      return withDiagnostics(perimeterFile(path, text, source, options), decoded.diagnostics);
    case 'script':
      return unread(path, isAzScript(text) ? 'az-script' : 'shell-script');
    default:
      return unread(path, 'text');
  }
}

/** Would this file be opened? By its name alone. */
export function isOpened(path: string, isGiven: boolean): boolean {
  const { kind } = approachOf(path);
  return kind !== 'known' && (kind !== 'other' || isGiven);
}

/** @param isNamedJson the name promises JSON: text that is none is a fault, whatever it was meant to say */
function readParsed(
  path: string,
  text: string,
  parsed: Parsed<Value | undefined>,
  options: ReadOptions,
  isNamedJson: boolean,
): ReadFile {
  const { value: root, diagnostics } = parsed;
  if (root === undefined) return notUnderstood(path, 'JSON', diagnostics);
  const kind = recogniseJson(root);
  switch (kind) {
    case 'arm-template': {
      const compiler = compilerOf(root);
      const recognisedAs = compiler === undefined ? 'ARM template' : `ARM template (${compiler})`;
      return {
        path,
        report: { file: path, outcome: 'read', recognisedAs, detail: '' },
        content: { kind: 'template', root, compiler },
        diagnostics,
        gaps: [],
      };
    }
    case 'arm-parameters':
      return {
        path,
        report: { file: path, outcome: 'read', recognisedAs: 'parameter file', detail: '' },
        content: { kind: 'parameters', root },
        diagnostics,
        gaps: [],
      };
    case 'kubernetes':
      return kubernetesFile(
        path,
        root.kind === 'array' ? root.items : [root],
        options,
        diagnostics,
      );
    case 'export':
      return exportFile(path, root, options, diagnostics);
    case 'live-read':
      return liveReadFile(path, root, diagnostics);
    case 'kustomization':
      return kustomizationFile(path, root, diagnostics);
    case 'terraform-plan':
    case 'terraform-state':
      return terraformFile(path, root, kind, options, diagnostics);
    default: {
      if (concernsUs(text)) return { ...unread(path, kind), diagnostics };
      // Nested too deep it was not read either.
      const broken = diagnostics.find(
        ({ code }) => code === 'json/syntax' || code === 'json/too-deep',
      );
      // Logs are often one record a line, which is no fault. Of other files a duplicate key is nobody's business here.
      if (broken === undefined || !isNamedJson || kind === 'log-records') return unread(path, kind);
      if (kind !== 'json') return { ...unread(path, kind), diagnostics: [broken] };
      return { ...notUnderstood(path, 'JSON', [broken]), gaps: [unknownContent(path, 'JSON')] };
    }
  }
}

/** Text that breaks off before it says what it is may have been anything. */
function unknownContent(path: string, format: string): Gap {
  const why = 'it could not be read, so nothing it allows or denies is known';
  return { what: `${format} that does not parse`, why, at: wholeFile(path) };
}

function concernsUs(text: string): boolean {
  return /"Microsoft\.\w+\/|deploymentTemplate\.json|"\/subscriptions\//i.test(text);
}

/** JSON is YAML, and `kubectl -o json` ends up in files called `.yaml`. */
function readJsonOrYaml(
  path: string,
  text: string,
  source: SourceText,
  options: ReadOptions,
): ReadFile {
  const parsed = parseJson(text, source);
  return parsed.diagnostics.some((one) => one.code === 'json/syntax')
    ? readYaml(path, text, source, options)
    : readParsed(path, text, parsed, options, false);
}

function readYaml(path: string, text: string, source: SourceText, options: ReadOptions): ReadFile {
  const isNamedKustomization = isKustomizationName(baseNameOf(path));
  const isExport = mayBeExport(text);
  if (!isNamedKustomization && !isExport && !mayBeKubernetes(text)) {
    return otherYaml(path, text, source);
  }
  const { documents, diagnostics } = parseYaml(text, source);
  if (looksLikeTemplate(documents)) return unread(path, 'helm-template');
  const values = documents.flatMap((document) =>
    document.value === undefined || document.value.kind === 'null' ? [] : [document.value],
  );
  const [first] = values;
  if (first !== undefined && (isNamedKustomization || isKustomization(first))) {
    return kustomizationFile(path, first, diagnostics);
  }
  if (isExport && first !== undefined && recogniseJson(first) === 'export') {
    return exportFile(path, first, options, diagnostics);
  }
  const gaps = documents.flatMap((document): Gap[] => {
    if (document.value !== undefined) return [];
    const why = 'it could not be read, so nothing it allows or denies is known';
    return [{ what: 'YAML document', why, at: document.at }];
  });
  if (values.length === 0) return { ...notUnderstood(path, 'YAML', diagnostics), gaps };
  const read = kubernetesFile(path, values, options, diagnostics);
  const lost = gaps.length === 0 ? '' : `; ${counted(gaps.length, 'document')} could not be read`;
  return {
    ...read,
    report: { ...read.report, detail: read.report.detail + lost },
    gaps: [...read.gaps, ...gaps],
  };
}

/** Reading it takes a second for 3 MB: what is longer, and holds nothing of ours, is not looked through for faults. */
const OTHER_YAML_MAX = 4_000_000;

/** Nothing in it is ours, as far as can be told: YAML that breaks off may have been. Templates were never YAML. */
function otherYaml(path: string, text: string, source: SourceText): ReadFile {
  const other = unread(path, 'yaml');
  if (text.length > OTHER_YAML_MAX || /\{[{%]/.test(text)) return other;
  const broken = parseYaml(text, source).diagnostics.find(({ code }) => code === 'yaml/syntax');
  if (broken === undefined) return other;
  return { ...notUnderstood(path, 'YAML', [broken]), gaps: [unknownContent(path, 'YAML')] };
}

function kubernetesFile(
  path: string,
  documents: readonly Value[],
  options: ReadOptions,
  diagnostics: readonly Diagnostic[],
): ReadFile {
  const part = importKubernetes(documents, options);
  const count = part.objects.length;
  return {
    path,
    report: {
      file: path,
      outcome: 'read',
      recognisedAs: 'Kubernetes manifest',
      detail: counted(count, 'object'),
    },
    content: { kind: 'part', part },
    diagnostics,
    gaps: [],
  };
}

function exportFile(
  path: string,
  root: Value,
  options: ReadOptions,
  diagnostics: readonly Diagnostic[],
): ReadFile {
  const part = importExport(root, options);
  if (part === undefined) return unread(path, 'json');
  const known = part.resources.filter((resource) => resource.isReference !== true).length;
  const named = part.resources.length - known;
  const extra = named === 0 ? '' : `, ${named} by name only (the export has no properties)`;
  return {
    path,
    report: {
      file: path,
      outcome: 'read',
      recognisedAs: 'Azure export',
      detail: `${counted(known, 'resource')}${extra}`,
    },
    content: { kind: 'part', part: { ...part, isLive: true } },
    diagnostics,
    gaps: [],
  };
}

/** What is wrong in it is said once it is clear that it is read, and not its compiled form. */
function bicepFile(path: string, text: string, source: SourceText): ReadFile {
  const recognisedAs = /param$/i.test(path) ? 'Bicep parameter file' : 'Bicep source';
  const report: FileReport = { file: path, outcome: 'read', recognisedAs, detail: '' };
  const content: FileContent = { kind: 'bicep', document: parseBicep(text, source) };
  return { path, report, content, diagnostics: [], gaps: [] };
}

function perimeterFile(
  path: string,
  text: string,
  source: SourceText,
  options: ReadOptions,
): ReadFile {
  const read = importPerimeter(text, source, options);
  if (read.kind === 'expectations') return unread(path, 'perimeter');
  const recognisedAs = 'page of intent';
  if (read.kind === 'faulty') {
    const why = 'it could not be read, so nothing it describes is there';
    const gap: Gap = { what: `page of intent ${path}`, why, at: wholeFile(path) };
    return { ...notUnderstood(path, recognisedAs, read.diagnostics), gaps: [gap] };
  }
  const { resources, objects } = read.part;
  const detail = `${counted(resources.length, 'resource')}, ${counted(objects.length, 'object')}`;
  return {
    path,
    report: { file: path, outcome: 'read', recognisedAs, detail },
    content: { kind: 'part', part: { ...read.part, diagnostics: [] } },
    diagnostics: read.part.diagnostics,
    gaps: [],
  };
}

function kustomizationFile(
  path: string,
  root: Value,
  diagnostics: readonly Diagnostic[],
): ReadFile {
  const kustomization = readKustomization(root);
  const report = unreadReport(path, 'kustomization', folderOf(path));
  const { notApplied } = kustomization;
  if (notApplied.length === 0) {
    return {
      path,
      report,
      content: { kind: 'kustomization', kustomization },
      diagnostics,
      gaps: [],
    };
  }
  const names = notApplied.map((name) => `\`${name}\``).join(', ');
  const why = `${names} would change the objects it names; not applied. Render it: kubectl kustomize ${folderOf(path)} > rendered.yaml`;
  return {
    path,
    report: { ...report, detail: `not applied: ${names}; the files it names are read as they are` },
    content: { kind: 'kustomization', kustomization },
    diagnostics,
    gaps: [{ what: 'kustomization', why, at: root.at }],
  };
}

function unread(path: string, as: UnreadKind): ReadFile {
  const report = unreadReport(path, as, folderOf(path));
  return { path, report, content: { kind: 'unread', as }, diagnostics: [], gaps: [] };
}

function binary(path: string, approach: string): ReadFile {
  const isExpectedText = ['json', 'yaml', 'bicep', 'terraform', 'perimeter', 'other'].includes(
    approach,
  );
  if (!isExpectedText) return unread(path, 'binary');
  const diagnostic: Diagnostic = {
    code: 'file/not-text',
    severity: 'error',
    message: `\`${path}\` is not text; it was not read`,
    at: wholeFile(path),
  };
  return { ...unread(path, 'binary'), diagnostics: [diagnostic] };
}

function notUnderstood(
  path: string,
  recognisedAs: string,
  diagnostics: readonly Diagnostic[],
): ReadFile {
  const detail = diagnostics[0]?.message ?? 'it holds nothing';
  return {
    path,
    report: { file: path, outcome: 'not-understood', recognisedAs, detail },
    content: { kind: 'unread', as: 'text' },
    diagnostics,
    gaps: [],
  };
}

function withDiagnostics(file: ReadFile, earlier: readonly Diagnostic[]): ReadFile {
  if (file.content.kind === 'unread' && file.diagnostics.length === 0) return file;
  return { ...file, diagnostics: [...earlier, ...file.diagnostics] };
}

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
