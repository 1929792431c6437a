export type * from './appliance.ts';
