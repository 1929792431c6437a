export {
  type ConfigurationFolder,
  type FileDetail,
  type ImportedConfigurations,
  importConfigurations,
} from './import-configurations.ts';
export { providerSettings } from './provider-settings.ts';
export { readTerraformSource, roleOf, type TerraformSource } from './read-source.ts';
export { type HclFile, parseHcl } from './syntax/parse-hcl.ts';
export type { Block, Body, Expression } from './syntax/syntax-tree.ts';
