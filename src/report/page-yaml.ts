import { stringify } from 'yaml';
import type { PageDraft } from '../questions/adopt/index.ts';
import { locationJson } from './location-json.ts';

/** A derived page as YAML: what it cannot say first, as comments, then the page. Same input, same bytes. */
export function pageYaml({ page, remarks }: PageDraft): string {
  const lines = [
    '# yaml-language-server: $schema=./node_modules/sallyport/schemas/perimeter.schema.json',
    '# Derived from what is there. Read it, and compare what it means with `sallyport diff OLD NEW`.',
    ...(remarks.length === 0 ? [] : ['# A page has no words for:']),
    ...remarks.map(({ what, why, at }) => `#   ${oneLine(`${what}: ${why}${placeOf(at)}`)}`),
  ];
  return `${lines.join('\n')}\n${stringify(page, { lineWidth: 110 })}`;
}

function placeOf(at: PageDraft['remarks'][number]['at']): string {
  const { location } = locationJson(at) as { location?: { file: string; line: number } };
  return location === undefined ? '' : ` (${location.file}:${location.line})`;
}

/** A name of anybody's stays inside its comment. */
function oneLine(text: string): string {
  return [...text].map((one) => (one < ' ' || one === '\u007f' ? ' ' : one)).join('');
}
