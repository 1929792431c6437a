export const QUOTE = 34;
export const COMMA = 44;
export const OPEN_BRACKET = 91;
export const CLOSE_BRACKET = 93;
export const OPEN_BRACE = 123;
export const CLOSE_BRACE = 125;

/** End of the comment that starts at `start`; `start` itself when none does. An unclosed one ends the text. */
export function endOfComment(text: string, start: number): number {
  const second = text.charCodeAt(start + 1);
  if (second === 47) {
    const end = text.indexOf('\n', start + 2);
    return end < 0 ? text.length : end + 1;
  }
  if (second === 42) {
    const end = text.indexOf('*/', start + 2);
    return end < 0 ? text.length : end + 2;
  }
  return start;
}

/** Part of a bare word: anything but white space, quotes, brackets, comma and colon. */
export function isWordCode(code: number): boolean {
  if (Number.isNaN(code) || code <= 32 || code === QUOTE || code === COMMA || code === 58) {
    return false;
  }
  return (
    code !== OPEN_BRACE && code !== CLOSE_BRACE && code !== OPEN_BRACKET && code !== CLOSE_BRACKET
  );
}

export function isNameStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code === 36;
}

export function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
