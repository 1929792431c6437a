import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toJson } from '../../../src/values/index.ts';
import { projectRoot } from '../../support/source-tree.ts';
import { evaluateExpression } from './evaluate-text.ts';

/**
 * Expressions and what Terraform itself makes of them: each was a local `x` beside the `given` ones, and its value is
 * what the command of the file printed. `refused` ones Terraform does not evaluate.
 */
interface Case {
  readonly expression: string;
  readonly value?: unknown;
  readonly refused?: true;
}

const { given, cases } = JSON.parse(
  readFileSync(join(projectRoot, 'tests/conformance/hcl/terraform-values.json'), 'utf8'),
) as { given: string; cases: readonly Case[] };

describe('expressions have the value Terraform gives them', () => {
  it.each(cases.filter(({ refused }) => refused === undefined))('$expression', (one) => {
    const { value, codes } = evaluateExpression(one.expression, given);
    expect({ value: rounded(toJson(value)), codes }).toEqual({
      value: rounded(one.value),
      codes: [],
    });
  });

  it.each(cases.filter(({ refused }) => refused))('refused: $expression', ({ expression }) => {
    const { value, codes } = evaluateExpression(expression, given);
    expect(JSON.stringify(toJson(value))).toContain('$unknown');
    expect(codes.length).toBeGreaterThan(0);
  });
});

/** Terraform counts with 512 bits, JavaScript with 53: the fifteenth digit is the last that must agree. */
function rounded(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(15));
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, rounded(item)]));
}
