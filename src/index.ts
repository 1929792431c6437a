/** The library: read a folder, ask it questions, print the answers. The command line is made of these. */

export { definePerimeter, type PerimeterPage } from './emit.ts';
export * from './engine.ts';
export { type ImportOptions, importPaths } from './importers/index.ts';
export {
  bundledDatasets,
  type FileSystem,
  loadDatasets,
  memoryFileSystem,
  nodeFileSystem,
} from './io/index.ts';
export { checkHead } from './report/check-head.ts';
export { checkJson } from './report/check-json.ts';
export { checkText } from './report/check-text.ts';
export { checkJunit } from './report/junit.ts';
export { checkMarkdown } from './report/markdown.ts';
export { checkSarif } from './report/sarif.ts';
export { traceJson } from './report/trace-json.ts';
export { traceText } from './report/trace-text.ts';
