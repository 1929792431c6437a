import { createHash } from 'node:crypto';
import { locate } from '../diagnostics/index.ts';
import { FACTS } from '../facts/index.ts';
import type { Check, CheckReport, NamedPlace, ReportedFinding } from '../questions/check/index.ts';
import { fingerprintText } from '../questions/check/index.ts';
import { isPlaceless } from './style.ts';

const LEVEL = { error: 'error', warning: 'warning', note: 'note' } as const;

/** SARIF 2.1.0, as GitHub code scanning reads it. Suppressed findings carry their justification. */
export function checkSarif(version: string, report: CheckReport): string {
  const rules = report.groups.map(({ check }) => check);
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'sallyport',
            semanticVersion: version,
            informationUri: 'https://github.com/sallyport/sallyport',
            rules: rules.map(ruleJson),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: report.groups.flatMap((group, ruleIndex) =>
          group.findings.map((reported) => resultJson(reported, ruleIndex)),
        ),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function ruleJson(check: Check): object {
  const sources = check.facts.map((id) => `- ${id}: ${FACTS[id].fact} (${FACTS[id].source})`);
  return {
    id: check.id,
    name: check.id
      .split(/[/-]/)
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join(''),
    shortDescription: { text: check.title },
    fullDescription: { text: check.explanation },
    help: {
      text: `${check.explanation}\n\nFix: ${check.fix}`,
      markdown: `${check.explanation}\n\n**Fix:** ${check.fix}\n\n**Sources**\n${sources.join('\n')}`,
    },
    defaultConfiguration: { level: LEVEL[check.severity] },
  };
}

function resultJson({ finding, suppression }: ReportedFinding, ruleIndex: number): object {
  const placed = finding.places.filter(({ at }) => !isPlaceless(at));
  return {
    ruleId: finding.check,
    ruleIndex,
    level: LEVEL[finding.severity],
    message: { text: `${finding.message} Fix: ${finding.fix}` },
    locations: placed.slice(0, 1).map(locationJson),
    ...(placed.length > 1
      ? {
          relatedLocations: placed.slice(1).map((place, index) => ({
            id: index + 1,
            ...locationJson(place),
            message: { text: place.what },
          })),
        }
      : {}),
    partialFingerprints: {
      'sallyportFinding/v1': createHash('sha256')
        .update(fingerprintText(finding))
        .digest('hex')
        .slice(0, 32),
    },
    ...(suppression === undefined
      ? {}
      : {
          suppressions: [
            { kind: 'external', status: 'accepted', justification: suppression.reason },
          ],
        }),
  };
}

function locationJson({ at }: NamedPlace): object {
  const { file, line, column } = locate(at);
  return {
    physicalLocation: {
      artifactLocation: { uri: fileUri(file) },
      region: { startLine: line, startColumn: column },
    },
  };
}

/** A relative URI reference: forward slashes, reserved characters escaped. */
export function fileUri(file: string): string {
  const path = file.replaceAll('\\', '/').replace(/^\.\//, '');
  const escaped = path.split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${escaped}` : escaped;
}
