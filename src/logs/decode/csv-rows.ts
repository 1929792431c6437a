/** A row and the line it starts on. `text` is what it was read from, when it was too long to be taken apart. */
export interface CsvRow {
  readonly cells: readonly string[];
  readonly line: number;
  readonly tooLong?: { readonly text: string; readonly length: number };
}

/** The rows of a CSV text that arrives in pieces (RFC 4180; a quote may also stand inside an unquoted cell). */
export interface CsvReader {
  /** Rows that ended in this piece. */
  push(piece: string): readonly CsvRow[];
  /** The row that the text ends in, if any, and whether a quote was left open. */
  end(): { readonly row: CsvRow | undefined; readonly isOpen: boolean };
}

export function csvReader(delimiter: string, rowMax: number): CsvReader {
  const separator = delimiter.charCodeAt(0);
  let cells: string[] = [];
  let cell = '';
  let length = 0;
  let line = 1;
  let startLine = 1;
  let isQuoted = false;
  // A quote inside quotes: it closes them, unless another follows.
  let wasQuote = false;
  let skipped: { text: string; length: number } | undefined;
  // A carriage return at the end of a piece, until the next piece says whether it ends a line.
  let heldReturn = '';

  const finishRow = (rows: CsvRow[]) => {
    if (skipped !== undefined) rows.push({ cells: [], line: startLine, tooLong: skipped });
    else if (cells.length > 0 || cell !== '')
      rows.push({ cells: [...cells, cell], line: startLine });
    cells = [];
    cell = '';
    length = 0;
    startLine = line;
    isQuoted = false;
    wasQuote = false;
    skipped = undefined;
  };
  const add = (part: string) => {
    length += part.length;
    if (skipped !== undefined) skipped.length += part.length;
    else if (length > rowMax) {
      // An unclosed quote would swallow the file: from here the next line end closes the row.
      skipped = { text: [...cells, cell].join(delimiter).slice(0, 1000), length };
      cells = [];
      cell = '';
      isQuoted = false;
    } else cell += part;
  };

  return {
    push(piece) {
      const rows: CsvRow[] = [];
      const isHeld = piece.endsWith('\r');
      const text = heldReturn + (isHeld ? piece.slice(0, -1) : piece);
      heldReturn = isHeld ? '\r' : '';
      let start = 0;
      for (let index = 0; index < text.length; index += 1) {
        const code = text.charCodeAt(index);
        if (code === 10) line += 1;
        if (wasQuote) {
          wasQuote = false;
          if (code === 34) {
            add('"');
            start = index + 1;
            continue;
          }
          isQuoted = false;
        }
        if (isQuoted) {
          if (code !== 34) {
            if (code === 10 && length + index - start > rowMax) {
              add(text.slice(start, index));
              start = index + 1;
              finishRow(rows);
            }
            continue;
          }
          add(text.slice(start, index));
          start = index + 1;
          wasQuote = isQuoted;
        } else if (code === 34 && cell === '' && index === start) {
          isQuoted = true;
          start = index + 1;
        } else if (code === separator || code === 10) {
          const end = code === 10 && text.charCodeAt(index - 1) === 13 ? index - 1 : index;
          add(text.slice(start, Math.max(start, end)));
          start = index + 1;
          if (code === 10) finishRow(rows);
          else if (skipped === undefined) {
            cells.push(cell);
            cell = '';
          }
        }
      }
      add(text.slice(start));
      return rows;
    },
    end() {
      const rows: CsvRow[] = [];
      const isOpen = isQuoted && !wasQuote;
      finishRow(rows);
      return { row: rows[0], isOpen };
    },
  };
}

/** The delimiter of a header line, by which one occurs most; exports of some locales use semicolons. */
export function delimiterOf(header: string): string {
  const count = (delimiter: string) => header.split(delimiter).length;
  return [',', ';', '\t'].reduce((best, next) => (count(next) > count(best) ? next : best));
}
