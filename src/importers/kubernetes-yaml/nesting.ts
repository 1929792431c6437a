/**
 * An upper estimate of how deep a YAML document nests, from its characters alone: indentation steps, dashes and
 * question marks in a line, open brackets. The parser recurses over what it reads, so a document is weighed before
 * it is handed over. O(text), no memory to speak of.
 */
export function estimateNesting(text: string): number {
  const indents: number[] = [];
  let brackets = 0;
  let deepest = 0;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    let position = start;
    while (position < end && text.charCodeAt(position) === 32) position += 1;
    if (position < end && text.charCodeAt(position) !== 13) {
      const markers = markersAt(text, position, end);
      openIndent(indents, position - start);
      for (let index = position; index < end; index += 1) {
        const code = text.charCodeAt(index);
        if (code === 91 || code === 123) brackets += 1;
        else if ((code === 93 || code === 125) && brackets > 0) brackets -= 1;
        if (brackets > deepest) deepest = brackets;
      }
      // A sequence may stand at the column of the key it belongs to: each step counts twice.
      const depth = 2 * indents.length + markers + brackets;
      if (depth > deepest) deepest = depth;
    }
    start = end + 1;
  }
  return deepest;
}

function openIndent(indents: number[], indent: number): void {
  while (indents.length > 0 && indents[indents.length - 1]! >= indent) indents.pop();
  indents.push(indent);
}

/** How many of `- ` and `? ` a line starts with. */
function markersAt(text: string, start: number, end: number): number {
  let count = 0;
  for (let position = start; position < end; position += 1) {
    const code = text.charCodeAt(position);
    if (code === 32 || code === 9) continue;
    const next = text.charCodeAt(position + 1);
    const isMarker = (code === 45 || code === 63) && (next === 32 || next === 9 || next === 10);
    if (!isMarker) break;
    count += 1;
  }
  return count;
}
