import { parseTimestamp } from '../logs/decode/index.ts';
import { InputError } from './exit-code.ts';

/** A day, a minute or a moment as people type it, in microseconds. Without a zone it is UTC. */
export function typedTime(option: string, text: string): number {
  const [, day, minute, second = '', zone = 'Z'] =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,7})?)?(Z|[+-]\d{2}:?\d{2})?)?$/.exec(
      text.trim(),
    ) ?? [];
  const time =
    day === undefined
      ? undefined
      : parseTimestamp(`${day}T${minute ?? '00:00'}${second === '' ? ':00' : second}${zone}`);
  if (time === undefined) {
    throw new InputError(
      `\`${option} ${text}\` is no time`,
      'write 2026-11-01 or 2026-11-01T14:00Z',
    );
  }
  return time.micros;
}

/** The same as ISO text. */
export function typedIsoTime(option: string, text: string): string {
  return new Date(typedTime(option, text) / 1000).toISOString();
}
