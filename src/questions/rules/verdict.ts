import type { Condition } from '../../flows/index.ts';
import type { WrittenRule } from './written-rules.ts';

/** How the rules in the way act, compared with the rule they hide. `unknown`: what one of the two does is not known. */
export type HidingAction = 'same' | 'different' | 'mixed' | 'unknown';

/** Whether a rule ever decides a flow, over every world that fits what is known. */
export type RuleVerdict<By> =
  /** It decides some flow, whatever comes out. */
  | { readonly kind: 'live' }
  /** Earlier rules take all its flows. None of `covers` can be left out; the largest share first. */
  | {
      readonly kind: 'never-hit';
      readonly covers: readonly WrittenRule<By>[];
      readonly action: HidingAction;
    }
  /** It holds no flow at all. `why` fits after "because". */
  | { readonly kind: 'empty'; readonly why: string }
  /** `unless`: it decides only if some of these come out so. `if`: it decides nothing if they do. */
  | {
      readonly kind: 'conditional';
      readonly hit: 'unless' | 'if';
      readonly needs: readonly Condition[];
      /** Earlier rules certainly take a part of what it may hold, or may take all of it. */
      readonly isHindered: boolean;
    }
  /** It would decide flows, but none that can arrive is left for it. `covers` may be empty: then none is its own. */
  | {
      readonly kind: 'unreached';
      readonly why: string;
      readonly covers: readonly WrittenRule<By>[];
      readonly action: HidingAction;
    };
