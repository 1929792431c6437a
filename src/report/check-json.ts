import type { Diagnostic, Gap } from '../diagnostics/index.ts';
import {
  type CheckReport,
  certaintyOf,
  type Finding,
  fingerprintText,
  type Suppression,
} from '../questions/check/index.ts';
import type { CheckHead } from './check-head.ts';
import { diagnosticJson, gapJson, locationJson } from './location-json.ts';
import { traceJson } from './trace-json.ts';

/** The version of the shape below; raised when a field changes its meaning or goes away. docs/check.md lists it. */
export const CHECK_JSON_VERSION = 1;

/** The same content as the text, for machines. Key order is fixed: the same input gives the same bytes. */
export function checkJson(
  head: CheckHead,
  report: CheckReport,
  diagnostics: readonly Diagnostic[],
  gaps: readonly Gap[],
): string {
  const json = {
    schemaVersion: CHECK_JSON_VERSION,
    tool: { name: 'sallyport', version: head.version },
    paths: head.paths,
    contents: head.contents,
    data: head.data,
    asOf: head.asOf,
    findings: report.groups.flatMap((group) =>
      group.findings.map(({ finding, suppression, expired }) => ({
        check: finding.check,
        severity: finding.severity,
        message: finding.message,
        subject: finding.subject,
        fingerprint: fingerprintText(finding),
        certainty: certaintyOf(finding.evidence),
        evidence: evidenceJson(finding),
        places: finding.places.map(({ at, what }) => ({ what, ...locationJson(at) })),
        fix: finding.fix,
        ...(finding.changes === undefined ? {} : { isPatchable: true }),
        facts: group.check.facts,
        ...standingJson(suppression, expired),
      })),
    ),
    undecided: report.undecided.map(({ question, suppression, expired }) => ({
      check: question.check,
      subject: question.subject,
      fingerprint: fingerprintText(question),
      message: question.message,
      missing: question.missing,
      ...locationJson(question.at),
      ...standingJson(suppression, expired),
    })),
    ...(report.proven === undefined
      ? {}
      : {
          proven: report.proven.map(({ check, subject, message, assumptions, at }) => ({
            check,
            subject,
            message,
            assumptions,
            ...locationJson(at),
          })),
        }),
    checks: report.outcomes,
    remarks: report.remarks.map(({ message, at }) => ({ message, ...locationJson(at) })),
    diagnostics: diagnostics.map(diagnosticJson),
    gaps: gaps.map(gapJson),
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

function standingJson(suppression: Suppression | undefined, expired: Suppression | undefined) {
  return {
    ...(suppression === undefined ? {} : { suppression }),
    ...(expired === undefined ? {} : { expiredSuppression: expired }),
  };
}

function evidenceJson({ evidence }: Finding): unknown {
  if (evidence.kind !== 'walked') return evidence;
  const { kind, replay, trace, proof } = evidence;
  return { kind, replay, ...(proof === undefined ? {} : { proof }), trace: traceJson(trace) };
}
