import { sourceText } from '../diagnostics/index.ts';
import { parseHcl } from '../importers/terraform/hcl/index.ts';
import type { Change } from '../questions/check/index.ts';
import { azapiAt, azapiWritten } from './hcl/azapi.ts';
import { given } from './hcl/given.ts';
import { placeAt } from './hcl/place.ts';
import { removed } from './hcl/removed.ts';
import type { Written } from './hcl/written.ts';
import { type Edited, refused } from './text-edit.ts';

/**
 * A change as an edit of a Terraform configuration, comments and layout around it kept and lines aligned as `terraform fmt` has them. ARM's
 * words become the provider's by the table of its resource types; what that cannot say, and what an expression computes, is refused.
 * O(text) a change.
 */
export function editHcl(text: string, change: Change): Edited {
  const { at, path, to } = change;
  const file = parseHcl(text, sourceText(at.source.file, text)).value;
  const azapi = azapiAt(file, at.offset);
  if (azapi !== undefined) return edited(text, azapiWritten(text, azapi, change));
  const place = placeAt(file, at.offset, at.via ?? []);
  if (typeof place === 'string') return refused(place);
  const whole = [...place.within, ...path];
  const after =
    to === undefined ? removed(text, file, place, whole) : given(text, file, place, whole, to);
  return edited(text, after);
}

function edited(before: string, after: Written): Edited {
  return typeof after === 'string' ? difference(before, after) : refused(after.why);
}

/** One edit from the first character that differs to the last. */
function difference(before: string, after: string): Edited {
  if (before === after) return { kind: 'edits', edits: [] };
  const shortest = Math.min(before.length, after.length);
  let from = 0;
  while (from < shortest && before[from] === after[from]) from += 1;
  let tail = 0;
  while (
    tail < shortest - from &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  ) {
    tail += 1;
  }
  const text = after.slice(from, after.length - tail);
  return { kind: 'edits', edits: [{ from, to: before.length - tail, text }] };
}
