import { invariant } from '../../diagnostics/index.ts';
import type { FlowRule } from '../../flows/index.ts';
import type { Decider } from '../../semantics/verdict.ts';
import { type Branch, cut, ends, type Passed, type Step } from '../branch.ts';

/** What a filter leaves of a branch: the parts that may pass, and the ends of those that may not. */
export interface Filtered {
  readonly passed: readonly Branch[];
  readonly stopped: readonly Step[];
}

/** Asks one filter. Its list decides every flow. */
export function filter(
  branch: Branch,
  rules: readonly FlowRule<'allow' | 'deny', Decider>[],
  box: Omit<Passed, 'by'>,
): Filtered {
  const { parts, rest } = cut(branch, rules, box);
  const { source, destination } = branch.header;
  const isRewritten = source.kind === 'one-of' || destination.kind === 'one-of';
  invariant(
    rest === undefined || isRewritten,
    `the ${box.stage} of ${box.name} decides every flow`,
  );
  // Of a rewritten end every member is decided, if by different rules: one of those that may decide does.
  return {
    passed: parts.flatMap((part) => (part.effect === 'allow' ? [part.branch] : [])),
    stopped: [
      ...parts.flatMap((part) =>
        part.effect === 'deny' ? [ends(part.branch, { kind: 'denied', by: part.by })] : [],
      ),
    ],
  };
}

/** Asks filters one after the other; each sees what the one before may have passed. */
export function filters(
  branch: Branch,
  lists: readonly {
    readonly rules: readonly FlowRule<'allow' | 'deny', Decider>[];
    readonly box: Omit<Passed, 'by'>;
  }[],
): Filtered {
  let passed: readonly Branch[] = [branch];
  const stopped: Step[] = [];
  for (const { rules, box } of lists) {
    const filtered = passed.map((each) => filter(each, rules, box));
    passed = filtered.flatMap((each) => each.passed);
    stopped.push(...filtered.flatMap((each) => each.stopped));
  }
  return { passed, stopped };
}
