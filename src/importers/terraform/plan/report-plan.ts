import type { Diagnostic, Gap } from '../../../diagnostics/index.ts';
import { itemsOf, member, stringOf, type Value } from '../../../values/index.ts';

/** What the plan says of itself that makes it less than the whole. */
export function reportPlan(root: Value, diagnostics: Diagnostic[], gaps: Gap[]): void {
  const errored = member(root, 'errored');
  const complete = member(root, 'complete');
  const isErrored = errored?.kind === 'boolean' && errored.value;
  const isPartial = complete?.kind === 'boolean' && !complete.value;
  if (isErrored || isPartial) {
    diagnostics.push({
      code: 'terraform/plan-incomplete',
      severity: 'warning',
      message: isErrored
        ? 'planning ended with an error; the plan does not hold all that the configuration says'
        : 'the plan covers a part of the configuration; after its apply there is more to do',
      at: (isErrored ? errored : complete)?.at ?? root.at,
      hint: 'plan again without -target, once what failed is mended',
    });
    const why = 'what the plan leaves out is not known';
    gaps.push({ what: 'Terraform plan', why, at: root.at });
  }
  const deferred = itemsOf(member(root, 'deferred_changes'));
  if (deferred.length > 0) {
    const why = 'how many there will be, and what they say, is decided after this apply';
    gaps.push({ what: 'deferred changes', why, at: deferred[0]?.at ?? root.at });
  }
  const drift = itemsOf(member(root, 'resource_drift'));
  const [first] = drift;
  if (first === undefined) return;
  const address = stringOf(member(first, 'address')) ?? '';
  const others = drift.length === 1 ? '' : ` and ${drift.length - 1} more`;
  diagnostics.push({
    code: 'terraform/drift',
    severity: 'note',
    message: `\`${address}\`${others} changed outside Terraform; what the plan makes of it counts`,
    at: first.at,
  });
}
