export { exportedItems } from './exported-items.ts';
export { isExportedResource } from './identify-export.ts';
export * from './import-export.ts';
