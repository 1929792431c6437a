import type { MapEntry } from '../application/name-maps.ts';

/** A map file as the proxy reads it. */
export function mapText(entries: readonly MapEntry[]): string {
  return entries.map(([key, value]) => `${key} ${value}\n`).join('');
}

/** The entries of such a file. */
export function mapEntries(text: string): readonly MapEntry[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const at = line.indexOf(' ');
      return [line.slice(0, at), line.slice(at + 1)] as const;
    });
}
