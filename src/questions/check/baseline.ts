import { z } from 'zod';
import { type CheckReport, fingerprintText } from './report-model.ts';

const BASELINE_SCHEMA = z.object({
  sallyportBaseline: z.literal(1),
  findings: z.array(z.string()),
});

/** The findings a team starts with, so that only new ones fail. Sorted: the same findings give the same bytes. */
export function writeBaseline(report: CheckReport): string {
  const findings = report.groups.flatMap((group) =>
    group.findings
      .filter(({ suppression }) => suppression?.kind !== 'suppressed')
      .map(({ finding }) => fingerprintText(finding)),
  );
  const unique = [...new Set(findings)].sort();
  return `${JSON.stringify({ sallyportBaseline: 1, findings: unique }, undefined, 2)}\n`;
}

/** @returns `undefined` when the text is not a baseline */
export function readBaseline(text: string): ReadonlySet<string> | undefined {
  try {
    return new Set(BASELINE_SCHEMA.parse(JSON.parse(text)).findings);
  } catch {
    return undefined;
  }
}
