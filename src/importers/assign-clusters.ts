import type { KubernetesObject } from '../model/index.ts';
import type { ImportedPart } from './imported-part.ts';

/**
 * Objects with the clusters that somebody says they run in, by the path of their file: one for each cluster of that path. Kubernetes
 * itself does not say. Objects of no such path stay as they are, and run in each. O(objects × paths).
 */
export function assignClusters<Part extends ImportedPart>(
  parts: readonly Part[],
  objectsOf: Readonly<Record<string, readonly string[]>> = {},
): readonly Part[] {
  const places = Object.entries(objectsOf).flatMap(([cluster, paths]) =>
    paths.map((path) => ({ cluster: cluster.toLowerCase(), path: plain(path) })),
  );
  if (places.length === 0) return parts;
  return parts.map((part) => ({
    ...part,
    isTold: true,
    objects: part.objects.flatMap((object): readonly KubernetesObject[] => {
      const file = plain(object.at.source.file);
      const clusters = places.filter(({ path }) => isBelow(file, path)).map((one) => one.cluster);
      if (clusters.length === 0) return [object];
      return [...new Set(clusters)].map((cluster) => ({ ...object, cluster }));
    }),
  }));
}

/** `./a//b/../c/` is `a/c`. */
function plain(path: string): string {
  const steps: string[] = [];
  for (const step of path.replaceAll('\\', '/').split('/')) {
    if (step === '..' && steps.length > 0 && steps.at(-1) !== '..') steps.pop();
    else if (step !== '.' && (step !== '' || steps.length === 0)) steps.push(step);
  }
  return steps.join('/');
}

function isBelow(file: string, path: string): boolean {
  return path === '' || file === path || file.startsWith(`${path}/`);
}
