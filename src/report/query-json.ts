import type { Condition } from '../flows/index.ts';
import {
  type AddressSet,
  addressSet,
  formatAddressSet,
  formatPortSet,
  rangesOfAddressSet,
} from '../net/index.ts';
import type { QueryAnswer, QueryCell, ShownBox } from '../questions/query/index.ts';
import type { Passed, ReachVerdict } from '../reach/index.ts';
import type { Decider } from '../semantics/verdict.ts';
import { locationJson } from './location-json.ts';
import { VERDICTS } from './query-cells.ts';

/** The version of the shape below; raised when a field changes its meaning or goes away. docs/query.md lists it. */
export const QUERY_JSON_VERSION = 1;

export interface QueryJsonOptions {
  /** Only cells of these; all are counted. Empty: all. */
  readonly verdicts?: readonly ReachVerdict[];
  /** What was taken as failed. */
  readonly without?: readonly string[];
}

/** An answer as a document of its own. */
export function queryJson(answer: QueryAnswer, options: QueryJsonOptions = {}): string {
  const json = { schemaVersion: QUERY_JSON_VERSION, ...answerJson(answer, options) };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

/** An answer as plain JSON: addresses as CIDRs or ranges, ports as text, places as file, line and column. */
export function answerJson(
  { from, to, cells, inconclusive }: QueryAnswer,
  { verdicts = [], without = [] }: QueryJsonOptions = {},
): object {
  const shown =
    verdicts.length === 0 ? cells : cells.filter((cell) => verdicts.includes(cell.verdict));
  const counts = VERDICTS.map(
    (verdict) => [verdict, cells.filter((cell) => cell.verdict === verdict).length] as const,
  );
  return {
    question: { from, to, ...(without.length === 0 ? {} : { without }) },
    isComplete: inconclusive.length === 0,
    counts: Object.fromEntries(counts),
    cells: shown.map(cellJson),
    inconclusive,
  };
}

function cellJson(cell: QueryCell): object {
  const { verdict, origins, target, to, chain, by, needs, assumptions, flows, witness } = cell;
  return {
    verdict,
    origins,
    target,
    ...(to === undefined ? {} : { to }),
    ...(by === undefined ? {} : { by: deciderJson(by) }),
    chain: chain.map(passedJson),
    needs: needs.map(conditionJson),
    assumptions,
    flows: {
      boxes: flows.boxes.map(boxJson),
      // A number beyond all doubles is no JSON number.
      count: Number.isFinite(flows.count) ? flows.count : null,
      hasAll: flows.boxes.length === flows.count,
    },
    ...(witness === undefined ? {} : { witness }),
  };
}

function passedJson({ box, name, stage, by }: Passed): object {
  return { box, name, stage, by: deciderJson(by) };
}

function deciderJson({ kind, name, at, fact }: Decider): object {
  return { kind, name, ...locationJson(at), ...(fact === undefined ? {} : { fact }) };
}

function conditionJson({ missing, at }: Condition): object {
  return { missing, ...locationJson(at) };
}

function boxJson({ sources, destinations, protocols, destinationPorts, names }: ShownBox): object {
  return {
    ...(sources === undefined ? {} : { sources: addressesJson(sources) }),
    ...(destinations === undefined ? {} : { destinations: addressesJson(destinations) }),
    ...(protocols === undefined ? {} : { protocols }),
    ...(destinationPorts === undefined
      ? {}
      : { destinationPorts: formatPortSet(destinationPorts).split(',') }),
    ...(names === undefined ? {} : { names }),
  };
}

/** Every range, as a CIDR where it is one. */
function addressesJson(set: AddressSet): readonly string[] {
  return rangesOfAddressSet(set).map((range) => formatAddressSet(addressSet([range])));
}
