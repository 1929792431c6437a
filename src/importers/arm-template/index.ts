export * from './import-arm-template.ts';
export type { ArmTemplateOptions } from './options.ts';
export * from './recognise.ts';
