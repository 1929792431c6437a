import { baseNameOf, folderOf } from './file-paths.ts';

/** Folders that are Helm charts, by their `Chart.yaml`; the outermost first. */
export function chartsOf(paths: readonly string[]): readonly string[] {
  return paths
    .filter((path) => /^chart\.ya?ml$/i.test(baseNameOf(path)))
    .map(folderOf)
    .sort((a, b) => a.length - b.length);
}

/**
 * The chart a file is a part of, when that makes it no file of its own: templates, charts inside the chart, values.
 * `undefined` for the `Chart.yaml` of an outermost chart, for its other files, and for files of no chart.
 */
export function placeOfChart(
  path: string,
  charts: readonly string[],
): { readonly chart: string; readonly isValues: boolean } | undefined {
  for (const chart of charts) {
    const prefix = chart === '.' ? '' : `${chart}/`;
    if (!path.startsWith(prefix)) continue;
    const rest = path.slice(prefix.length);
    if (/^(?:templates|charts)\//.test(rest)) return { chart, isValues: false };
    if (/^values[^/]*\.ya?ml$/i.test(rest)) return { chart, isValues: true };
  }
  return undefined;
}
