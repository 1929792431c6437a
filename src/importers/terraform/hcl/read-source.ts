import type { Diagnostic, SourceText } from '../../../diagnostics/index.ts';
import { baseNameOf } from '../../file-paths.ts';
import { type HclFile, parseHcl } from './syntax/parse-hcl.ts';
import { parseHclJson, parseVariablesJson } from './syntax/parse-json-body.ts';

/** A file of a Terraform configuration: what is declared, values of variables, or which providers are installed. */
export interface TerraformSource {
  readonly role: 'configuration' | 'values' | 'lock';
  readonly file: HclFile;
  readonly diagnostics: readonly Diagnostic[];
}

/** What a file of a configuration is, by its name; `undefined` for other files. */
export function roleOf(path: string): TerraformSource['role'] | undefined {
  const name = baseNameOf(path);
  if (/\.tf(?:\.json)?$/i.test(name)) return 'configuration';
  if (/\.tfvars(?:\.json)?$/i.test(name)) return 'values';
  return name === '.terraform.lock.hcl' ? 'lock' : undefined;
}

/** Never throws, whatever the text is. What is wrong in it is said once it is clear that it is read. */
export function readTerraformSource(
  path: string,
  text: string,
  source: SourceText,
): TerraformSource | undefined {
  const role = roleOf(path);
  if (role === undefined) return undefined;
  const { value, diagnostics } = parsed(path, role, text, source);
  return { role, file: value, diagnostics };
}

function parsed(path: string, role: TerraformSource['role'], text: string, source: SourceText) {
  if (!/\.json$/i.test(path)) return parseHcl(text, source);
  return role === 'values' ? parseVariablesJson(text, source) : parseHclJson(text, source);
}
