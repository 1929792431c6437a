/** Blocks that stand at the start of a line at the outermost level, as everybody's formatter puts them. */
const TOP_LEVEL =
  /(?:resource|data|module|variable|output|locals|provider|terraform|moved|import|removed|check|ephemeral)\b[^\n=]*\{/y;

/** Does a block of the outermost level begin at this start of a line? */
export function isTopLevelBlock(text: string, position: number): boolean {
  const isLineStart = position === 0 || text[position - 1] === '\n';
  TOP_LEVEL.lastIndex = position;
  return isLineStart && TOP_LEVEL.test(text);
}

/**
 * Where reading goes on after a statement that cannot be read: at the line end that closes it, brackets balanced and
 * texts passed over; at the `}` of the block around it; or at the next block of the outermost level, whichever is first.
 */
export function endOfStatement(text: string, from: number): number {
  const open: string[] = [];
  let position = from;
  while (position < text.length) {
    switch (text[position]) {
      case '\n':
        if (isTopLevelBlock(text, position + 1)) return position + 1;
        if (open.length === 0) return position;
        break;
      case '(':
      case '[':
      case '{':
        open.push(text[position]!);
        break;
      case ')':
      case ']':
        open.pop();
        break;
      case '}':
        // A bracket left open before it: the brace is that of the block around.
        if (open.at(-1) !== '{') return position;
        open.pop();
        break;
      case '"':
        position = endOfQuoted(text, position);
        break;
      case '#':
        position = lineEnd(text, position) - 1;
        break;
      case '/':
        if (text[position + 1] === '/') position = lineEnd(text, position) - 1;
        break;
      default:
    }
    position += 1;
  }
  return text.length;
}

/** The closing quote, or the last character of the line. */
function endOfQuoted(text: string, start: number): number {
  let position = start + 1;
  while (position < text.length && text[position] !== '"') {
    if (text[position] === '\n') return position - 1;
    position += text[position] === '\\' ? 2 : 1;
  }
  return position;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}
