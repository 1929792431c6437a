export * from './arm-path.ts';
export { IDENTITY } from './attribute-words.ts';
export * from './azurerm-type.ts';
export { JSON_TEXT } from './conversions.ts';
export * from './read-attributes.ts';
export { AZURERM_TYPES } from './table/index.ts';
export * from './write-attributes.ts';
