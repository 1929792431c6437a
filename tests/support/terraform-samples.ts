import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceText } from '../../src/diagnostics/index.ts';
import { importArmTemplate } from '../../src/importers/arm-template/index.ts';
import type { ImportedPart } from '../../src/importers/imported-part.ts';
import { parseJson } from '../../src/importers/json/index.ts';
import { buildSnapshot } from '../../src/importers/snapshot/index.ts';
import { importTerraformPlan, importTerraformState } from '../../src/importers/terraform/index.ts';
import type { Snapshot } from '../../src/model/index.ts';
import type { Value } from '../../src/values/index.ts';
import { emptyDatasets } from './snapshot-of.ts';
import { projectRoot } from './source-tree.ts';

export const SAMPLES = join(projectRoot, 'tests', 'samples', 'terraform');

/** JSON with places, from an object or a text. */
export function located(json: unknown, file = 'plan.json'): Value {
  const text = typeof json === 'string' ? json : JSON.stringify(json);
  const { value } = parseJson(text, sourceText(file, text));
  if (value === undefined) throw new Error('the JSON of a test does not parse');
  return value;
}

export function sample(path: string): Value {
  return located(readFileSync(join(SAMPLES, path), 'utf8'), path);
}

export function snapshotOfPart(part: ImportedPart): Snapshot {
  return buildSnapshot([part], emptyDatasets, []);
}

export const fromPlan = (json: unknown): ImportedPart => importTerraformPlan(located(json));
export const fromState = (json: unknown): ImportedPart => importTerraformState(located(json));

export function fromTemplate(json: unknown, resourceGroup: string): ImportedPart {
  return importArmTemplate(located(json), { resourceGroup });
}

/** A snapshot in plain words, for comparison: bodies by key, unknowns as their symbols. */
export function plainOf(snapshot: Snapshot): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...snapshot.resources].map(([key, { body }]) => [key, plainValue(body)]),
  );
}

/** Member names in lower case and in order; empty objects and lists say nothing. */
export function plainValue(value: Value): unknown {
  switch (value.kind) {
    case 'object': {
      const entries = [...value.members].flatMap(([key, entry]): [string, unknown][] => {
        const plain = plainValue(entry.value);
        const isEmpty =
          typeof plain === 'object' && plain !== null && Object.keys(plain).length === 0;
        return plain === null || isEmpty ? [] : [[key, plain]];
      });
      return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
    }
    case 'array':
      return value.items.map(plainValue);
    case 'unknown':
      return `?${value.symbol ?? value.text}`;
    case 'null':
      return null;
    default:
      return value.value;
  }
}
