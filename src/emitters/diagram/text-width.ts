/**
 * How wide a text is drawn, in pixels: widths of Helvetica with room for the wider faces that stand in for it where it is
 * missing. Measured by nobody's browser, so the same everywhere. O(length).
 */
export function textWidth(text: string, size: number, isBold = false): number {
  let thousandths = 0;
  for (const sign of text) thousandths += widthOf(sign);
  return (thousandths * size * ROOM * (isBold ? BOLD : 1)) / 1000;
}

/** The text, or its beginning and end around an ellipsis so that it fits. Characters are never cut in two. */
export function fitted(text: string, width: number, size: number, isBold = false): string {
  if (textWidth(text, size, isBold) <= width) return text;
  const signs = [...text];
  const fits = (kept: number) => textWidth(shortened(signs, kept), size, isBold) <= width;
  let low = 0;
  let high = Math.min(signs.length, 400);
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return shortened(signs, low);
}

/** Names differ at their ends more often than in the middle. */
function shortened(signs: readonly string[], kept: number): string {
  const tail = Math.floor(kept / 3);
  return `${signs.slice(0, kept - tail).join('')}…${tail === 0 ? '' : signs.slice(-tail).join('')}`;
}

/** The widest face met (DejaVu Sans) takes a fifth more than Helvetica, its bold another seventh. */
const ROOM = 1.2;
const BOLD = 1.14;

function widthOf(sign: string): number {
  const code = sign.codePointAt(0) ?? 0;
  if (code >= 0x20 && code < 0x7f) return ASCII[code - 0x20] ?? 600;
  if (code < 0x2000) return 700;
  // Letters of East Asia and pictures fill a square; some pictures a little more.
  return code >= 0x1f000 ? 1300 : 1050;
}

const ASCII: readonly number[] = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
  556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
  611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
  667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
  222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
