import type { Diagnostic } from '../diagnostics/index.ts';
import type { Value } from '../values/index.ts';
import { importLiveRead, liveReadDetail } from './live-read/index.ts';
import type { ReadFile } from './read-file.ts';

/** The report that lies beside what was read from Azure or a cluster: what could not be read. */
export function liveReadFile(
  path: string,
  root: Value,
  diagnostics: readonly Diagnostic[],
): ReadFile {
  const recognisedAs = 'report of a live read';
  const detail = liveReadDetail(root);
  return {
    path,
    report: { file: path, outcome: 'read', recognisedAs, detail },
    content: { kind: 'part', part: importLiveRead(root) },
    diagnostics,
    gaps: [],
  };
}
