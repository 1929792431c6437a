import type { FileReport } from '../model/index.ts';
import { folderOf } from './file-paths.ts';
import type { FolderContent } from './import-content.ts';
import type { ImportOptions } from './import-options.ts';
import type { ReadFile } from './read-file.ts';
import type { SnapshotPart } from './snapshot/index.ts';
import { importConfigurations, type TerraformSource } from './terraform/hcl/index.ts';

export interface ImportedTerraform {
  readonly parts: readonly SnapshotPart[];
  /** The report of a file that is a part of a configuration. */
  readonly reportOf: (file: ReadFile) => FileReport | undefined;
}

/** The Terraform configurations among the files of a folder. */
export async function importTerraform(
  folder: FolderContent,
  options: ImportOptions,
): Promise<ImportedTerraform> {
  const sources = new Map<string, TerraformSource>();
  const plans = new Map<string, string>();
  for (const { path, content, report } of folder.files) {
    if (content.kind === 'terraform') sources.set(path, content.source);
    const isPlan = /^Terraform (?:plan|state)$/.test(report.recognisedAs);
    if (isPlan && report.outcome === 'read') plans.set(folderOf(path), path);
  }
  if (sources.size === 0) return { parts: [], reportOf: () => undefined };
  const imported = await importConfigurations(
    {
      sources,
      given: folder.given.flatMap(({ terraform }) => (terraform === undefined ? [] : [terraform])),
      paths: folder.files.map(({ path }) => path),
      planIn: (path) => plans.get(path),
      beside: { loadText: folder.loadText, list: folder.list },
    },
    options,
  );
  const named = new Set(folder.given.map(({ path }) => path));
  return {
    parts: imported.parts,
    reportOf: ({ path, report, content }) => {
      if (content.kind !== 'terraform') return undefined;
      if (named.has(path)) return { ...report, detail: 'values for every configuration' };
      return { ...report, ...imported.details.get(path) };
    },
  };
}

/** Variables that some configuration declares: a parameter may be meant for them. */
export function declaredVariables(files: readonly ReadFile[]): readonly string[] {
  return files.flatMap(({ content }) => {
    if (content.kind !== 'terraform' || content.source.role !== 'configuration') return [];
    return content.source.file.body.blocks
      .filter(({ type }) => type === 'variable')
      .flatMap(({ labels }) => labels);
  });
}
