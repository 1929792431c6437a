import { FACTS, type FactId } from '../../src/facts/index.ts';
import { CATALOGUE } from '../../src/questions/check/catalogue/index.ts';
import { isTest, type SourceFile, sourceFiles, withoutComments } from './source-tree.ts';

/**
 * The test files whose test names hold each fact's id. Names are read from the sources: an id in the name itself, in
 * a table the names are made of, or in the facts of a check that `pinCheck` names.
 */
export function factPins(): ReadonlyMap<FactId, readonly string[]> {
  const pins = new Map<FactId, Set<string>>();
  const checks = new Map(CATALOGUE.map((check) => [check.id, check.facts]));
  for (const file of [
    ...sourceFiles('src').filter(isTest),
    ...sourceFiles('tests').filter(isTest),
  ]) {
    for (const id of idsIn(file, checks)) {
      const files = pins.get(id) ?? new Set();
      files.add(file.path);
      pins.set(id, files);
    }
  }
  return new Map([...pins].map(([id, files]) => [id, [...files].sort()]));
}

function idsIn(file: SourceFile, checks: ReadonlyMap<string, readonly FactId[]>): Set<FactId> {
  const found = new Set<FactId>();
  const text = withoutComments(file.text);
  for (const [id] of text.matchAll(/\b[A-Z][A-Z0-9]{2}-E?\d+\b/g)) {
    if (id in FACTS) found.add(id as FactId);
  }
  for (const [, check] of text.matchAll(/pinCheck\(\s*'([^']+)'/g)) {
    for (const id of checks.get(check!) ?? []) found.add(id);
  }
  return found;
}
