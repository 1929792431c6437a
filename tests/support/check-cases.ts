import { expect, it } from 'vitest';
import type { Datasets } from '../../src/facts/index.ts';
import { readPerimeter } from '../../src/model/index.ts';
import { deriveNetwork } from '../../src/network/index.ts';
import { CATALOGUE } from '../../src/questions/check/catalogue/index.ts';
import type { CheckOutcome, Profile } from '../../src/questions/check/finding.ts';
import { type Json, snapshotOf } from './snapshot-of.ts';

/** One small perimeter and what one check says of it. The expected outcome comes from the reference the check cites. */
export interface CheckCase {
  readonly resources?: readonly Json[];
  readonly objects?: readonly Json[];
  readonly datasets?: Partial<Datasets>;
  readonly asOf?: string;
  readonly profile?: Profile;
  /** A part of the message that the finding or the open question must hold. */
  readonly says?: string;
}

export function outcomeOf(id: string, input: CheckCase): CheckOutcome {
  const check = CATALOGUE.find((one) => one.id === id);
  if (check === undefined) throw new Error(`no check \`${id}\``);
  const perimeter = readPerimeter(
    snapshotOf(input.resources ?? [], input.objects ?? [], input.datasets),
  );
  return check.run({
    perimeter,
    network: deriveNetwork(perimeter),
    asOf: input.asOf ?? '2026-11-21',
    profile: input.profile ?? 'production',
  });
}

/** The three cases that pin a check. `facts` are named in the titles: a fact's pinning case is found by its id. */
export function pinCheck(
  id: string,
  cases: { readonly pass: CheckCase; readonly fail: CheckCase; readonly unknown?: CheckCase },
): void {
  const facts = CATALOGUE.find((one) => one.id === id)?.facts.join(', ') ?? '';
  it(`${id} passes (${facts})`, () => expectOutcome(id, cases.pass, 'pass'));
  it(`${id} fails (${facts})`, () => expectOutcome(id, cases.fail, 'fail'));
  if (cases.unknown !== undefined) {
    const input = cases.unknown;
    it(`${id} is undecided when a fact is missing`, () => expectOutcome(id, input, 'unknown'));
  }
}

function expectOutcome(id: string, input: CheckCase, kind: CheckOutcome['kind']): void {
  const outcome = outcomeOf(id, input);
  const said =
    outcome.kind === 'fail'
      ? outcome.findings.map((finding) => finding.message)
      : outcome.kind === 'unknown'
        ? outcome.undecided.map((one) => `${one.message} needs ${one.missing}`)
        : outcome.kind === 'not-applicable'
          ? [outcome.why]
          : [];
  expect(outcome.kind, said.join('\n')).toBe(kind);
  if (input.says !== undefined) expect(said.join('\n')).toContain(input.says);
}
