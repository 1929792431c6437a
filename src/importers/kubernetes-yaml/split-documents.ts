/** One document of a YAML stream, its marker included. */
export interface DocumentText {
  readonly text: string;
  /** Where it starts in the stream. */
  readonly offset: number;
}

/**
 * Cuts a stream into documents before anything is understood: a marker at the start of a line ends whatever is
 * open, by the grammar of YAML, so that one broken document cannot swallow the next. Empty documents are left out.
 * O(text).
 */
export function splitDocuments(text: string): readonly DocumentText[] {
  const documents: DocumentText[] = [];
  const marker = /^(?:---|\.\.\.)(?=[ \t\r\n]|$)/gm;
  let start = 0;
  const add = (end: number) => {
    const piece = text.slice(start, end);
    if (!isEmpty(piece)) documents.push({ text: piece, offset: start });
  };
  for (const match of text.matchAll(marker)) {
    add(match.index);
    // `...` closes; what follows it on the line is a comment.
    start = match[0] === '---' ? match.index : match.index + 3;
  }
  add(text.length);
  return documents;
}

/** Nothing but blank lines, comments, directives and the marker itself. */
function isEmpty(piece: string): boolean {
  for (let start = 0; start < piece.length; ) {
    const end = piece.indexOf('\n', start);
    const line = piece.slice(start, end < 0 ? piece.length : end).trim();
    const content = start === 0 ? line.replace(/^---\s*/, '') : line;
    if (
      content !== '' &&
      content !== '---' &&
      !content.startsWith('#') &&
      !content.startsWith('%')
    ) {
      return false;
    }
    if (end < 0) return true;
    start = end + 1;
  }
  return true;
}
