import type { Diagnostic, SourceText } from '../../diagnostics/index.ts';
import type { RequiredEgress } from '../../facts/index.ts';
import { expand, isPage, placesIn, readPage } from '../../intent/index.ts';
import type { Value } from '../../values/index.ts';
import { UNKNOWN_SUBSCRIPTION } from '../arm-template/options.ts';
import type { ImportedPart } from '../imported-part.ts';
import { parseYaml } from '../kubernetes-yaml/index.ts';

export interface PerimeterOptions {
  readonly subscriptionId?: string;
  readonly resourceGroup?: string;
  /** Today, as `2026-11-21`: what is past its last day is said. */
  readonly today?: string;
  /** What AKS needs; absent: only what the FQDN tag holds is opened. */
  readonly requiredEgress?: readonly RequiredEgress[];
}

export type ImportedPerimeter =
  /** A page without a perimeter: what it expects is for `check`. */
  | { readonly kind: 'expectations' }
  | { readonly kind: 'part'; readonly part: ImportedPart }
  | { readonly kind: 'faulty'; readonly diagnostics: readonly Diagnostic[] };

/** `perimeter.yaml`: one page of intent to the resources and objects it stands for. */
export function importPerimeter(
  text: string,
  source: SourceText,
  options: PerimeterOptions = {},
): ImportedPerimeter {
  const { documents, diagnostics } = parseYaml(text, source);
  const root = documents[0]?.value;
  if (diagnostics.some(({ severity }) => severity === 'error')) {
    // Who expects reads the file too, and says what is wrong with it.
    const seemsPage = /^(?:hub|spokes|clusters|name)[ \t]*:/m.test(text);
    return seemsPage ? { kind: 'faulty', diagnostics } : { kind: 'expectations' };
  }
  if (root === undefined || !isPage(root)) return { kind: 'expectations' };
  return partOf(root, diagnostics, options);
}

function partOf(
  root: Value,
  warnings: readonly Diagnostic[],
  options: PerimeterOptions,
): ImportedPerimeter {
  const { value: page, diagnostics } = readPage(root);
  if (page === undefined) return { kind: 'faulty', diagnostics: [...warnings, ...diagnostics] };
  const { subscriptionId, resourceGroup, today, requiredEgress } = options;
  const expanded = expand(page, placesIn(root), {
    subscriptionId: subscriptionId ?? UNKNOWN_SUBSCRIPTION,
    ...(resourceGroup === undefined ? {} : { resourceGroup }),
    ...(today === undefined ? {} : { today }),
    requiredEgress: requiredEgress ?? [],
  });
  const told = [...warnings, ...diagnostics, ...expanded.diagnostics];
  if (expanded.resources.length === 0) return { kind: 'faulty', diagnostics: told };
  const { resources, objects } = expanded;
  // Two colours of one cluster run the same; two clusters of their own need not.
  const isTold = page.clusters.length === 1 && page.clusters[0]?.also !== undefined;
  const part = { resources, objects, diagnostics: told, gaps: [], ...(isTold ? { isTold } : {}) };
  return { kind: 'part', part };
}
