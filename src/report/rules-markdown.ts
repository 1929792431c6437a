import { locate } from '../diagnostics/index.ts';
import {
  FINDING_KINDS,
  FINDING_WORDS,
  type FindingKind,
  type PerimeterAudit,
} from '../questions/rules/index.ts';
import type { Decider } from '../semantics/verdict.ts';
import type { CheckHead } from './check-head.ts';
import { code, prose } from './markdown.ts';
import { count, isPlaceless } from './style.ts';

/** An audit to paste into a pull request or a wiki page. */
export function rulesMarkdown(head: CheckHead, audit: PerimeterAudit): string {
  const open = [
    ...audit.inconclusive.map(({ artefact, exhausted }) => `${artefact}: ran out of ${exhausted}`),
    ...audit.notAsked.map(({ what, why }) => `${what}: ${why}`),
  ];
  const sections = [
    [
      `# Rules: ${prose(head.paths.join(' '))}`,
      '',
      `${prose(head.contents)}  `,
      `Data: ${prose(head.data)} · as of ${head.asOf} · sallyport ${head.version}`,
      '',
      `**${count(audit.rules, 'rule')}**, ${audit.removable.length} can go together.`,
    ],
    ...FINDING_KINDS.map((kind) => kindLines(audit, kind)),
    open.length === 0 ? [] : ['## Not asked', '', ...open.map((text) => `- ${prose(text)}`)],
  ];
  const written = sections.filter((lines) => lines.length > 0);
  return `${written.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function kindLines({ findings }: PerimeterAudit, kind: FindingKind): readonly string[] {
  const all = findings.filter((finding) => finding.kind === kind);
  if (all.length === 0) return [];
  return [
    `## ${kind}: ${FINDING_WORDS[kind].title}`,
    '',
    '| what happens | where | can go |',
    '| --- | --- | --- |',
    ...all.map(({ message, rule, others, mayGo, needs }) => {
      const missing =
        needs.length === 0 ? '' : ` Needs: ${needs.map((need) => need.missing).join('; ')}.`;
      const places = [rule, ...others].flatMap(placeOf).join(' ');
      return `| ${prose(message + missing)} | ${places} | ${mayGo ? 'yes' : ''} |`;
    }),
    '',
    `Fix: ${prose(FINDING_WORDS[kind].fix)}.`,
  ];
}

function placeOf({ at }: Decider): readonly string[] {
  if (at === undefined || isPlaceless(at)) return [];
  const { file, line } = locate(at);
  return [code(`${file}:${line}`)];
}
