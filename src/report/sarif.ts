import { type Diagnostic, locate, type Place } from '../diagnostics/index.ts';
import { FACTS } from '../facts/index.ts';
import {
  CERTAINTY_WORDS,
  type Check,
  type CheckReport,
  certaintyOf,
  type Finding,
  fingerprintText,
  type NamedPlace,
  openQuestions,
  type ReportedFinding,
} from '../questions/check/index.ts';
import type { CheckHead } from './check-head.ts';
import { fileUri } from './file-uri.ts';
import { provenText } from './proven-text.ts';
import { stableHash } from './stable-hash.ts';
import { isPlaceless } from './style.ts';

/**
 * SARIF 2.1.0, as GitHub code scanning reads it. Findings are results; accepted ones carry their justification.
 * Open questions and what is wrong with the input are notifications of the run: they are no alerts, and not hidden.
 */
export function checkSarif(
  head: CheckHead,
  report: CheckReport,
  diagnostics: readonly Diagnostic[],
): string {
  const fallback = head.paths[0] ?? '.';
  const occurrence = new Map<string, number>();
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'sallyport',
            semanticVersion: head.version,
            rules: report.groups.map(({ check }) => ruleJson(check)),
          },
        },
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: [
              ...openQuestions(report).map((question) => ({
                level: 'warning',
                message: { text: plain(`${question.message} Needs: ${question.missing}`) },
                associatedRule: { id: question.check },
                ...locationsJson(question.at),
              })),
              ...(report.proven ?? []).map(({ check, subject, message, at }) => ({
                level: 'note',
                message: { text: plain(`Proven: ${provenText(subject, message)}`) },
                associatedRule: { id: check },
                ...locationsJson(at),
              })),
              ...diagnostics.map((diagnostic) => ({
                level: diagnostic.severity,
                descriptor: { id: diagnostic.code },
                message: { text: plain(diagnostic.message) },
                ...locationsJson(diagnostic.at),
              })),
            ],
            toolConfigurationNotifications: report.remarks.map(({ message, at }) => ({
              level: 'note',
              message: { text: plain(message) },
              ...locationsJson(at),
            })),
          },
        ],
        columnKind: 'utf16CodeUnits',
        results: report.groups.flatMap((group, ruleIndex) =>
          group.findings.map((reported) => {
            const fingerprint = fingerprintText(reported.finding);
            const before = occurrence.get(fingerprint) ?? 0;
            occurrence.set(fingerprint, before + 1);
            return resultJson(
              reported,
              ruleIndex,
              `${stableHash(fingerprint)}:${before + 1}`,
              fallback,
            );
          }),
        ),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function ruleJson(check: Check): object {
  const sources = check.facts.map((id) => `- ${id}: ${FACTS[id].fact} (${FACTS[id].source})`);
  const words = check.id.split(/[/-]/);
  return {
    id: check.id,
    name: words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(''),
    shortDescription: { text: plain(check.title) },
    fullDescription: { text: plain(check.explanation) },
    help: {
      text: plain(`${check.explanation}\n\nFix: ${check.fix}`),
      markdown: `${check.explanation}\n\n**Fix:** ${check.fix}\n\n**Sources**\n\n${sources.join('\n')}`,
    },
    defaultConfiguration: { level: check.severity },
  };
}

/**
 * @param fingerprint what code scanning tells alerts apart by: check and subject, so that an alert stays the same one
 *   when lines move
 */
function resultJson(
  { finding, suppression }: ReportedFinding,
  ruleIndex: number,
  fingerprint: string,
  fallback: string,
): object {
  const placed = finding.places.filter(({ at }) => !isPlaceless(at));
  const [first, ...others] = placed;
  return {
    ruleId: finding.check,
    ruleIndex,
    level: finding.severity,
    message: { text: plain(`${finding.message} Fix: ${finding.fix}`) },
    // Code scanning refuses a result without a place in a file.
    locations: [
      {
        physicalLocation:
          first === undefined
            ? { artifactLocation: { uri: fileUri(fallback) } }
            : physicalLocation(first.at),
        logicalLocations: [{ fullyQualifiedName: finding.subject }],
      },
    ],
    ...(others.length > 0 ? { relatedLocations: others.map(relatedLocation) } : {}),
    partialFingerprints: {
      primaryLocationLineHash: fingerprint,
      'sallyportSubject/v1': fingerprintText(finding),
    },
    properties: { ...certaintyJson(finding), evidence: evidenceText(finding) },
    ...(suppression === undefined
      ? {}
      : {
          suppressions: [
            { kind: 'external', status: 'accepted', justification: suppression.reason },
          ],
        }),
  };
}

/** The word of every report, and what it stands on. */
function certaintyJson({ evidence }: Finding): object {
  const certainty = certaintyOf(evidence);
  const proof = evidence.kind === 'proved' ? undefined : evidence.proof;
  return {
    certainty: CERTAINTY_WORDS[certainty.kind],
    ...(certainty.kind === 'conditional' ? { conditions: certainty.on } : {}),
    ...(proof === undefined ? {} : { shownOf: proof.flows, part: proof.part }),
  };
}

function evidenceText({ evidence }: Finding): readonly string[] {
  switch (evidence.kind) {
    case 'walked':
      return [evidence.trace.summary, evidence.replay];
    case 'proved':
      return [evidence.certainty, ...evidence.lines, ...evidence.replays];
    case 'configured':
      return evidence.lines;
  }
}

function relatedLocation({ at, what }: NamedPlace, index: number): object {
  return { id: index + 1, physicalLocation: physicalLocation(at), message: { text: plain(what) } };
}

function locationsJson(at: Place | undefined): object {
  if (at === undefined || isPlaceless(at)) return {};
  return { locations: [{ physicalLocation: physicalLocation(at) }] };
}

function physicalLocation(at: Place): object {
  const { file, line, column } = locate(at);
  return {
    artifactLocation: { uri: fileUri(file) },
    region: { startLine: line, startColumn: column },
  };
}

/** SARIF reads `[text](1)` in a plain message as a link (3.11.6); a person's own text is none. */
function plain(text: string): string {
  return text.replaceAll('](', '] (');
}
