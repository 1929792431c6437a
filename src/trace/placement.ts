/** Where one end of a question stands in the network, or why it stands nowhere. */
export type Placement<T> =
  | { readonly kind: 'found'; readonly found: readonly T[] }
  | { readonly kind: 'problem'; readonly message: string; readonly hint: string };

/** @param candidates what the person may have meant, as a question spells it */
export function problem(
  message: string,
  candidates: readonly string[],
): { readonly kind: 'problem'; readonly message: string; readonly hint: string } {
  const unique = [...new Set(candidates)].sort();
  const shown = unique.slice(0, 6).join(', ');
  const hint =
    unique.length === 0
      ? 'the input holds none; add its Kubernetes manifests or Azure export to the paths'
      : `known here: ${shown}${unique.length > 6 ? ` and ${unique.length - 6} more` : ''}`;
  return { kind: 'problem', message, hint };
}
