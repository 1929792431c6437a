import { type Diagnostic, type Gap, locate, type Place } from '../diagnostics/index.ts';
import { isPlaceless } from './style.ts';

export function diagnosticJson(diagnostic: Diagnostic): object {
  return {
    code: diagnostic.code,
    severity: diagnostic.severity,
    message: diagnostic.message,
    ...locationJson(diagnostic.at),
    ...(diagnostic.hint === undefined ? {} : { hint: diagnostic.hint }),
  };
}

export function gapJson({ what, why, at }: Gap): object {
  return { what, why, ...locationJson(at) };
}

/** `{ location: { file, line, column } }`, or nothing for a place that no file holds. */
export function locationJson(place: Place | undefined): object {
  if (place === undefined || isPlaceless(place)) return {};
  return { location: locate(place) };
}
