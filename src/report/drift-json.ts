import type { PerimeterDiff } from '../questions/diff/index.ts';
import type { Thing, ThingsDrift } from '../questions/drift/index.ts';
import { diffJson } from './diff-json.ts';
import { locationJson } from './location-json.ts';

/** The version of the shape below; raised when a field changes its meaning or goes away. docs/drift.md lists it. */
export const DRIFT_JSON_VERSION = 1;

export function driftJson(flows: PerimeterDiff, things: ThingsDrift): string {
  const json = {
    schemaVersion: DRIFT_JSON_VERSION,
    flows: JSON.parse(diffJson(flows)) as unknown,
    compared: things.compared,
    changed: things.changed.map(({ differences, ...thing }) => ({
      ...thingJson(thing),
      differences: differences.map(({ path, approved, live, approvedAt, liveAt }) => ({
        path,
        ...(approved === undefined ? {} : { approved, approvedAt: locationJson(approvedAt) }),
        ...(live === undefined ? {} : { live }),
        liveAt: locationJson(liveAt),
      })),
    })),
    neverApproved: things.come.map(thingJson),
    gone: things.gone.map(thingJson),
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

function thingJson({ name, at }: Thing): object {
  return { name, ...locationJson(at) };
}
