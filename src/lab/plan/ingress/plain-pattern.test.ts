import { describe, expect, it } from 'vitest';
import { isPlainPattern } from './plain-pattern.ts';

describe('patterns', () => {
  it.each([
    '/v1(/|$)(.*)',
    '^/api/v\\d+/[a-z0-9_-]{1,40}\\.json$',
    '(?i)select|union',
    '(?:a|b)+(?=c)(?!d)',
    '[^/\\]\\s.-]*',
  ])('that both languages read alike are taken: %s', (pattern) => {
    expect(isPlainPattern(pattern)).toBe(true);
  });

  // Each compiles in JavaScript, and PCRE either refuses it or reads it differently (pcre2pattern(3)).
  it.each([
    '[]a',
    '[^]',
    '(a)\\2',
    '\\u0041',
    '\\p{L}',
    '\\k',
    '[\\d-z]',
    '[[:alpha:]]',
    '(?<=a*)b',
    '(?<name>a)',
    '((a{200}){200}){200}',
    'a\nb',
  ])('that PCRE reads differently are not: %s', (pattern) => {
    expect(() => new RegExp(pattern)).not.toThrow();
    expect(isPlainPattern(pattern)).toBe(false);
  });

  it.each(['(', '[z', 'a**', 'x\\'])('that are none are not: %s', (pattern) => {
    expect(isPlainPattern(pattern)).toBe(false);
  });
});
