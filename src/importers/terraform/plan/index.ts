export { importTerraformPlan, type PlanSide } from './import-plan.ts';
