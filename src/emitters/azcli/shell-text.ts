/** What a heredoc without quotes would read as its own: a variable, a command, an escape. */
export function inHeredoc(text: string): string {
  return text.replace(/[\\$`]/g, '\\$&');
}

/** A word that the shell leaves as it is. */
export function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Between double quotes, where variables are read. */
export function inDoubleQuotes(text: string): string {
  return text.replace(/[\\$`"]/g, '\\$&');
}

/** The default in `${name:-default}` between double quotes. */
export function asDefault(text: string): string {
  return inDoubleQuotes(text).replaceAll('}', '\\}');
}

/** One line of a comment, whatever somebody called a thing. */
export function comment(text: string): string {
  const clean = [...text].map((one) => (one < ' ' || one === '\u007f' ? ' ' : one)).join('');
  return `# ${clean.trim()}`;
}
