import { type Diagnostic, type Gap, locate } from '../diagnostics/index.ts';
import type { CheckReport } from '../questions/check/index.ts';
import { counting } from '../questions/check/index.ts';
import type { CheckHead } from './check-text.ts';
import { isPlaceless } from './style.ts';

/** A report to paste into a pull request or a wiki page. */
export function checkMarkdown(
  head: CheckHead,
  report: CheckReport,
  diagnostics: readonly Diagnostic[],
  gaps: readonly Gap[],
): string {
  const findings = counting(report);
  const lines = [
    `# Perimeter check: ${cell(head.paths.join(' '))}`,
    '',
    `${cell(head.contents)}  `,
    `Data: ${cell(head.data)} · as of ${head.asOf}`,
    '',
    `**${findings.length} findings**, ${report.undecided.length} undecided, ${report.outcomes.passed.length} checks hold.`,
    '',
  ];
  for (const group of report.groups) {
    const live = group.findings.filter(({ suppression }) => suppression === undefined);
    if (live.length === 0) continue;
    lines.push(
      `## ${group.severity}: \`${group.check.id}\``,
      '',
      '| what happens | where | fix |',
      '| --- | --- | --- |',
    );
    for (const { finding } of live) {
      const where = finding.places
        .filter(({ at }) => !isPlaceless(at))
        .map(({ at }) => `\`${locate(at).file}:${locate(at).line}\``);
      lines.push(`| ${cell(finding.message)} | ${cell(where.join(' '))} | ${cell(finding.fix)} |`);
    }
    lines.push('');
  }
  if (report.undecided.length > 0) {
    lines.push('## Undecided', '', '| question | needs |', '| --- | --- |');
    for (const one of report.undecided)
      lines.push(`| ${cell(one.message)} | ${cell(one.missing)} |`);
    lines.push('');
  }
  const wrong = diagnostics.filter(({ severity }) => severity !== 'note');
  if (wrong.length > 0) {
    lines.push('## About the input', '');
    for (const one of wrong) lines.push(`- ${one.severity} \`${one.code}\`: ${cell(one.message)}`);
    lines.push('');
  }
  const missing = gaps.filter((gap) => gap.why !== '');
  if (missing.length > 0) {
    lines.push('## Not modelled', '');
    for (const gap of missing) lines.push(`- ${cell(gap.what)}: ${cell(gap.why)}`);
    lines.push('');
  }
  return lines.join('\n');
}

/** Text inside a table cell: nothing in it becomes markup or ends the cell. */
export function cell(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f]/g, ' ')
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;');
}
