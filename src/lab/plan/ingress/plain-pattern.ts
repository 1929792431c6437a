/**
 * Is this regular expression one that PCRE compiles and reads as everybody does? nginx would not start over a pattern it cannot
 * compile, and ModSecurity takes one without a word and never matches it; what is not certainly good is therefore left out and said. No
 * back references, no look-behind, no POSIX classes; these are rare where paths and headers are matched.
 */
export function isPlainPattern(pattern: string): boolean {
  if (pattern.length > CHARACTERS_MAX || /[\u0000-\u001f\u007f]/.test(pattern)) return false;
  const body = pattern.replace(/^\(\?i\)/, '');
  try {
    // Balance, quantifiers and ranges; what is left are the places where PCRE is of another opinion.
    new RegExp(body);
  } catch {
    return false;
  }
  return hasPlainEscapes(body) && hasPlainGroups(body) && repeats(body) <= REPEATS_MAX;
}

/** In nginx's quotes each may take two characters, or four bytes. */
const CHARACTERS_MAX = 1000;
/** PCRE writes counted repeats out and has a limit for what comes of it. */
const REPEATS_MAX = 10_000;

/** Escapes of both languages: classes, word borders, punctuation. In a class no ranges with classes, and never an empty one. */
function hasPlainEscapes(pattern: string): boolean {
  let isInClass = false;
  for (let index = 0; index < pattern.length; index += 1) {
    const char = pattern.charAt(index);
    const next = pattern.charAt(index + 1);
    if (char === '\\') {
      const allowed = isInClass ? /[dDwWsStnrf\W_]/ : /[dDwWsSbBtnrf\W_]/;
      if (!allowed.test(next) || next === '_' || next > '\u007f') return false;
      if (isInClass && /[dDwWsS]/.test(next) && isRange(pattern, index)) return false;
      index += 1;
    } else if (isInClass) {
      if (char === '[') return false;
      if (char === ']') isInClass = false;
    } else if (char === '[') {
      const first = next === '^' ? pattern.charAt(index + 2) : next;
      if (first === ']') return false;
      isInClass = true;
    }
  }
  return !isInClass;
}

const isRange = (pattern: string, index: number): boolean =>
  pattern.charAt(index - 1) === '-' || pattern.charAt(index + 2) === '-';

/** `(…)`, `(?:…)`, `(?=…)` and `(?!…)`. */
function hasPlainGroups(pattern: string): boolean {
  const withoutEscapes = pattern.replace(/\\./g, '');
  return !/\(\?(?![:=!])|\(\*/.test(withoutEscapes) && !/\{,/.test(withoutEscapes);
}

function repeats(pattern: string): number {
  let product = 1;
  for (const [, low = '0', high = ''] of pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g)) {
    product *= Math.max(1, Number(low), Number(high === '' ? low : high));
  }
  return product;
}
