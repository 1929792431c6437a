import { safe } from './style.ts';

/** Text that stays text, within an element and within the quotes of an attribute. */
export function escapedHtml(text: string): string {
  return safe(text).replace(/[&<>"'`]/g, (sign) => `&#${sign.codePointAt(0)};`);
}
