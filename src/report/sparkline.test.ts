import { describe, expect, it } from 'vitest';
import { bytesWords, countWords, secondsWords } from './logs-page.ts';
import { ASCII_SIGNS, BLOCK_SIGNS, bar, sparkline } from './sparkline.ts';

describe('a chart of one line', () => {
  it('shows little as little and not as nothing', () => {
    expect(sparkline([0, 1, 500, 1000], 1000, BLOCK_SIGNS)).toBe(' ▁▄█');
    expect(sparkline([0, 1, 500, 1000], 1000, ASCII_SIGNS)).toBe(' .=@');
    expect(bar(1, 1_000_000, 12, BLOCK_SIGNS)).toBe('█');
    expect(bar(0, 10, 12, BLOCK_SIGNS)).toBe('');
  });

  it('shows where the log is missing as missing and not as calm', () => {
    expect(sparkline([3, 0, 0, 3], 3, BLOCK_SIGNS, (index) => index === 1)).toBe('█× █');
  });
});

describe('numbers for people', () => {
  it.each([
    [countWords(0), '0'],
    [countWords(999), '999'],
    [countWords(1000), '1,000'],
    [countWords(1234567.5), '1,234,567.5'],
    [bytesWords(0), '0 B'],
    [bytesWords(999), '999 B'],
    [bytesWords(999_600), '1.00 MB'],
    [bytesWords(1_400_000_000), '1.40 GB'],
    [secondsWords(0.04), '40 ms'],
    [secondsWords(90), '90 s'],
    [secondsWords(240), '4 min'],
    [secondsWords(86_400 * 3), '3 d'],
  ])('%s', (written, expected) => {
    expect(written).toBe(expected);
  });
});
