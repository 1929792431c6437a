/** The engine: from a snapshot to answers. Touches no file, clock or process, so it also runs in a browser. */
export * from './diagnostics/index.ts';
export { type Datasets, FACTS, type Fact, type FactId } from './facts/index.ts';
export * from './model/index.ts';
export { deriveNetwork, type Network } from './network/index.ts';
export * from './questions/check/index.ts';
export * from './trace/index.ts';
export * from './values/index.ts';
