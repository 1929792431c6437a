import type { Place } from '../diagnostics/index.ts';
import type { Reference } from '../model/index.ts';
import { isUnknown, type Unknown } from '../values/index.ts';
import type { Link } from './network.ts';

/** Follows a reference. Absent is `none`; a known id that is not in the input is `dangling`. */
export function follow<T>(
  reference: Reference | undefined,
  targets: ReadonlyMap<string, T>,
): Link<T> {
  if (reference === undefined) return { kind: 'none' };
  if (isUnknown(reference)) return { kind: 'unknown', unknown: reference };
  const target = targets.get(reference.key);
  return target === undefined
    ? { kind: 'dangling', id: reference.id, at: reference.at }
    : { kind: 'found', target, at: reference.at };
}

export function targetOf<T>(link: Link<T>): T | undefined {
  return link.kind === 'found' ? link.target : undefined;
}

/** A resource that is only referred to (`existing`) says nothing about its own links: absent then means unknown. */
export function unseen(text: string, missing: string, at: Place): Unknown {
  return { kind: 'unknown', reason: 'external-link', text, missing, at };
}
