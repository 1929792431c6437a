export type { Branch, Ended, Ending, Passed } from './branch.ts';
export * from './conclude.ts';
export { doorsFor } from './doors.ts';
export { type Origin, originsOf, podsOf } from './origins.ts';
export { walkAll } from './run.ts';
export { parseSelector, SELECTOR_FORMS, type Selector } from './selector.ts';
export { startsOf } from './start.ts';
export { type Target, targetsOf } from './targets.ts';
export { type World, worldOf } from './world.ts';
