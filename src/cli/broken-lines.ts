import { sep } from 'node:path';
import type { LogStore, StoredQuarantine } from '../logs/store/index.ts';
import { paint, type Style, safe } from '../report/style.ts';

/** Lines that are shown of those that could not be read, and with `--verbose`. */
const SHOWN = { few: 3, many: 100 } as const;
const LOOKED_AT = 10_000;
const TEXT_MAX = 120;

/** Of these files, where lines stand that were kept aside, why, and how they begin: whoever wants them read has to see them. */
export async function brokenLines(
  store: LogStore,
  names: ReadonlySet<string>,
  isVerbose: boolean,
  style: Style,
): Promise<readonly string[]> {
  const { quarantined } = await import('../logs/store/index.ts');
  const most = isVerbose ? SHOWN.many : SHOWN.few;
  const found = (await quarantined(store, LOOKED_AT)).filter(({ source }) => names.has(source));
  if (found.length === 0) return [];
  const more = found.length - most;
  const { dim } = paint(style);
  const rest = more <= 0 ? [] : [dim(`  and ${more} more${isVerbose ? '' : ' (--verbose)'}`)];
  const title = dim('kept aside, since it could not be read:');
  return [title, ...found.slice(0, most).map((line) => brokenLine(line, style)), ...rest];
}

/** Files are known by their whole path; below the folder a person is in, they are called as that person calls them. */
export function fromHere(path: string): string {
  const here = `${process.cwd()}${sep}`;
  return path.startsWith(here) ? path.slice(here.length) : path;
}

function brokenLine({ source, line, item, reason, text }: StoredQuarantine, style: Style): string {
  const { dim } = paint(style);
  const place = `${fromHere(source)}:${line}${item > 0 ? `, record ${item}` : ''}`;
  const shown = text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
  return `  ${safe(place)}: ${safe(reason)}\n    ${dim(safe(shown))}`;
}
