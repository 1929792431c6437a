export * from './bicep-folder.ts';
export { evaluateParametersFile } from './parameters-file.ts';
export { type BicepDocument, parseBicep } from './parse-bicep.ts';
export * from './plan-bicep.ts';
export type { ArraySyntax, ObjectSyntax, Span, Syntax } from './syntax.ts';
export type { LoadedText } from './translation.ts';
