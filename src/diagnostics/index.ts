export * from './codes.ts';
export * from './diagnostic.ts';
export * from './invariant.ts';
export * from './operational-error.ts';
export * from './place.ts';
