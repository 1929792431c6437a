import { ANY_NUMBER, type FunctionTable, plain } from '../evaluate/hcl-function.ts';
import { itemsOf, numberOf, textOf, wholeNumberOf } from '../values/convert.ts';
import { type Known, numberValue } from '../values/hcl-value.ts';
import { Refusal } from '../values/refusal.ts';

const numeric = (least: number, most: number, apply: (...list: number[]) => number) =>
  plain(least, most, (list, call) => {
    const result = apply(...list.map((value) => numberOf(value)));
    if (!Number.isFinite(result)) throw new Refusal('the result is not a number');
    return numberValue(result + 0, call.at);
  });

export const NUMBER_FUNCTIONS: FunctionTable = {
  abs: numeric(1, 1, (number = 0) => Math.abs(number)),
  ceil: numeric(1, 1, (number = 0) => Math.ceil(number)),
  floor: numeric(1, 1, (number = 0) => Math.floor(number)),
  signum: numeric(1, 1, (number = 0) => Math.sign(number)),
  max: numeric(1, ANY_NUMBER, (...list) => list.reduce((a, b) => (a > b ? a : b))),
  min: numeric(1, ANY_NUMBER, (...list) => list.reduce((a, b) => (a < b ? a : b))),
  pow: numeric(2, 2, (base = 0, exponent = 0) => base ** exponent),
  log: numeric(2, 2, (number = 0, base = 0) => Math.log(number) / Math.log(base)),
  parseint: plain(2, 2, ([text, base], call) =>
    numberValue(parseInteger(textOf(text!), wholeNumberOf(base!)), call.at),
  ),
  sum: plain(1, 1, ([list], call) => {
    const items = itemsOf(list!);
    if (items.length === 0) throw new Refusal('there is nothing to add up');
    return numberValue(
      items.reduce((total, item) => total + numberOf(item), 0),
      call.at,
    );
  }),
};

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz';

function parseInteger(text: string, base: number): number {
  if (base < 2 || base > 62) throw new Refusal('the base lies between 2 and 62');
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = text.replace(/^[+-]/, '');
  let value = 0;
  for (const digit of digits) {
    const lower = DIGITS.indexOf(base <= 36 ? digit.toLowerCase() : digit);
    const rank = lower < 0 && base > 36 ? 36 + DIGITS.indexOf(digit.toLowerCase()) - 10 : lower;
    if (rank < 0 || rank >= base) throw new Refusal(`the text is no number of base ${base}`);
    value = value * base + rank;
  }
  if (digits === '') throw new Refusal('the text is empty');
  return sign * value;
}

/** An index counted from 0. @throws Refusal */
export function indexOf(value: Known): number {
  const index = wholeNumberOf(value, 'an index');
  if (index < 0) throw new Refusal('the index is negative');
  return index;
}
