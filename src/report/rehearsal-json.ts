import { diagnosticJson } from './location-json.ts';
import type { RehearsalSummary } from './rehearsal-text.ts';

/** @param check what `checkJson` gave; absent when nothing was checked */
export function rehearsalJson(summary: RehearsalSummary, check: string | undefined): string {
  const { command, exitCode, commands, requests, resources, wasCleanedUp } = summary;
  const rehearsal = {
    command,
    exitCode,
    commands,
    requests,
    resources,
    notModelled: summary.notModelled,
    wasCleanedUp,
    remarks: summary.remarks.map(diagnosticJson),
  };
  const report = check === undefined ? {} : { check: JSON.parse(check) as unknown };
  return `${JSON.stringify({ rehearsal, ...report }, null, 2)}\n`;
}
