export * from './import-perimeter.ts';
