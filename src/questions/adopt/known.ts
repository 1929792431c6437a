import { isUnknown, type Uncertain } from '../../values/index.ts';

/** The value, where it is written and known. */
export function known<T>(value: Uncertain<T> | undefined): T | undefined {
  return value === undefined || isUnknown(value) ? undefined : value;
}
