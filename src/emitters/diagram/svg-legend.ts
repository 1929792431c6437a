import { xmlText } from './plain-text.ts';
import { textWidth } from './text-width.ts';
import { EDGE_MEANINGS, type EdgeMeaning, type Topology } from './topology.ts';

export interface Legend {
  readonly lines: readonly string[];
  readonly width: number;
  readonly height: number;
}

const SIZE = 11.5;
const ROW = 20;
const SAMPLE = 34;
const GAP = 22;

/** What the colours and dashes of this picture mean, and the notes below. Only what is in the picture is explained. */
export function legendOf({ edges, notes }: Topology, width: number): Legend {
  const used = new Set(edges.map(({ meaning }) => meaning));
  const meanings = (Object.keys(EDGE_MEANINGS) as EdgeMeaning[]).filter((meaning) =>
    used.has(meaning),
  );
  const entries: (readonly [string, string])[] = meanings.map((meaning) => [
    `${EDGE_MEANINGS[meaning].layer} ${meaning} certain`,
    EDGE_MEANINGS[meaning].words,
  ]);
  if (edges.some(({ standing }) => standing === 'unknown'))
    entries.push(['network unknown', 'not known for certain']);
  if (edges.some(({ standing }) => standing === 'broken'))
    entries.push(['broken', 'written, carries nothing']);
  const lines: string[] = [];
  let x = 0;
  let y = 0;
  let widest = 0;
  for (const [name, words] of entries) {
    const room = SAMPLE + 8 + textWidth(words, SIZE);
    if (x > 0 && x + room > width) {
      x = 0;
      y += ROW;
    }
    lines.push(
      `<g class="edge ${name}"><path class="line" d="M${round(x)} ${y + 8}h${SAMPLE}"/></g><text class="line" x="${round(x + SAMPLE + 8)}" y="${y + 12}">${xmlText(words)}</text>`,
    );
    widest = Math.max(widest, x + room);
    x += room + GAP;
  }
  y += entries.length > 0 ? ROW : 0;
  for (const note of notes.slice(0, 6)) {
    lines.push(`<text class="line" x="0" y="${y + 12}">${xmlText(note, 120)}</text>`);
    widest = Math.max(widest, textWidth(note.slice(0, 122), SIZE));
    y += ROW;
  }
  return { lines, width: widest, height: y };
}

function round(value: number): number {
  return Math.round(value * 2) / 2;
}
