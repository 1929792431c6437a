export { cutModules } from './cut-modules.ts';
export * from './plan.ts';
export { type PlanOptions, planDeployment } from './plan-deployment.ts';
export { valuesIn, valuesOf } from './walk-values.ts';
