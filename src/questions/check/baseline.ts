import { z } from 'zod';
import { type CheckReport, checkOf, fingerprintText } from './report-model.ts';

/** What a team started with, so that only what is new fails. Fingerprint texts: a check and its subject. */
export interface Baseline {
  readonly findings: ReadonlySet<string>;
  readonly undecided: ReadonlySet<string>;
}

const BASELINE_SCHEMA = z.strictObject({
  sallyportBaseline: z.literal(1),
  findings: z.array(z.string()),
  undecided: z.array(z.string()).default([]),
});

/**
 * Everything found now and not suppressed, as text. Entries of checks that did not run are kept from `previous`.
 * Sorted: the same findings give the same bytes.
 */
export function writeBaseline(report: CheckReport, previous?: Baseline): string {
  const { passed, failed, undecided, notApplicable } = report.outcomes;
  const ran = new Set([
    ...passed,
    ...failed,
    ...undecided,
    ...notApplicable.map((one) => one.check),
  ]);
  const kept = (entries: ReadonlySet<string> | undefined) =>
    [...(entries ?? [])].filter((entry) => !ran.has(checkOf(entry)));
  const json = {
    sallyportBaseline: 1,
    findings: sorted([
      ...kept(previous?.findings),
      ...report.groups.flatMap(({ findings }) =>
        findings
          .filter(({ suppression }) => suppression?.kind !== 'suppressed')
          .map(({ finding }) => fingerprintText(finding)),
      ),
    ]),
    undecided: sorted([
      ...kept(previous?.undecided),
      ...report.undecided
        .filter(({ suppression }) => suppression?.kind !== 'suppressed')
        .map(({ question }) => fingerprintText(question)),
    ]),
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

/** @returns `undefined` when the text is not a baseline */
export function readBaseline(text: string): Baseline | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const read = BASELINE_SCHEMA.safeParse(json);
  if (!read.success) return undefined;
  return { findings: new Set(read.data.findings), undecided: new Set(read.data.undecided) };
}

function sorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}
