export { compareLists, type ListChange, type OrderedList, type Side } from './compare-lists.ts';
export { comparePerimeters, type DiffOptions, type PerimeterDiff } from './compare-perimeters.ts';
export { compareReach, type ReachChange, type ReachSide } from './compare-reach.ts';
export {
  DIRECTIONS,
  type Direction,
  directionOfList,
  directionOfReach,
  directionsOf,
} from './direction.ts';
