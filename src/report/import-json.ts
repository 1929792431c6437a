import type { Diagnostic, Gap } from '../diagnostics/index.ts';
import type { Snapshot } from '../model/index.ts';
import { toJson } from '../values/index.ts';
import { diagnosticJson, locationJson } from './location-json.ts';

/** The snapshot as understood: ARM resources and Kubernetes objects in their own shapes. Unknowns are marked. */
export function importJson(
  snapshot: Snapshot,
  diagnostics: readonly Diagnostic[],
  gaps: readonly Gap[],
): string {
  const byKey = <T>(map: ReadonlyMap<string, T>) =>
    [...map].sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([, value]) => value);
  const json = {
    schemaVersion: 1,
    resources: byKey(snapshot.resources).map((resource) => ({
      id: resource.id,
      ...(resource.apiVersion === undefined ? {} : { apiVersion: resource.apiVersion }),
      ...(resource.isReference === true ? { isReference: true } : {}),
      ...(resource.exists === undefined ? {} : { existsWhen: resource.exists.text }),
      ...locationJson(resource.at),
      body: toJson(resource.body),
    })),
    objects: byKey(snapshot.objects).map((object) => ({
      ...locationJson(object.at),
      body: toJson(object.body),
    })),
    files: snapshot.files,
    diagnostics: diagnostics.map(diagnosticJson),
    gaps: gaps.map((gap) => ({ what: gap.what, why: gap.why, ...locationJson(gap.at) })),
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}
