import { DEFAULTS, type DefaultKey } from './defaults.ts';

/** What is written, else the default of the table, in the type of what may be written. */
export function setting<T>(written: T | undefined, key: DefaultKey): T {
  return written ?? (DEFAULTS[key].value as T);
}
