import { isPlainPattern } from './plain-pattern.ts';

/**
 * Texts of a person inside texts of nginx and ModSecurity. Names, paths and patterns of the input are hostile until they have
 * been through one of these: none of them can end a string, begin a directive or name a variable.
 */

/** nginx reads no word of more than 4096 bytes: what may become longer is left out by whoever writes it. */
export const PATTERN_CHARACTERS_MAX = 3500;
export const TEXT_CHARACTERS_MAX = 500;

/**
 * A value between double quotes, cut to what nginx reads. There is no way to write a dollar sign there; it becomes `_`, as line
 * ends and controls do.
 */
export function quoted(text: string): string {
  const plain = [...text]
    .slice(0, TEXT_CHARACTERS_MAX)
    .join('')
    .replace(/[\u0000-\u001f\u007f$]/g, '_');
  return `"${plain.replace(/[\\"]/g, (one) => `\\${one}`)}"`;
}

/** A pattern of the person's own between double quotes, where nginx reads no variables: `location ~* "…"`. */
export function quotedPattern(pattern: string): string | undefined {
  return isPlainPattern(pattern)
    ? `"${pattern.replace(/[\\"]/g, (one) => `\\${one}`)}"`
    : undefined;
}

/** A regular expression that matches this text and nothing else. Bytes that mean something anywhere are written as `\xHH`. */
export function literalPattern(text: string): string {
  return [...new TextEncoder().encode(text)].map(byteAsPattern).join('');
}

/** The same between the slashes of a ModSecurity selector. */
export const selectorPattern = (text: string): string =>
  literalPattern(text).replaceAll('/', '\\x2f');

function byteAsPattern(byte: number): string {
  const char = String.fromCharCode(byte);
  if (/[A-Za-z0-9_/-]/.test(char)) return char;
  return char === '.' ? '\\.' : `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** May stand unquoted as a host name, with `*` and `?` as Application Gateway allows them. */
export function isHostPattern(text: string): boolean {
  return text.length <= 253 && /^[A-Za-z0-9*?._-]+$/.test(text);
}

/** May stand in `proxy_set_header Host`: a name or an address, perhaps with a port. */
export function isHostHeader(text: string): boolean {
  return text.length <= 260 && /^[A-Za-z0-9._-]+(?::\d{1,5})?$/.test(text);
}

/** An address as nginx writes it in front of a port. */
export const hostOfAddress = (address: string): string =>
  address.includes(':') ? `[${address}]` : address;
