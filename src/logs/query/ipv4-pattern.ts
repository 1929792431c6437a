/**
 * IPv4 addresses of some ranges, both ends included, as an RE2 pattern of the whole text. DuckDB asks a pattern once for each different text
 * of a row group, whatever the number of rows; calculating with the parts of an address it does row by row, in twenty times as long.
 * Parts may have leading zeros up to three digits, as `parse_ipv4` of Kusto reads them.
 */
export function ipv4Pattern(ranges: readonly (readonly [low: number, high: number])[]): string {
  return ranges.flatMap(([low, high]) => patterns(partsOf(low), partsOf(high))).join('|');
}

const ANY = '(25[0-5]|2[0-4][0-9]|[01][0-9][0-9]|[0-9]{1,2})';

function partsOf(address: number): readonly number[] {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
}

/** Begins with the low end's first part, is between, or begins with the high end's. No more than two patterns a part. */
function patterns(low: readonly number[], high: readonly number[]): readonly string[] {
  const [from = 0, ...lowRest] = low;
  const [to = 0, ...highRest] = high;
  if (lowRest.length === 0) return from > to ? [] : [among(from, to)];
  const behind = (first: string, rests: readonly string[]) =>
    rests.map((rest) => `${first}\\.${rest}`);
  const zeros = lowRest.map(() => 0);
  const full = lowRest.map(() => 255);
  if (from > to) return [];
  if (from === to) return behind(among(from, to), patterns(lowRest, highRest));
  const isWholeLow = lowRest.every((part) => part === 0);
  const isWholeHigh = highRest.every((part) => part === 255);
  const [first, last] = [isWholeLow ? from : from + 1, isWholeHigh ? to : to - 1];
  return [
    ...(isWholeLow ? [] : behind(among(from, from), patterns(lowRest, full))),
    ...(first > last ? [] : [[among(first, last), ...lowRest.map(() => ANY)].join('\\.')]),
    ...(isWholeHigh ? [] : behind(among(to, to), patterns(zeros, highRest))),
  ];
}

function among(from: number, to: number): string {
  if (from === 0 && to === 255) return ANY;
  const values = Array.from({ length: to - from + 1 }, (_, at) => from + at);
  return `(${values.map((value) => (value > 99 ? `${value}` : value > 9 ? `0?${value}` : `0{0,2}${value}`)).join('|')})`;
}
