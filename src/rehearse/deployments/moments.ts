/** `utcNow(format)`: the moment of the deployment in the format strings of .NET; what is not a part of a date stays as it is. */
export function formatMoment(iso: string, format: string | undefined): string | undefined {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return undefined;
  // The default of the function, and the two standard formats that templates use.
  const wanted =
    format === undefined
      ? "yyyyMMdd'T'HHmmss'Z'"
      : (STANDARD[format] ?? (format.length === 1 ? undefined : format));
  if (wanted === undefined) return undefined;
  const two = (value: number) => String(value).padStart(2, '0');
  const parts: Readonly<Record<string, string>> = {
    yyyy: String(moment.getUTCFullYear()).padStart(4, '0'),
    yy: two(moment.getUTCFullYear() % 100),
    MM: two(moment.getUTCMonth() + 1),
    M: String(moment.getUTCMonth() + 1),
    dd: two(moment.getUTCDate()),
    d: String(moment.getUTCDate()),
    HH: two(moment.getUTCHours()),
    H: String(moment.getUTCHours()),
    mm: two(moment.getUTCMinutes()),
    m: String(moment.getUTCMinutes()),
    ss: two(moment.getUTCSeconds()),
    s: String(moment.getUTCSeconds()),
    fff: String(moment.getUTCMilliseconds()).padStart(3, '0'),
  };
  return wanted.replace(/'([^']*)'|yyyy|yy|MM?|dd?|HH?|mm?|ss?|fff/g, (part, quoted?: string) =>
    quoted === undefined ? (parts[part] ?? part) : quoted,
  );
}

const STANDARD: Readonly<Record<string, string>> = {
  d: 'MM/dd/yyyy',
  u: "yyyy-MM-dd HH:mm:ss'Z'",
  s: "yyyy-MM-dd'T'HH:mm:ss",
};
