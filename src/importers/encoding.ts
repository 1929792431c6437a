import { type Diagnostic, type SourceText, sourceText } from '../diagnostics/index.ts';

/** A file as text, or the finding that it is none. */
export type Decoded =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly source: SourceText;
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly kind: 'binary' };

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

const LABELS: Readonly<Record<Encoding, string>> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16 (little endian)',
  'utf-16be': 'UTF-16 (big endian)',
};

/** Text has no NUL characters; a look at the start tells pictures, archives and programs apart. */
const LOOK_AT = 8_000;

/**
 * Bytes to text: UTF-8 with or without byte order mark, UTF-16 by its mark or by the NUL bytes of a first ASCII
 * character (Windows PowerShell writes redirected output so). Bytes that are no UTF-8 become U+FFFD and are
 * reported where the first one stands: a stray Latin-1 letter in a comment must not cost the rules around it.
 * Pure; O(bytes). Never throws.
 */
export function decodeText(file: string, bytes: Uint8Array): Decoded {
  const { encoding, bom } = encodingOf(bytes);
  const content = bytes.subarray(bom);
  if (encoding === 'utf-8' && hasNul(content)) return { kind: 'binary' };
  const text = decode(content, encoding);
  if (encoding !== 'utf-8' && text.slice(0, LOOK_AT).includes('\0')) return { kind: 'binary' };
  const source = sourceText(file, text);
  const diagnostics: Diagnostic[] = [];
  if (encoding !== 'utf-8') {
    diagnostics.push({
      code: 'file/encoding',
      severity: 'note',
      message: `\`${file}\` is ${LABELS[encoding]}; it was decoded as such`,
      at: { source, offset: 0 },
    });
  }
  const wrong = text.indexOf('\uFFFD');
  if (wrong >= 0 && !isValid(content, encoding)) {
    diagnostics.push({
      code: 'file/encoding',
      severity: 'warning',
      message: `\`${file}\` is not ${encoding === 'utf-8' ? 'UTF-8' : 'UTF-16'} from here on; what cannot be decoded is shown as \`\uFFFD\``,
      at: { source, offset: wrong },
      hint: 'save the file as UTF-8',
    });
  }
  return { kind: 'text', text, source, diagnostics };
}

function encodingOf(bytes: Uint8Array): { encoding: Encoding; bom: number } {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return { encoding: 'utf-8', bom: 3 };
  // FF FE 00 00 is the mark of UTF-32, which nobody writes; its NULs make it binary below.
  if (first === 0xff && second === 0xfe) return { encoding: 'utf-16le', bom: 2 };
  if (first === 0xfe && second === 0xff) return { encoding: 'utf-16be', bom: 2 };
  const looksWide = bytes.length >= 4 && bytes.length % 2 === 0;
  if (looksWide && isAscii(first) && second === 0 && isAscii(third) && bytes[3] === 0) {
    return { encoding: 'utf-16le', bom: 0 };
  }
  if (looksWide && first === 0 && isAscii(second) && third === 0 && isAscii(bytes[3])) {
    return { encoding: 'utf-16be', bom: 0 };
  }
  return { encoding: 'utf-8', bom: 0 };
}

function isAscii(byte: number | undefined): boolean {
  return (
    byte !== undefined && ((byte >= 32 && byte < 127) || byte === 9 || byte === 10 || byte === 13)
  );
}

function hasNul(bytes: Uint8Array): boolean {
  return bytes.subarray(0, LOOK_AT).includes(0);
}

function decode(bytes: Uint8Array, encoding: Encoding): string {
  // Not every build of Node knows UTF-16BE: swap the bytes instead.
  const content = encoding === 'utf-16be' ? swapped(bytes) : bytes;
  const label = encoding === 'utf-8' ? 'utf-8' : 'utf-16le';
  return new TextDecoder(label, { ignoreBOM: true }).decode(content);
}

function isValid(bytes: Uint8Array, encoding: Encoding): boolean {
  if (encoding !== 'utf-8') return false;
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function swapped(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length - (bytes.length % 2));
  for (let index = 0; index < result.length; index += 2) {
    result[index] = bytes[index + 1]!;
    result[index + 1] = bytes[index]!;
  }
  return result;
}
