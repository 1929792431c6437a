/**
 * A person's own text on one line, of reasonable length, without characters that steer a terminal, turn the reading
 * direction of what follows, or that no file may hold (halves of a character).
 */
export function plainText(text: string, most = 300): string {
  const line = text
    .slice(0, most * 2)
    .replace(/[\t\n\r\u2028\u2029]+/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g, '\ufffd')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
  const signs = [...line];
  return signs.length > most ? `${signs.slice(0, most).join('')}…` : line;
}

/** For text and attribute values of XML. */
export function xmlText(text: string, most?: number): string {
  return plainText(text, most).replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);
}
