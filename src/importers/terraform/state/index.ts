export { importTerraformState } from './import-state.ts';
