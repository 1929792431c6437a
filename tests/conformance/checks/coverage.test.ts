import { describe, expect, it } from 'vitest';
import { DIAGNOSTIC_CODES } from '../../../src/diagnostics/index.ts';
import { RETIREMENTS } from '../../../src/facts/retirements.ts';
import { CATALOGUE } from '../../../src/questions/check/catalogue/index.ts';
import { COVERAGE, type CoverageRow } from './coverage-table.ts';

/** Every predicate, sharp edge and pitfall of the reference has a check, or a reason why no configuration decides it. */
const checks = new Map(CATALOGUE.map((check) => [check.id, check]));
const idsOf = (rows: readonly CoverageRow[]) => new Set(rows.map(({ id }) => id));
const count = (prefix: string, last: number, width = 0) =>
  Array.from({ length: last }, (_, index) => prefix + String(index + 1).padStart(width, '0'));

describe('the catalogue covers the reference', () => {
  it.each(COVERAGE)('$id $what', ({ id, checks: named, told, reason }) => {
    expect(named.filter((check) => checks.get(check)?.covers.includes(id) !== true)).toEqual([]);
    if (told !== undefined) expect(Object.keys(DIAGNOSTIC_CODES)).toContain(told);
    expect(named.length > 0 || told !== undefined || reason !== undefined).toBe(true);
  });

  it('every row of the reference is in the table', () => {
    const expected = [
      ...count('P', 8),
      ...count('O', 6),
      ...count('A', 15),
      ...count('F', 5),
      'X1',
      ...count('AKS-API-', 3, 2),
      ...count('FW-', 36),
      ...count('NET-', 22, 2),
      ...RETIREMENTS.map(({ id }) => `RET-${id}`),
      ...['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '10a', '11'].map(
        (section) => `KP-${section}`,
      ),
      ...count('KP-E', 41),
    ];
    const rows = idsOf(COVERAGE);
    expect(expected.filter((id) => !rows.has(id))).toEqual([]);
  });

  it('what a check says it covers is a row that names it', () => {
    const named = new Set(
      COVERAGE.flatMap(({ id, checks: list }) => list.map((one) => `${id} ${one}`)),
    );
    const claims = CATALOGUE.flatMap(({ id, covers }) => covers.map((row) => `${row} ${id}`));
    expect(claims.filter((claim) => !named.has(claim))).toEqual([]);
  });

  it('every check covers something', () => {
    expect(CATALOGUE.filter(({ covers }) => covers.length === 0).map(({ id }) => id)).toEqual([]);
  });

  it('what the requirement wants decided by configuration has a check', () => {
    const wanted = [
      ...count('P', 8),
      'O5',
      ...count('A', 15),
      ...count('F', 4),
      'X1',
      ...count('NET-', 22, 2),
    ];
    const held = idsOf(COVERAGE.filter(({ checks: named }) => named.length > 0));
    expect(wanted.filter((id) => !held.has(id))).toEqual([]);
  });
});
