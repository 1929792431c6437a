export {
  type ChangedThing,
  compareSnapshots,
  type Thing,
  type ThingsDrift,
} from './compare-snapshots.ts';
export type { PropertyDifference } from './property-differences.ts';
