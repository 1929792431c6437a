export { appliancePrograms, compressed } from './appliance-programs.ts';
export * from './bundled-data.ts';
export * from './clock.ts';
export * from './file-system.ts';
export * from './memory-file-system.ts';
export * from './node-file-system.ts';
export { overlaidFileSystem } from './overlaid-file-system.ts';
