import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteBlock, decimalValue, isAt, literalOf } from './byte-block.ts';
import { addText, clearTexts, findText, hashBytes, newByteTexts, plainEnd } from './byte-texts.ts';
import { byteMicros, newMinuteMemory } from './byte-time.ts';
import { isoMicros } from './timestamp.ts';

const bytesOf = (text: string) => byteBlock(Buffer.from(text));

describe('what is read from bytes', () => {
  it('numbers are those that JavaScript reads', () => {
    const number = fc.stringMatching(/^-?\d{1,9}(\.\d{0,9})?$/);
    fc.assert(
      fc.property(number, (text) => {
        const { bytes } = bytesOf(text);
        const value = decimalValue(bytes, 0, bytes.length);
        const isShort = text.replace(/\D/g, '').length <= 15;
        expect(value).toBe(isShort ? Number(text) : Number.NaN);
      }),
      { numRuns: 2000 },
    );
    for (const none of ['', '.', '-', '1.2.3', '1e3', ' 1']) {
      expect(decimalValue(bytesOf(none).bytes, 0, none.length)).toBeNaN();
    }
  });

  it('times are those of strings, in any order of minutes, and nothing else is one', () => {
    const two = (max: number) => fc.nat(max).map((value) => String(value).padStart(2, '0'));
    const time = fc
      .tuple(two(13), two(32), two(25), two(61), two(61), fc.stringMatching(/^(\.\d{0,10})?$/))
      .map(
        ([month, day, hour, minute, second, rest]) =>
          `2026-${month}-${day}T${hour}:${minute}:${second}${rest}Z`,
      );
    const edited = fc
      .tuple(time, fc.nat(30), fc.constantFrom('', 'x', ' ', '9', ':'))
      .map(([text, at, put]) => text.slice(0, at) + put + text.slice(at + 1));
    fc.assert(
      fc.property(fc.array(fc.oneof(time, edited), { minLength: 1, maxLength: 6 }), (texts) => {
        const memory = newMinuteMemory();
        for (const text of [...texts, ...texts]) {
          const block = bytesOf(`"${text}"`);
          const micros = byteMicros(memory, block, 1, 1 + text.length);
          expect([text, micros]).toEqual([text, isoMicros(text, 0, text.length)]);
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('a text ends at the first byte that JSON would not have in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.nat(5), (text, start) => {
        const bytes = Buffer.from(`${' '.repeat(start)}${text}`);
        const rest = bytes.subarray(start).toString('latin1');
        const length = /^[^"\\\0-\x1f]*/.exec(rest)![0].length;
        expect(plainEnd(byteBlock(bytes), start)).toBe(start + length);
      }),
      { numRuns: 500 },
    );
  });

  it('a literal is at its place alone', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (text, other) => {
        const literal = literalOf(text);
        expect(isAt(bytesOf(`xy${text}${other}`), 2, literal)).toBe(true);
        expect(isAt(bytesOf(other), 0, literal)).toBe(
          Buffer.from(other).subarray(0, Buffer.from(text).length).equals(Buffer.from(text)),
        );
      }),
    );
  });

  it('of twenty thousand texts each is found by its bytes, and none after they were cleared', () => {
    const texts = newByteTexts();
    const all = Array.from({ length: 20_000 }, (_, at) =>
      `${at % 977}.${at}.example`.repeat(1 + (at % 3)),
    );
    const block = bytesOf(all.join('\n'));
    const places: (readonly [start: number, end: number])[] = [];
    let start = 0;
    for (const text of all) {
      places.push([start, start + text.length]);
      start += text.length + 1;
    }
    const added = places.map(([from, to]) => {
      const hash = hashBytes(block, from, to);
      return [findText(texts, block, from, to, hash), addText(texts, block, from, to, hash)];
    });
    expect(added).toEqual(all.map((_, at) => [-1, at]));
    const found = places.map(([from, to]) =>
      findText(texts, block, from, to, hashBytes(block, from, to)),
    );
    expect(found).toEqual(all.map((_, at) => at));
    clearTexts(texts);
    const [from, to] = places[5]!;
    expect(findText(texts, block, from, to, hashBytes(block, from, to))).toBe(-1);
  });
});
