import type { Unknown } from '../../values/index.ts';

/**
 * Ids and names that are known only in part hold tokens: `«parameters('name') of main.json»` (importers write them).
 * A token and an unknown value are the same fact when they have one identity.
 */
export function identityOf(unknown: Unknown): string | undefined {
  return unknown.symbol === undefined ? undefined : tokenText(unknown.symbol);
}

/** The name an importer gives to something whose name is this unknown. */
export function tokenFor(unknown: Unknown): string {
  const { symbol } = unknown;
  if (symbol?.startsWith(TEXT_SYMBOL)) return symbol.slice(TEXT_SYMBOL.length);
  return `«${tokenText(symbol ?? `${unknown.text} of ${unknown.at.source.file}`)}»`;
}

/** Symbol of a text made of known parts and tokens. */
export const TEXT_SYMBOL = 'text:';

/** A text cut into what is known and what stands in tokens. */
export function tokenParts(text: string): readonly (string | { readonly token: string })[] {
  const parts: (string | { readonly token: string })[] = [];
  let from = 0;
  for (const match of text.matchAll(/«([^«»]*)»/g)) {
    if (match.index > from) parts.push(text.slice(from, match.index));
    parts.push({ token: match[1] ?? '' });
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

/** A token as a symbol again: slashes were replaced so that ids still split into segments. */
export function symbolOfToken(token: string): string {
  return token.replaceAll('∕', '/').replaceAll('‹', '«').replaceAll('›', '»');
}

function tokenText(symbol: string): string {
  return symbol.replaceAll('/', '∕').replaceAll('«', '‹').replaceAll('»', '›').replace(/\s+/g, ' ');
}
