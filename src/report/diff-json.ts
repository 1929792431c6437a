import type { Condition } from '../flows/index.ts';
import { formatAddressSet, formatPortSet } from '../net/index.ts';
import {
  directionOfList,
  directionOfReach,
  type ListChange,
  type PerimeterDiff,
} from '../questions/diff/index.ts';
import { type ShownBox, shownFlows } from '../questions/query/index.ts';
import type { Decider } from '../semantics/verdict.ts';
import { flowJson } from './flow-text.ts';
import { locationJson } from './location-json.ts';

/** The version of the shape below; raised when a field changes its meaning or goes away. docs/diff.md lists it. */
export const DIFF_JSON_VERSION = 1;

const BOXES_MAX = 200;

export function diffJson(diff: PerimeterDiff): string {
  const json = {
    schemaVersion: DIFF_JSON_VERSION,
    compared: diff.compared,
    reach: diff.reach.map((change) => ({
      direction: directionOfReach(change.before, change.after),
      origins: change.origins,
      target: change.target,
      before: { verdict: change.before.verdict, ...sideJson(change.before) },
      after: { verdict: change.after.verdict, ...sideJson(change.after) },
      flows: flowsJson(change),
      ...(change.witness === undefined ? {} : { witness: change.witness }),
    })),
    lists: diff.lists.map(({ list, changes }) => ({
      list,
      changes: changes.map((change) => ({
        direction: directionOfList(change.before, change.after),
        before: { action: change.before.action, ...sideJson(change.before) },
        after: { action: change.after.action, ...sideJson(change.after) },
        flows: flowsJson(change),
        ...(change.example === undefined ? {} : { example: flowJson(change.example) }),
      })),
    })),
    onlyBefore: diff.onlyBefore,
    onlyAfter: diff.onlyAfter,
    inconclusive: diff.inconclusive,
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

function sideJson({ by, needs }: { readonly by?: Decider; readonly needs: readonly Condition[] }) {
  return {
    ...(by === undefined ? {} : { by: { name: by.name, kind: by.kind, ...locationJson(by.at) } }),
    ...(needs.length === 0 ? {} : { needs: needs.map(({ missing }) => missing) }),
  };
}

function flowsJson({ sets, flows }: Pick<ListChange, 'sets' | 'flows'>): object {
  const shown = shownFlows(sets, flows, BOXES_MAX);
  return { boxes: shown.boxes.map(boxJson), count: shown.count, shown: shown.boxes.length };
}

function boxJson({ sources, destinations, protocols, destinationPorts, names }: ShownBox): object {
  const all = Number.POSITIVE_INFINITY;
  return {
    ...(sources === undefined ? {} : { sources: formatAddressSet(sources, all) }),
    ...(destinations === undefined ? {} : { destinations: formatAddressSet(destinations, all) }),
    ...(protocols === undefined ? {} : { protocols }),
    ...(destinationPorts === undefined ? {} : { ports: formatPortSet(destinationPorts) }),
    ...(names === undefined ? {} : { names }),
  };
}
