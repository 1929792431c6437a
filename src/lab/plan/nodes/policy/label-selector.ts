import type { Labels } from '../../../../model/index.ts';
import { field, list, names, text, texts, type Written } from './written.ts';

export type LabelTest = (labels: Labels) => boolean;

/**
 * A Kubernetes label selector (K8P-11): every pair and every expression must hold, `NotIn` and `DoesNotExist` also without the label. An
 * empty one selects everything. `undefined`: it cannot be read.
 */
export function labelSelector(selector: Written): LabelTest | undefined {
  if (names(selector).some((name) => name !== 'matchLabels' && name !== 'matchExpressions')) {
    return undefined;
  }
  const tests: LabelTest[] = [];
  const pairs = field(selector, 'matchLabels');
  for (const name of names(pairs)) {
    const value = text(field(pairs, name));
    if (value === undefined) return undefined;
    tests.push((labels) => own(labels, name) === value);
  }
  for (const expression of list(field(selector, 'matchExpressions'))) {
    const test = expressionTest(expression);
    if (test === undefined) return undefined;
    tests.push(test);
  }
  return (labels) => tests.every((test) => test(labels));
}

function expressionTest(expression: Written): LabelTest | undefined {
  const key = text(field(expression, 'key'));
  if (key === undefined) return undefined;
  const values = texts(field(expression, 'values'));
  switch (text(field(expression, 'operator'))) {
    case 'In':
      return (labels) => values.includes(own(labels, key) ?? MISSING);
    case 'NotIn':
      return (labels) => !values.includes(own(labels, key) ?? MISSING);
    case 'Exists':
      return (labels) => own(labels, key) !== undefined;
    case 'DoesNotExist':
      return (labels) => own(labels, key) === undefined;
    default:
      return undefined;
  }
}

/** No label has such a value. */
const MISSING = '\u0000';

/** `constructor` is a label like any other. */
export function own(labels: Labels, name: string): string | undefined {
  return Object.hasOwn(labels, name) ? labels[name] : undefined;
}
