export * from './import-live-read.ts';
