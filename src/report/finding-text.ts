import { FACTS } from '../facts/index.ts';
import {
  CERTAINTY_ORDER,
  CERTAINTY_WORDS,
  certaintyOf,
  type Finding,
  type FindingGroup,
  type NamedPlace,
  type ReportedFinding,
} from '../questions/check/index.ts';
import type { Walk } from '../trace/index.ts';
import { groupBy } from './group-by.ts';
import { replayCommand } from './replay-command.ts';
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
import { boxName } from './trace-text.ts';

/** How many findings of one check, and places of one finding, the short report shows. */
const SHOWN = 3;
const INDENT = 8;

export interface FindingTextOptions {
  readonly verbose: boolean;
  /** As the person gave them: commands to repeat need them. */
  readonly paths: readonly string[];
}

/** All findings of one check: twenty of one kind are one finding with twenty places. A note is told shortly. */
export function groupText(group: FindingGroup, options: FindingTextOptions, style: Style): string {
  const { bold, dim } = paint(style);
  const { verbose } = options;
  const isBrief = group.severity === 'note' && !verbose;
  const live = group.findings.filter(({ suppression }) => suppression === undefined);
  const listed = verbose ? group.findings : live;
  const shown = verbose ? listed : listed.slice(0, isBrief ? 1 : SHOWN);
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
    if (!isBrief) {
      lines.push(...evidenceLines(finding, index === 0, options, style));
      lines.push(...proofLines(finding, verbose, style));
    }
    lines.push(...placeLines(finding.places, verbose, style));
    if (!hasOneFix) lines.push(hanging(style, INDENT, `${dim('fix')}  `, fixWords(finding)));
  }
  const rest = listed.length - shown.length;
  if (rest > 0) lines.push(`${' '.repeat(INDENT)}${dim(`and ${rest} more (--verbose)`)}`);
  const [first] = shown;
  if (isBrief || first === undefined) return lines.join('\n');
  if (hasOneFix)
    lines.push(
      hanging(
        style,
        INDENT,
        `${dim('fix')}  `,
        fixWords(
          shown.find(({ finding }) => finding.changes !== undefined)?.finding ?? first.finding,
        ),
      ),
    );
  if (group.check.facts.length > 0)
    lines.push(hanging(style, INDENT, `${dim('why')}  `, dim(sourcesOf(group))));
  const { evidence } = first.finding;
  // On one line however long: it is there to be copied.
  if (evidence.kind === 'walked')
    lines.push(
      `${' '.repeat(INDENT)}${dim(`see  ${safe(replayCommand(evidence.replay, options.paths))}`)}`,
    );
  return lines.join('\n');
}

/** `proven · 3 places`; several words where they differ. */
function howKnown(findings: readonly ReportedFinding[]): string {
  const kinds = findings.map(({ finding }) => certaintyOf(finding.evidence).kind);
  const known = CERTAINTY_ORDER.filter((kind) => kinds.includes(kind));
  const how = known.map((kind) => CERTAINTY_WORDS[kind]).join(', ');
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

/** What is written, or the walk of the first finding. What stands at a place is said there. */
function evidenceLines(
  { evidence, places, message }: Finding,
  isFirst: boolean,
  { verbose, paths }: FindingTextOptions,
  style: Style,
): string[] {
  const { dim } = paint(style);
  if (evidence.kind === 'proved') {
    const shown = verbose ? evidence.lines : evidence.lines.slice(0, SHOWN);
    const more = evidence.lines.length - shown.length;
    const replays = verbose ? evidence.replays : evidence.replays.slice(0, 1);
    return [
      ...shown.map((line) => wrapped(style, INDENT, dim(safe(line)))),
      ...(more > 0 ? [`${' '.repeat(INDENT)}${dim(`and ${count(more, 'more line')}`)}`] : []),
      // On one line however long: they are there to be copied.
      ...replays.map(
        (replay) => `${' '.repeat(INDENT)}${dim(`see  ${safe(replayCommand(replay, paths))}`)}`,
      ),
    ];
  }
  if (evidence.kind === 'configured') {
    const written = places.map(({ what }) => what);
    // What the sentence above or a place below says already is not said again.
    const lines = evidence.lines.filter(
      (line) => !written.includes(line) && !message.includes(line),
    );
    const shown = verbose ? lines : lines.slice(0, SHOWN);
    const more = lines.length - shown.length;
    return [
      ...shown.map((line) => wrapped(style, INDENT, dim(safe(line)))),
      ...(more > 0 ? [wrapped(style, INDENT, dim(`and ${count(more, 'line')} more`))] : []),
    ];
  }
  if (!isFirst && !verbose) return [];
  const { forward, back } = evidence.trace;
  return [
    walkLine('there', forward, style),
    ...(back === undefined ? [] : [walkLine('back', back, style)]),
  ];
}

/** What the proof covers and stands on. The short report names what it stands on, and the part that is meant. */
function proofLines({ evidence }: Finding, verbose: boolean, style: Style): string[] {
  if (evidence.kind === 'proved') return [];
  const { dim } = paint(style);
  const certainty = certaintyOf(evidence);
  const on = certainty.kind === 'conditional' ? certainty.on : [];
  const { flows, part = [] } = evidence.proof ?? {};
  const line = (label: string, text: string) => hanging(style, INDENT, dim(label), dim(safe(text)));
  return [
    ...(verbose && flows !== undefined ? [line('shown of  ', flows)] : []),
    ...(part.length > 0 ? [line('meant are  ', part.join('; '))] : []),
    ...(verbose ? on : on.slice(0, 1)).map((text) => line('taken as true: ', text)),
    ...(!verbose && on.length > 1
      ? [`${' '.repeat(INDENT)}${dim(`and ${on.length - 1} more taken as true (--verbose)`)}`]
      : []),
  ];
}

/** The boxes of one direction on one line, then how it ended. */
function walkLine(label: string, walk: Walk, style: Style): string {
  const { dim } = paint(style);
  const head = `${label.padEnd(5)}  `;
  // Where the name was looked up is no box on the way.
  const way = walk.hops
    .filter(({ kind }) => kind !== 'name')
    .map(boxName)
    .join(' → ');
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

/** `file:line  what` side by side while they fit; what stands on one line of a file is told together. */
function placeLines(places: readonly NamedPlace[], verbose: boolean, style: Style): string[] {
  const { dim } = paint(style);
  const byLine = groupBy(places, ({ at }) =>
    isPlaceless(at) ? safe(at.source.file) : placeText(style, at),
  );
  const all = [...byLine].map(
    ([where, standing]) =>
      `${where}  ${dim(safe([...new Set(standing.map(({ what }) => what))].join(', ')))}`,
  );
  const shown = verbose ? all : all.slice(0, SHOWN);
  const lines: string[] = [];
  let line = '';
  for (const text of shown) {
    const joined = line === '' ? text : `${line}      ${text}`;
    if (line !== '' && displayWidth(joined) > style.width - INDENT) {
      lines.push(wrapped(style, INDENT, line));
      line = text;
    } else line = joined;
  }
  if (line !== '') lines.push(wrapped(style, INDENT, line));
  const rest = all.length - shown.length;
  if (rest > 0) lines.push(`${' '.repeat(INDENT)}${dim(`and ${count(rest, 'more place')}`)}`);
  return lines;
}

/** Where we know it from. `--explain` says all of it. */
function sourcesOf({ check }: FindingGroup): string {
  const shown = check.facts.slice(0, 2);
  const rest = check.facts.length - shown.length;
  const sources = shown.map((id) => `fact ${id} (${documentOf(FACTS[id].source)})`);
  return [...sources, ...(rest > 0 ? [`and ${rest} more`] : [])].join(' · ');
}

/** The page a source names first, without its folders: `limit-egress-traffic.md`, `kubernetes.io network-policies`. */
function documentOf(source: string): string {
  const url = /^https:\/\/([^/;,( ]+)([^;,( ]*)/.exec(source);
  if (url !== null) {
    const page = url[2]!.split('/').filter((part) => part !== '');
    return [url[1], ...page.slice(-1)].join(' ');
  }
  return /[\w.-]+\.(?:md|yml|go)\b/.exec(source)?.[0] ?? source.split(/[;,(]/, 1)[0]!.trim();
}

/** With the command that writes it, where a patch can. */
function fixWords({ check, fix, changes }: Finding): string {
  return changes === undefined ? safe(fix) : `${safe(fix)} (--fix ${check} writes it)`;
}
