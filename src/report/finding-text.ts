import { FACTS } from '../facts/index.ts';
import type {
  Finding,
  FindingGroup,
  NamedPlace,
  ReportedFinding,
} from '../questions/check/index.ts';
import type { Walk } from '../trace/index.ts';
import {
  count,
  displayWidth,
  hanging,
  isPlaceless,
  paint,
  placeText,
  type Style,
  safe,
  spread,
  wrapped,
} from './style.ts';

/** How many findings of one check, and places of one finding, the short report shows. */
const SHOWN = 3;
const INDENT = 8;

/** All findings of one check: twenty of one kind are one finding with twenty places. */
export function groupText(group: FindingGroup, verbose: boolean, style: Style): string {
  const { bold, dim } = paint(style);
  const live = group.findings.filter(({ suppression }) => suppression === undefined);
  const listed = verbose ? group.findings : live;
  const shown = verbose ? listed : listed.slice(0, SHOWN);
  const colour = paint(style)[group.severity];
  const lines = [
    spread(
      style,
      ` ${bold(colour(group.severity))}  ${bold(group.check.id)}`,
      dim(howKnown(listed)),
    ),
  ];
  // One repair for all stands once, at the end; different ones stand with what they repair.
  const hasOneFix = new Set(shown.map(({ finding }) => finding.fix)).size === 1;
  let said = '';
  for (const [index, reported] of shown.entries()) {
    const { finding } = reported;
    if (finding.message !== said) lines.push(wrapped(style, INDENT, safe(finding.message)));
    said = finding.message;
    lines.push(...standingLines(reported, style));
    lines.push(...evidenceLines(finding, index === 0 || verbose, style));
    lines.push(...placeLines(finding.places, verbose, style));
    if (!hasOneFix) lines.push(hanging(style, INDENT, `${dim('fix')}  `, safe(finding.fix)));
  }
  const rest = listed.length - shown.length;
  if (rest > 0) lines.push(`${' '.repeat(INDENT)}${dim(`and ${rest} more (--verbose)`)}`);
  const [first] = shown;
  if (hasOneFix && first !== undefined)
    lines.push(hanging(style, INDENT, `${dim('fix')}  `, safe(first.finding.fix)));
  lines.push(hanging(style, INDENT, `${dim('why')}  `, dim(whyText(group, first))));
  return lines.join('\n');
}

function howKnown(findings: readonly ReportedFinding[]): string {
  const walked = findings.some(({ finding }) => finding.evidence.kind === 'walked');
  const how = walked ? 'a flow was walked' : 'seen in configuration';
  return findings.length > 1 ? `${how} · ${count(findings.length, 'place')}` : how;
}

/** Accepted, or accepted until a day that has passed. */
function standingLines({ suppression, expired }: ReportedFinding, style: Style): string[] {
  const { dim, warning } = paint(style);
  if (suppression !== undefined) {
    const until = suppression.until === undefined ? '' : ` until ${suppression.until}`;
    return [wrapped(style, INDENT, dim(`accepted${until}: ${safe(suppression.reason)}`))];
  }
  if (expired === undefined) return [];
  const text = `was accepted until ${expired.until}: ${safe(expired.reason)}`;
  return [wrapped(style, INDENT, warning(text))];
}

function evidenceLines({ evidence, places }: Finding, withWalk: boolean, style: Style): string[] {
  const { dim } = paint(style);
  if (evidence.kind === 'configured') {
    const written = places.map(({ what }) => what);
    return evidence.lines
      .filter((line) => !written.includes(line))
      .map((line) => wrapped(style, INDENT, dim(safe(line))));
  }
  if (!withWalk) return [];
  const { forward, back } = evidence.trace;
  return [
    walkLine('there', forward, style),
    ...(back === undefined ? [] : [walkLine('back', back, style)]),
  ];
}

/** The boxes of one direction on one line, then how it ended. */
function walkLine(label: string, walk: Walk, style: Style): string {
  const { dim } = paint(style);
  const boxes = walk.hops.map(({ kind, name }) => (kind === name ? name : `${kind} ${name}`));
  const head = `${label.padEnd(5)}  `;
  const way = safe(boxes.join(' → '));
  const end = safe(endOf(walk));
  const room = style.width - INDENT - displayWidth(head) - displayWidth(way) - 2;
  if (displayWidth(end) <= room) {
    return ' '.repeat(INDENT) + spread({ ...style, width: style.width - INDENT }, head + way, end);
  }
  return [
    hanging(style, INDENT, head, way),
    hanging(style, INDENT + head.length, '', dim(`→ ${end}`)),
  ].join('\n');
}

function endOf({ disposition }: Walk): string {
  switch (disposition.kind) {
    case 'delivered':
      return 'delivered';
    case 'left-network':
      return `arrives at ${disposition.to}`;
    case 'denied':
      return `denied: ${disposition.by.name}`;
    case 'no-route':
      return `no way on: ${disposition.by.name}`;
    case 'loop':
      return `runs in circles through ${disposition.through.join(', ')}`;
    case 'no-session':
      return `dropped: ${disposition.why}`;
    case 'unknown':
      return `cannot be told: needs ${disposition.why.map(({ missing }) => missing).join('; ')}`;
  }
}

/** `file:line  what` side by side while they fit. */
function placeLines(places: readonly NamedPlace[], verbose: boolean, style: Style): string[] {
  const { dim } = paint(style);
  const shown = verbose ? places : places.slice(0, SHOWN);
  const lines: string[] = [];
  let line = '';
  for (const { at, what } of shown) {
    const where = isPlaceless(at) ? safe(at.source.file) : placeText(style, at);
    const text = `${where}  ${dim(safe(what))}`;
    const joined = line === '' ? text : `${line}      ${text}`;
    if (line !== '' && displayWidth(joined) > style.width - INDENT) {
      lines.push(wrapped(style, INDENT, line));
      line = text;
    } else line = joined;
  }
  if (line !== '') lines.push(wrapped(style, INDENT, line));
  const rest = places.length - shown.length;
  if (rest > 0) lines.push(`${' '.repeat(INDENT)}${dim(`and ${count(rest, 'more place')}`)}`);
  return lines;
}

/** Where we know it from, and how to see it again. */
function whyText(group: FindingGroup, first: ReportedFinding | undefined): string {
  const [fact] = group.check.facts;
  const others = group.check.facts.length - 1;
  const more = others > 0 ? ` and ${others} more` : '';
  const source = fact === undefined ? [] : [`fact ${fact}${more}: ${FACTS[fact].source}`];
  const evidence = first?.finding.evidence;
  const again =
    evidence?.kind === 'walked'
      ? safe(evidence.replay)
      : `sallyport check --explain ${group.check.id}`;
  return [...source, again].join(' · ');
}
