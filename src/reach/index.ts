export type { Branch, Ended, Ending, Passed } from './branch.ts';
export * from './conclude.ts';
export { type Origin, originsOf } from './origins.ts';
export { walkAll } from './run.ts';
export { parseSelector, SELECTOR_FORMS, type Selector } from './selector.ts';
export { startsOf } from './start.ts';
export { type Target, targetsOf } from './targets.ts';
export { type World, worldOf } from './world.ts';
