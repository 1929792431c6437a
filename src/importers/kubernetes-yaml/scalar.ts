/**
 * What an unquoted YAML scalar means to `kubectl`, Helm and the API server: they read YAML 1.1, so that `yes`, `on`
 * and `y` are true and `0755` is octal, while times and base-60 numbers stay text.
 * K8P-101.
 */
export function resolvePlain(text: string): string | number | boolean | null {
  switch (text) {
    case '':
    case '~':
    case 'null':
    case 'Null':
    case 'NULL':
      return null;
    default:
  }
  const first = text.charCodeAt(0);
  // Digits, signs and the point; letters that start a word of the table. Most scalars are decided here.
  const isNumeric = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46;
  if (isNumeric) return numberOf(text) ?? text;
  return BOOLEANS.get(text) ?? text;
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(
    (word) => [word, true] as const,
  ),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(
    (word) => [word, false] as const,
  ),
]);

const DATE = /^\d{4}-\d{1,2}-\d{1,2}(?:$|[Tt ])/;
const INTEGER = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9]\d*))$/;
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;

function numberOf(text: string): number | undefined {
  if (DATE.test(text)) return undefined;
  const plain = text.charCodeAt(0) === 46 ? text : text.replaceAll('_', '');
  const integer = INTEGER.exec(plain);
  if (integer !== null) {
    const [, sign, hexadecimal, binary, octal, decimal] = integer;
    const size =
      decimal !== undefined
        ? Number(decimal)
        : Number.parseInt(hexadecimal ?? binary ?? octal ?? '', radixOf(hexadecimal, binary));
    return sign === '-' ? -size : size;
  }
  if (!FLOAT.test(plain)) return undefined;
  const value = Number(plain);
  return Number.isFinite(value) ? value : undefined;
}

function radixOf(hexadecimal: string | undefined, binary: string | undefined): number {
  if (hexadecimal !== undefined) return 16;
  return binary !== undefined ? 2 : 8;
}
