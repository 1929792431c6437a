/** How a chart is drawn: block characters, or ASCII where a terminal has none. */
export interface Signs {
  /** From least to most; the first is nothing at all. */
  readonly levels: readonly string[];
  readonly gap: string;
  readonly bar: string;
}

export const BLOCK_SIGNS: Signs = {
  levels: [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  gap: '×',
  bar: '█',
};
export const ASCII_SIGNS: Signs = {
  levels: [' ', '.', ':', '-', '=', '+', '*', '#', '@'],
  gap: 'x',
  bar: '#',
};

/**
 * One sign per value, the highest for `most`. What is there but little shows as the lowest sign, so that little never looks like nothing.
 * @param isGap values in whose place the log is missing
 */
export function sparkline(
  values: readonly number[],
  most: number,
  signs: Signs,
  isGap: (index: number) => boolean = () => false,
): string {
  const top = signs.levels.length - 1;
  return values
    .map((value, index) => {
      if (value <= 0) return isGap(index) ? signs.gap : signs.levels[0];
      const level = most <= 0 ? top : Math.ceil((value / most) * top);
      return signs.levels[Math.min(top, Math.max(1, level))];
    })
    .join('');
}

/** A bar of up to `width` signs; at least one for what is there. */
export function bar(value: number, most: number, width: number, signs: Signs): string {
  if (value <= 0 || most <= 0) return '';
  return signs.bar.repeat(Math.max(1, Math.round((value / most) * width)));
}
