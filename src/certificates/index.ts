export * from './certificates.ts';
export * from './der.ts';
