/** Lines of a Bicep file: two spaces a level, one property a line, no commas (iac-formats 3, "Emitting Bicep"). */
export function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === '' ? line : `  ${line}`));
}

/** A text in single quotes. */
export function bicepString(text: string): string {
  return `'${bicepEscaped(text)}'`;
}

/** What stands inside the quotes: also the literal parts of an interpolation. */
export function bicepEscaped(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll('${', '\\${')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replace(
      /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g,
      (control) => `\\u{${control.charCodeAt(0).toString(16)}}`,
    );
}

/** The name of a member: quoted where it is no identifier. */
export function bicepKey(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : bicepString(name);
}

/** A comment is one line, whatever the text holds. */
export function bicepComment(text: string): string {
  return `// ${text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')}`;
}
