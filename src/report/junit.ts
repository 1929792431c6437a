import { locate } from '../diagnostics/index.ts';
import type { CheckReport, Finding } from '../questions/check/index.ts';
import { isPlaceless } from './style.ts';

/** JUnit XML: one test case per check, so that any pipeline shows it. Undecided checks are errors, never passes. */
export function checkJunit(report: CheckReport): string {
  const { passed, undecided, notApplicable } = report.outcomes;
  const failing = report.groups.map(({ check, findings }) => ({
    id: check.id,
    findings: findings.flatMap(({ finding, suppression }) =>
      suppression === undefined ? [finding] : [],
    ),
  }));
  const cases = [
    ...failing.map(({ id, findings }) =>
      findings.length === 0
        ? testCase(id, '<skipped message="accepted"/>')
        : testCase(id, failure(findings)),
    ),
    ...undecided.map((id) => {
      const needs = report.undecided
        .filter((one) => one.check === id)
        .map((one) => `${one.message} needs: ${one.missing}`);
      return testCase(
        id,
        `<error message="${xml(needs[0] ?? 'undecided')}">${xml(needs.join('\n'))}</error>`,
      );
    }),
    ...passed.map((id) => testCase(id, '')),
    ...notApplicable.map(({ check, why }) => testCase(check, `<skipped message="${xml(why)}"/>`)),
  ];
  const failures = failing.filter(({ findings }) => findings.length > 0).length;
  const skipped = notApplicable.length + failing.length - failures;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="sallyport" tests="${cases.length}" failures="${failures}" errors="${undecided.length}">`,
    `  <testsuite name="check" tests="${cases.length}" failures="${failures}" errors="${undecided.length}" skipped="${skipped}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(id: string, inner: string): string {
  const name = `name="${xml(id)}" classname="sallyport.check"`;
  return inner === '' ? `    <testcase ${name}/>` : `    <testcase ${name}>${inner}</testcase>`;
}

function failure(findings: readonly Finding[]): string {
  const lines = findings.map((finding) => {
    const at = finding.places.find((place) => !isPlaceless(place.at))?.at;
    const where = at === undefined ? '' : `${locate(at).file}:${locate(at).line}: `;
    return `${where}${finding.message} Fix: ${finding.fix}`;
  });
  return `<failure message="${xml(findings[0]?.message ?? '')}" type="${findings[0]?.severity ?? ''}">${xml(lines.join('\n'))}</failure>`;
}

/** Escaped, and without the control characters that XML 1.0 cannot hold. */
export function xml(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
