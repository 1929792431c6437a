export { armResourcesOf, type TerraformScope } from './azurerm/index.ts';
export { importTerraformPlan, type PlanSide } from './plan/index.ts';
export { importTerraformState } from './state/index.ts';
export { type TerraformResource, terraformAttribute } from './terraform-resource.ts';
