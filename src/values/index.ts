export * from './build.ts';
export * from './symbols.ts';
export * from './value.ts';
