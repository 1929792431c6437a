import type { Place } from '../../diagnostics/index.ts';
import type { Perimeter } from '../../intent/index.ts';

/** A page as it is put together, and what of the input it cannot say. */
export interface PageDraft {
  readonly page: Perimeter;
  readonly remarks: readonly Remark[];
}

export interface Remark {
  /** In the person's own names. */
  readonly what: string;
  /** Why the page does not say it, or says it differently. */
  readonly why: string;
  readonly at?: Place;
}

/** Names on a page are short and lower case, and unique among their kind. */
export function pageName(text: string, taken: Set<string>): string {
  const clean =
    text
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^[^a-z]+/, '')
      .slice(0, 28)
      .replace(/-+$/, '') || 'unnamed';
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? clean : `${clean}-${count}`;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}
