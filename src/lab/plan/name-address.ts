/** 198.18.0.0/15 is kept for benchmarks of network devices (RFC 2544): no rule of a real perimeter means it. */
const BASE = 198 * 2 ** 24 + 18 * 2 ** 16;
const SIZE = 2 ** 17;
/** The first /24 stays free for the lab itself. */
const RESERVED = 256;

/**
 * The address a name has on the lab's internet unless the plan says otherwise: the same in every lab, so that a resolver needs no list of
 * names. Two names share an address once in 130,000; the answering host tells names by SNI and Host, so only rules by name of the
 * network kind could take one for the other.
 */
export function nameAddress(name: string): string {
  const value =
    BASE + RESERVED + (hashOf(name.toLowerCase().replace(/\.$/, '')) % (SIZE - RESERVED));
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

/** FNV-1a, with a final mix so that names that differ in the last letter do not sit side by side. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
