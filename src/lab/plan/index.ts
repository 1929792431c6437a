export type * from './dns-authority.ts';
export { DEFAULT_LAB, type LabOptions } from './lab-options.ts';
export type * from './lab-plan.ts';
export { nameAddress } from './name-address.ts';
export { planLab } from './plan-lab.ts';
export { type PinnedPerimeter, pinnedInput, pinnedPerimeter } from './settle-world.ts';
