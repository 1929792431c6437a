import { type Diagnostic, type Gap, locate, type Place } from '../../diagnostics/index.ts';
import { compareText } from '../file-paths.ts';

/** Order of places: by file, then as written, then by the way a value came there (loop indexes, modules). */
export function comparePlaces(a: Place | undefined, b: Place | undefined): number {
  if (a === b) return 0;
  // What stands nowhere comes last.
  if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
  const byFile = compareText(a.source.file, b.source.file);
  if (byFile !== 0) return byFile;
  if (a.offset !== b.offset) return a.offset - b.offset;
  return compareText((a.via ?? []).join('\n'), (b.via ?? []).join('\n'));
}

/** `file:line`, as a person would look it up. */
export function placeText(place: Place): string {
  const { file, line } = locate(place);
  return `${file}:${line}`;
}

/** In the order of places, each once: two parts may find the same fault in a file they share. */
export function orderedDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const sorted = [...diagnostics].sort(
    (a, b) =>
      comparePlaces(a.at, b.at) || compareText(a.code, b.code) || compareText(a.message, b.message),
  );
  return sorted.filter((one, index) => {
    const before = sorted[index - 1];
    return (
      before === undefined ||
      before.code !== one.code ||
      before.message !== one.message ||
      comparePlaces(before.at, one.at) !== 0
    );
  });
}

export function orderedGaps(gaps: readonly Gap[]): readonly Gap[] {
  const sorted = [...gaps].sort(
    (a, b) => comparePlaces(a.at, b.at) || compareText(a.what, b.what) || compareText(a.why, b.why),
  );
  return sorted.filter((one, index) => {
    const before = sorted[index - 1];
    return (
      before === undefined ||
      before.what !== one.what ||
      before.why !== one.why ||
      comparePlaces(before.at, one.at) !== 0
    );
  });
}
