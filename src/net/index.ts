export * from './address-set.ts';
export type { Brand } from './brand.ts';
export * from './domain-name.ts';
export * from './ip.ts';
export * from './port.ts';
export * from './prefix.ts';
