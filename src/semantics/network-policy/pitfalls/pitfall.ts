import type { Place } from '../../../diagnostics/index.ts';
import type { FactId } from '../../../facts/index.ts';

/** Something in the policies that probably does not do what its author meant. Located; no judgement of severity. */
export interface Pitfall {
  /** What it is about: `NetworkPolicy shop/web`, `Deployment shop/web`, `namespace shop`. */
  readonly subject: string;
  readonly place: Place;
  /** One sentence, the person's own words in backticks. */
  readonly what: string;
  readonly fact: FactId;
}
