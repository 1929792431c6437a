export * from './import-arm-template.ts';
export * from './open-template.ts';
export type { ArmTemplateOptions, TemplateRuntime } from './options.ts';
export * from './recognise.ts';
