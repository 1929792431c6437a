const PRIME = 0x100000001b3n;
const OFFSET = 0xcbf29ce484222325n;

/** FNV-1a of the text's UTF-16 code units, 64 bits as hex. To tell things apart between runs; no secret is in it. */
export function stableHash(text: string): string {
  let hash = OFFSET;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    hash = BigInt.asUintN(64, (hash ^ BigInt(unit & 0xff)) * PRIME);
    hash = BigInt.asUintN(64, (hash ^ BigInt(unit >>> 8)) * PRIME);
  }
  return hash.toString(16).padStart(16, '0');
}
