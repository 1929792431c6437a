import type { Diagnostic, SourceText } from '../diagnostics/index.ts';
import type { FileReport } from '../model/index.ts';
import type { Value } from '../values/index.ts';
import { folderOf } from './file-paths.ts';
import { counted, type FileContent, type ReadFile, type ReadOptions } from './read-file.ts';
import { readTerraformSource, type TerraformSource } from './terraform/hcl/index.ts';
import { importTerraformPlan, importTerraformState } from './terraform/index.ts';
import { unreadReport } from './unread-files.ts';

/** What is wrong in it is said once it is clear that it is read, and not a plan beside it. */
export function terraformSource(path: string, text: string, source: SourceText): ReadFile {
  const read = readTerraformSource(path, text, source);
  if (read === undefined) {
    const report = unreadReport(path, 'text', folderOf(path));
    return { path, report, content: { kind: 'unread', as: 'text' }, diagnostics: [], gaps: [] };
  }
  const recognisedAs = TERRAFORM_ROLES[read.role];
  const report: FileReport = { file: path, outcome: 'read', recognisedAs, detail: '' };
  const content: FileContent = { kind: 'terraform', source: read };
  return { path, report, content, diagnostics: [], gaps: [] };
}

const TERRAFORM_ROLES: Readonly<Record<TerraformSource['role'], string>> = {
  configuration: 'Terraform configuration',
  values: 'Terraform values',
  lock: 'Terraform lock file',
};

/** A plan or state, read on its own. */
export function terraformFile(
  path: string,
  root: Value,
  kind: 'terraform-plan' | 'terraform-state',
  options: ReadOptions,
  diagnostics: readonly Diagnostic[],
): ReadFile {
  const isPlan = kind === 'terraform-plan';
  const whole = isPlan ? importTerraformPlan(root, options) : importTerraformState(root, options);
  // Where the text breaks off is said; what is missing behind it is no second fault.
  const isCut = diagnostics.some(({ severity }) => severity === 'error');
  const part = isCut
    ? {
        ...whole,
        diagnostics: whole.diagnostics.filter(
          ({ code }) => code !== 'terraform/malformed-resource',
        ),
      }
    : whole;
  // Members are told apart by case in Terraform: names of tags and labels that differ in it are no fault.
  const read = diagnostics.filter(({ code }) => code !== 'json/duplicate-key');
  return {
    path,
    report: {
      file: path,
      outcome: 'read',
      recognisedAs: isPlan ? 'Terraform plan' : 'Terraform state',
      detail: counted(part.resources.length, 'resource'),
    },
    content: { kind: 'part', part: { ...part, isLive: !isPlan } },
    diagnostics: read,
    gaps: [],
  };
}
