/** As Terraform writes numbers: no exponent below 10²¹, no digits that are not there. */
export function formatNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) >= 1e21) return BigInt(value).toString();
  const text = String(value);
  if (!text.includes('e-')) return text;
  // 1e-7 is written 0.0000001.
  const [mantissa = '', exponent = '0'] = text.split('e-');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = '0'.repeat(Number(exponent) - 1) + whole + fraction;
  return `${value < 0 ? '-' : ''}0.${digits}`;
}

/** A number written in decimal; `undefined` for any other text. */
export function parseNumber(text: string): number | undefined {
  return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}
