/** A part of a whole for people: `12 %`, `0.4 %`, `less than 0.1 %`. Never rounded to nothing or to all. */
export function share(part: bigint | number, whole: bigint | number): string {
  const percent = percentOf(part, whole);
  if (percent <= 0) return '0 %';
  // A double that counts more than it can tell apart: something is left for certain, nobody knows how little.
  const isRounded = typeof whole === 'number' && whole > Number.MAX_SAFE_INTEGER;
  if (percent >= 100) return isRounded ? 'more than 99.9 %' : '100 %';
  if (percent < 0.1) return 'less than 0.1 %';
  if (percent > 99.9) return 'more than 99.9 %';
  return `${percent >= 10 && percent <= 99 ? Math.round(percent) : percent.toFixed(1)} %`;
}

function percentOf(part: bigint | number, whole: bigint | number): number {
  if (typeof part === 'bigint' && typeof whole === 'bigint') {
    if (whole === 0n) return 0;
    const tenThousandths = Number((part * 1_000_000n) / whole) / 10_000;
    // What is there must not read as nothing, nor what is missing as all.
    if (tenThousandths === 0 && part > 0n) return Number.MIN_VALUE;
    return tenThousandths;
  }
  return Number(whole) === 0 ? 0 : (Number(part) / Number(whole)) * 100;
}

/** `1,234,567`; beyond what a double counts exactly `about 1.2e+20`. */
export function grouped(number: number): string {
  if (!Number.isSafeInteger(number)) return `about ${number.toExponential(1)}`;
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}
