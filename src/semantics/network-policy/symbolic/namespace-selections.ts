import type { LabelSelector } from '../selectors/label-selector.ts';
import type { ClusterView } from './cluster-view.ts';
import type { Holding } from './holding.ts';
import { oneLabelOf, textOf } from './pod-tests.ts';
import { labelsOfNamespace, selects } from './selection.ts';

interface Selected {
  readonly name: string;
  readonly holding: Holding;
}

/**
 * Which of these namespaces a selector takes, for sure or perhaps; each selector is tried once, where one of its labels occurs, and on
 * the namespaces nobody declared.
 */
export function namespaceSelections(
  { policies: { objects } }: ClusterView,
  names: readonly string[],
): (selector: LabelSelector) => readonly Selected[] {
  const withLabel = new Map<string, string[]>();
  const undeclared: string[] = [];
  for (const name of names) {
    const namespace = objects.namespaces.get(name);
    if (namespace?.isDeclared !== true) {
      undeclared.push(name);
      continue;
    }
    const labels = { ...namespace.labels, 'kubernetes.io/metadata.name': name };
    for (const [key, value] of Object.entries(labels)) {
      const list = withLabel.get(`${key}=${value}`);
      if (list === undefined) withLabel.set(`${key}=${value}`, [name]);
      else list.push(name);
    }
  }
  const known = new Map<string, readonly Selected[]>();
  return (selector) => {
    const text = textOf(selector);
    const found = known.get(text);
    if (found !== undefined) return found;
    const one = oneLabelOf(selector);
    const tried =
      one === undefined
        ? names
        : [...(withLabel.get(`${one.key}=${one.value}`) ?? []), ...undeclared];
    const selected = tried.flatMap((name): Selected[] => {
      const holding = selects(selector, labelsOfNamespace(objects, name));
      return holding === undefined ? [] : [{ name, holding }];
    });
    known.set(text, selected);
    return selected;
  };
}
